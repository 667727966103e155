"""What Headcount is compared with: Celery as its documentation sets it up."""

import os

from celery import Celery

app = Celery("bench.plain_celery", broker=os.environ["CELERY_BROKER_URL"])
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)


@app.task
def noop():
    pass
