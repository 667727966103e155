"""Every way an attempt can end, on a real worker: its outcome is counted and logged once."""

from collections import Counter

import pytest

from tests import sample_jobs as jobs
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("enqueues_here")


def test_a_job_that_returns_succeeds(broker, start):
    worker = start("worker", broker_url=broker.url)
    job = jobs.Note.perform_async("hello")
    wait_until(worker.finished, 10)
    assert Counter(one["outcome"] for one in worker.finished()) == {"succeeded": 1}
    assert worker.finished()[0]["job_id"] == job.id
