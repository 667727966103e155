"""A Django application as Celery's guide has it, but for one line in ``celery_app.py``."""
