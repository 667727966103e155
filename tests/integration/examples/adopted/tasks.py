"""Its tasks, found by themselves."""

import logging

from celery import shared_task
from django.db import connection


@shared_task
def count(table):
    """Count the rows of a table, and say so."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        logging.getLogger("shop").warning("counted %s", cursor.fetchone()[0])


@shared_task(bind=True, max_retries=1, default_retry_delay=0.1)
def fail(self):
    """Fail, and try once more."""
    raise self.retry(exc=ValueError("in vain"))
