"""Queues taken from a worker, and given to it, while it runs: it says what it consumes."""

import pytest

from service.broker.snapshot_reader import SnapshotReader
from tests import sample_jobs as jobs
from tests.waiting import wait_until
from workers.process_app import process_app

pytestmark = pytest.mark.usefixtures("enqueues_here")


def consumed(broker):
    return [one.queues for one in SnapshotReader(broker.client, broker.url)().workers]


def test_a_queue_that_is_cancelled_is_not_consumed_until_it_is_added_again(broker, start, notes):
    start("worker", broker_url=broker.url)
    control = process_app().control
    control.cancel_consumer("low", reply=True)
    wait_until(lambda: consumed(broker) == [("critical", "default")], 10)

    jobs.LowNote.perform_async("low")
    jobs.Note.perform_async("default")
    wait_until(lambda: "default" in notes, 10)
    assert broker.queue("low").ready == 1

    control.add_consumer("low", reply=True)
    wait_until(lambda: "low" in notes, 10)
    wait_until(lambda: consumed(broker) == [("critical", "default", "low")], 10)
