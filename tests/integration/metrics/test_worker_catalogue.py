"""Each metric of a worker, after one mixed load on real processes: does it say what it means?"""

import importlib.metadata
from collections import Counter, defaultdict

import celery
import pytest

from service.queues import QUEUE_NAMES
from service.telemetry.catalogue import WORKER_METRICS
from tests.integration.metrics.mixed_load import NAP_SECONDS, NAPS, MixedLoad

CHECKS = {}

pytestmark = pytest.mark.usefixtures("enqueues_on_module_broker")


def says(name):
    """Register a check as this metric's."""
    return lambda check: CHECKS.setdefault(name, check)


@pytest.fixture(scope="module")
def load(module_broker, module_processes, enqueues_on_module_broker):
    return MixedLoad(module_broker, module_processes)


def test_every_metric_of_the_catalogue_has_a_check():
    assert CHECKS.keys() == WORKER_METRICS.keys()


@pytest.mark.parametrize("name", WORKER_METRICS)
def test_a_metric_says_what_happened(load, name):
    CHECKS[name](load, name)


def test_text_and_openmetrics_tell_the_same(load):
    for name in ("headcount_jobs_processed_total", "headcount_job_duration_seconds_bucket"):
        labels = ("queue", "outcome")
        assert load.openmetrics.by(name, *labels) == load.after.by(name, *labels)


# -- counters of attempts


@says("headcount_jobs_received_total")
def received(load, name):
    by_queue = Counter((one.queue, "false") for one in load.attempts)
    by_queue["default", "false"] -= 1  # the one that came back from the killed worker
    by_queue["default", "true"] += 1
    assert load.after.by(name, "queue", "redelivered") == by_queue


@says("headcount_jobs_started_total")
def started(load, name):
    assert load.after.by(name, "queue", "task") == Counter(
        (one.queue, one.task) for one in load.attempts if one.began
    )


@says("headcount_jobs_processed_total")
def processed(load, name):
    assert load.after.by(name, "queue", "task", "outcome") == Counter(
        (one.queue, one.task, one.outcome) for one in load.attempts
    )


@says("headcount_job_failures_total")
def failures(load, name):
    assert load.after.by(name, "queue", "error_type") == Counter(
        (one.queue, one.error_type) for one in load.attempts if one.error_type
    )


# -- times


def check_histogram(load, name, labels, observed, tolerance=1e-3):
    """``observed``: label values -> what was observed, by another source."""
    assert load.after.by(f"{name}_count", *labels) == Counter(
        {its: len(values) for its, values in observed.items()}
    )
    for its, values in observed.items():
        total = load.after.value(f"{name}_sum", **dict(zip(labels, its, strict=True)))
        assert total == pytest.approx(sum(values), abs=tolerance)
    for bucket in load.after.samples(f"{name}_bucket"):
        values = observed.get(tuple(bucket.labels[label] for label in labels), ())
        if tolerance <= 1e-3:
            assert bucket.value == sum(value <= float(bucket.labels["le"]) for value in values)


def logged(load, field, *labels):
    found = defaultdict(list)
    for line in load.lines:
        if field in line:
            found[tuple(line[label] for label in labels)].append(line[field])
    return found


@says("headcount_job_wait_seconds")
def waits(load, name):
    observed = logged(load, "wait_seconds", "queue")
    assert max(observed[("default",)]) > 3, "the job that came back has waited for the lease"
    assert max(observed[("low",)]) < 30, "delayed jobs wait from when they are due"
    check_histogram(load, name, ["queue"], observed)


@says("headcount_job_duration_seconds")
def durations(load, name):
    observed = logged(load, "duration_seconds", "queue", "outcome")
    quick, *_, slow = sorted(observed["critical", "succeeded"])
    assert quick < 1 < NAP_SECONDS <= slow
    check_histogram(load, name, ["queue", "outcome"], observed)


