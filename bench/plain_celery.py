"""What Headcount is compared with: Celery as its documentation sets it up."""

import os

from celery import Celery

from bench import workload

app = Celery("bench.plain_celery", broker=os.environ["CELERY_BROKER_URL"])
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)

noop = app.task(name="noop")(workload.noop)
compute = app.task(name="compute")(workload.compute)
wait = app.task(name="wait")(workload.wait)
carry = app.task(name="carry")(workload.carry)
