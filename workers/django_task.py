"""Base of plain tasks on Django, with Celery's ``delay_on_commit`` and its kin."""

from celery.contrib.django.task import DjangoTask

from workers.task import JobTask


class DjangoJobTask(JobTask, DjangoTask):
    """A task that is accounted for, and may be enqueued when a transaction commits."""

    abstract = True
