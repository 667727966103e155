"""Which jobs run, as workers' reports and leases tell."""

import time

import pytest

from service.broker import keys
from service.broker.lookup import find_job
from service.broker.running import LARGEST_READ_BYTES, MOST_SHOWN, read_running
from service.telemetry.events import Attempt
from tests.jobs_in_broker import TASK
from workers.report import REMEMBER_SECONDS
from workers.running_report import RunningReport

NODE = "worker-9808@pod"


class Reporting:
    """A worker that says which jobs it runs: ``runs[tag] = seconds``."""

    def __init__(self, client, name=NODE):
        self.runs = {}
        self.report = RunningReport(client, name, REMEMBER_SECONDS, self._running)

    def _running(self):
        attempts = [Attempt("default", "shop.Long", f"job of {tag}") for tag in self.runs]
        for attempt, (tag, seconds) in zip(attempts, self.runs.items(), strict=True):
            attempt.lease_tag, attempt.started_at = tag, time.monotonic() - seconds
        return sorted(attempts, key=lambda one: one.started_at)

    def says(self, **runs):
        self.runs = runs
        self.report.send()


@pytest.fixture
def worker(broker):
    return Reporting(broker.client)


@pytest.fixture
def read(broker):
    return lambda: read_running(broker.client)


def test_the_longest_running_job_comes_first_with_its_worker(read, jobs, worker):
    jobs.enqueue_many("a", "b", "c")
    tags = jobs.reserve(3)
    worker.says(**{tags["a"]: 5.0, tags["b"]: 4000.0, tags["c"]: 60.0})
    found = read()
    assert [one.id for one in found.jobs] == [f"job of {tags[name]}" for name in "bca"]
    assert [one.seconds for one in found.jobs] == pytest.approx([4000, 60, 5], abs=2)
    assert {(one.task, one.queue, one.worker) for one in found.jobs} == {
        ("shop.Long", "default", NODE)
    }
    assert found.leased == 3


def test_a_job_that_has_ended_since_the_report_is_not_shown(read, jobs, worker):
    jobs.enqueue_many("a", "b")
    tags = jobs.reserve(2)
    worker.says(**dict.fromkeys(tags.values(), 10.0))
    jobs.end(tags["a"], "succeeded", "a")
    assert [one.id for one in read().jobs] == [f"job of {tags['b']}"]


def test_a_job_taken_a_moment_ago_is_shown_last_and_without_a_time(read, jobs, worker):
    jobs.enqueue_many("a", "b")
    tags = jobs.reserve(2)
    worker.says(**{tags["a"]: 3.0})
    known, taken = read().jobs
    assert known.seconds == pytest.approx(3, abs=2)
    assert (taken.id, taken.task, taken.queue) == ("b", TASK, "default")


def test_a_worker_that_runs_nothing_says_so_once(broker, jobs, worker):
    jobs.enqueue("a")
    worker.says()
    assert not broker.client.exists(keys.RUNNING)
    worker.says(**{jobs.reserve()["a"]: 1.0})
    assert broker.client.hkeys(keys.RUNNING) == [NODE.encode()]
    worker.says()
    assert not broker.client.exists(keys.RUNNING, keys.RUNNING_SEEN)
    asked = broker.client.info("commandstats")["cmdstat_evalsha"]["calls"]
    worker.says()
    assert broker.client.info("commandstats")["cmdstat_evalsha"]["calls"] == asked


def test_however_many_run_only_the_longest_are_fetched(broker, read, jobs):
    names = [f"job-{n}" for n in range(4 * MOST_SHOWN)]
    jobs.enqueue_many(*names)
    tags = list(jobs.reserve(len(names)).values())
    for n in range(4):
        mine = tags[n::4]
        Reporting(broker.client, f"worker-{n}@pod").says(
            **{tag: 100.0 * (n + 1) + i for i, tag in enumerate(mine)}
        )
    found = read()
    assert (len(found.jobs), found.leased) == (MOST_SHOWN, len(names))
    assert {one.worker for one in found.jobs} == {"worker-3@pod"}


def test_without_reports_leases_tell_as_much_as_they_can(read, jobs):
    names = [f"job-{n}" for n in range(2 * MOST_SHOWN)]
    jobs.enqueue_many(*names, queue="low")
    jobs.reserve(len(names))
    found = read()
    assert (len(found.jobs), found.leased) == (MOST_SHOWN, len(names))
    assert {(one.task, one.queue) for one in found.jobs} == {(TASK, "low")}


def test_a_large_message_is_not_fetched_for_its_name(read, jobs):
    jobs.push(b"\n" + jobs.message("large").encode() + b" " * LARGEST_READ_BYTES)
    jobs.reserve_unread()
    [found] = read().jobs
    assert (found.id, found.task, found.queue) == (None, None, "default")


@pytest.mark.parametrize("item", [b"\n\x1b[2J not json \xff", b"\n[1, 2]", b'\n{"headers": 7}'])
def test_a_message_that_nobody_can_read_is_a_job_without_a_name(read, jobs, item):
    jobs.push(item)
    jobs.reserve_unread()
    [found] = read().jobs
    assert (found.id, found.task, found.queue) == (None, None, "default")


def test_what_a_plain_celery_worker_holds_is_shown_since_it_took_it(broker, read, jobs):
    jobs.take_as_a_plain_worker_does("plain", ago_seconds=600)
    [found] = read().jobs
    assert (found.id, found.task, found.queue, found.worker) == ("plain", TASK, "default", None)
    assert found.seconds == pytest.approx(600, abs=5)
    place = find_job(broker.client, "plain")
    assert (place.state, place.queue, place.held_by) == ("running", "default", None)


def test_nothing_runs_where_there_is_nothing(read):
    found = read()
    assert (found.jobs, found.leased) == ((), 0)
