"""What Headcount is compared with: Celery as its documentation sets it up."""

import os

from celery import Celery

from bench import latency_probe, workload

app = Celery("bench.plain_celery", broker=os.environ["CELERY_BROKER_URL"])
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)
if silence := workload.silence_seconds():
    app.conf.broker_transport_options = {"visibility_timeout": silence}

noop = app.task(name="noop")(workload.noop)
compute = app.task(name="compute")(workload.compute)
wait = app.task(name="wait")(workload.wait)
carry = app.task(name="carry")(workload.carry)
stamp = app.task(name="stamp")(latency_probe.stamp)
mark = app.task(name="mark")(workload.mark)
