"""A small shop: its web application in ``app``, its background jobs in ``jobs``."""
