"""Any worker keeps the dead set from growing old, also of queues it does not consume."""

from datetime import timedelta

from service.broker import keys
from service.broker.dead_limits import DEAD_SET_AGE
from tests.waiting import wait_until


def test_a_worker_forgets_and_counts_what_has_been_dead_for_too_long(broker, jobs, start):
    for name, days in [("old", DEAD_SET_AGE.days + 1), ("young", DEAD_SET_AGE.days - 1)]:
        jobs.die(name, queue="low")
        age = timedelta(days=days).total_seconds()
        broker.client.zincrby(keys.dead("low"), -age, name)
    start("worker", broker_url=broker.url, HEADCOUNT_QUEUES="critical")
    wait_until(lambda: broker.queue("low").dead_overflow, 10)
    assert [job.id for job in broker.dead_jobs()] == ["young"]
    assert broker.drifts() == {}
