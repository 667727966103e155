"""A plain Celery task."""

from workers import app


@app.task(name="mail.Send")
def send(): ...
