"""The worker classes that ship with Headcount."""
