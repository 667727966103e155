"""Other job systems, each in an environment of its own, measured beside Headcount and Celery."""
