"""Stands in for the real processes, so that the stack can be run without them."""
