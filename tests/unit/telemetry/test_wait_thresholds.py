"""A queue's wait threshold is a bound up to which waits are counted."""

import re

import pytest

from service.queues import WAIT_BUCKETS, Queue
from service.telemetry.catalogue import WORKER_METRICS
from service.telemetry.sample_lines import SampleLines


def test_a_threshold_whose_waits_are_not_counted_is_refused_with_those_that_are():
    with pytest.raises(ValueError, match="queue reports: wait_threshold_seconds=42 ") as refusal:
        Queue("reports", wait_threshold_seconds=42)
    allowed = str(refusal.value).split("allowed are ")[1].split(", ")
    assert [float(bound) for bound in allowed] == list(WAIT_BUCKETS)


@pytest.mark.parametrize("bound", WAIT_BUCKETS)
def test_a_worker_writes_the_bucket_of_every_threshold_that_is_allowed(bound):
    queue = Queue("reports", wait_threshold_seconds=bound)
    lines = SampleLines(WORKER_METRICS["headcount_job_wait_seconds"])
    lines.add((queue.name,))
    assert bucket_of(queue) in {labels.get("le") for _, labels in lines.points()}


def bucket_of(queue):
    """Return the label as the recording rule of objectives makes it of the exported threshold."""
    return re.sub(r"^([0-9]+)$", r"\1.0", f"{queue.wait_threshold_seconds:g}")
