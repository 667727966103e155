"""A job module with a mistake in it."""

ZERO = 1 / 0
