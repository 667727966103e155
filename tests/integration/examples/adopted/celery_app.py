"""Its Celery app, and a task right beside it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.integration.examples.adopted.settings")

from workers import app  # where app = Celery("adopted") stood

app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.task
def beside():
    """Do nothing."""