@says("headcount_job_end_to_end_seconds")
def end_to_end(load, name):
    observed = defaultdict(list)
    for job_id, (queue, due_at) in load.due_at.items():
        observed[(queue,)].append(load.ended_at(job_id) - due_at)
    tolerance = 0.02 * len(load.due_at)
    check_histogram(load, name, ["queue"], observed, tolerance)


@says("headcount_job_attempts")
def attempts(load, name):
    observed = defaultdict(list)
    for one in load.attempts:
        if one.is_last:
            observed[(one.queue,)].append(one.number)
    check_histogram(load, name, ["queue"], observed)


@says("headcount_task_duration_seconds")
def task_durations(load, name):
    observed = logged(load, "duration_seconds", "queue", "task")
    assert load.after.by(f"{name}_count", "queue", "task") == Counter(
        {its: len(values) for its, values in observed.items()}
    )
    for (queue, task), values in observed.items():
        total = load.after.value(f"{name}_sum", queue=queue, task=task)
        assert total == pytest.approx(sum(values), abs=1e-3)


# -- what runs now


@says("headcount_jobs_running")
def running(load, name):
    two = {(nap.queue, nap.name): 1 for nap in NAPS}
    assert load.while_running.by(name, "queue", "task") == two
    assert load.after.by(name, "queue", "task") == {}


@says("headcount_job_oldest_running_seconds")
def oldest_running(load, name):
    ages = load.while_running.by(name, "queue")
    assert ages.keys() == {("critical",), ("default",)}
    assert all(0 < age < 10 for age in ages.values())
    assert {one.value for one in load.after.samples(name)} == {0}


@says("headcount_worker_slots")
def slots(load, name):
    assert load.after.value(name) == 2


@says("headcount_worker_busy_slots")
def busy_slots(load, name):
    assert (load.while_running.value(name), load.after.value(name)) == (2, 0)


@says("headcount_worker_busy_seconds_total")
def busy_seconds(load, name):
    ended = [line for line in load.lines if line.get("duration_seconds")]
    spent = sum(line["duration_seconds"] for line in ended)
    assert load.while_running.value(name) > 0
    assert load.after.value(name) == pytest.approx(spent, abs=0.01)


# -- the process


@says("headcount_worker_child_exits_total")
def child_exits(load, name):
    found = load.after.by(name, "reason")
    assert found.pop(("recycled",)) >= 1
    assert found == {("killed",): 4, ("timed_out",): 2, ("error",): 1}


@says("headcount_worker_memory_bytes")
def memory(load, name):
    for role, size in load.memory.items():
        assert load.after.value(name, role=role) == pytest.approx(size, rel=0.3)


@says("headcount_worker_loop_lag_seconds")
def loop_lag(load, name):
    assert load.after.value(name) < 1
    assert 0 < load.draining.value(name) < 20, "the loop stands still while the pool drains"


@says("headcount_worker_draining")
def draining(load, name):
    assert (load.after.value(name), load.draining.value(name)) == (0, 1)


@says("headcount_broker_reconnects_total")
def reconnects(load, name):
    assert load.reconnects[0] == 0
    assert load.reconnects == sorted(set(load.reconnects))


@says("headcount_worker_info")
def info(load, name):
    [one] = load.after.samples(name)
    assert one.value == 1
    assert one.labels == {
        "version": importlib.metadata.version("headcount"),
        "celery_version": celery.__version__,
    }


@says("headcount_series_dropped_total")
def dropped(load, name):
    assert {one.value for one in load.after.samples(name)} == {0}, "see test_label_floods.py"


# -- all of them


def test_labels_hold_nothing_but_the_closed_sets(load):
    for metric in WORKER_METRICS.values():
        for one in [*load.after.samples(metric.name), *load.after.samples(f"{metric.name}_count")]:
            assert set(one.labels) == set(metric.labels)
            assert one.labels.get("queue", "default") in QUEUE_NAMES
    ids = [job_id for job_id in load.due_at if job_id in load.after.text]
    assert ids == []
