"""Any worker keeps the dead set from growing old, also of queues it does not consume."""

from datetime import timedelta

import pytest

from service.broker import keys
from service.broker.dead_limits import DEAD_SET_AGE
from tests.unit.broker.jobs_in_broker import Jobs
from tests.waiting import wait_until


@pytest.fixture
def jobs(broker):
    return Jobs(broker.client)


def test_a_worker_forgets_and_counts_what_has_been_dead_for_too_long(broker, jobs, start):
    for name, days in [("old", DEAD_SET_AGE.days + 1), ("young", DEAD_SET_AGE.days - 1)]:
        jobs.enqueue(name, "low")
        jobs.bury(jobs.reserve()[name], name)
        age = timedelta(days=days).total_seconds()
        broker.client.zincrby(keys.dead("low"), -age, name)
    start("worker", broker_url=broker.url, HEADCOUNT_QUEUES="critical")
    wait_until(lambda: broker.queue("low").dead_overflow, 10)
    assert [job.id for job in broker.dead_jobs()] == ["young"]
    assert broker.drifts() == {}
