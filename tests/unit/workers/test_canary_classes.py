"""There is one canary per queue, and it is easy on its queue."""

import pytest

from service.queues import QUEUES
from workers.cron import next_due
from workers.jobs.canary import CriticalCanary, DefaultCanary, LowCanary

CANARIES = (CriticalCanary, DefaultCanary, LowCanary)
each_canary = pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.queue)


def test_each_queue_has_one():
    assert [canary.queue for canary in CANARIES] == [queue.name for queue in QUEUES]


@each_canary
def test_it_comes_every_minute_and_is_not_retried(canary):
    assert next_due(canary.cron_schedule, 0, None) == 60
    assert canary.max_retries == 0


@each_canary
def test_it_is_not_given_up_before_its_queue_is_slow_or_the_next_one_comes(canary):
    [allowed] = [one.wait_threshold_seconds for one in QUEUES if one.name == canary.queue]
    assert canary.expires_in >= min(allowed, 50)
    assert canary.expires_in <= max(allowed, 50)


@each_canary
def test_no_second_one_waits_behind_it(canary):
    assert canary.unique_for > canary.expires_in
