"""Which observation stands for a bucket, and what OpenMetrics says of it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics import parser as openmetrics

from service.telemetry.catalogue import DURATION_BUCKETS
from service.telemetry.events import Outcome
from service.telemetry.exemplars import trace_id_of
from service.telemetry.metrics_text import metrics_text
from service.telemetry.traced import Traced
from service.telemetry.worker_metrics import UNCOUNTED_LIMIT
from tests.unit.telemetry.events_of_jobs import Worker, finished, started

DURATION = "headcount_job_duration_seconds"
WAIT = "headcount_job_wait_seconds"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def worker() -> Worker:
    return Worker()


def exemplars(worker, name=DURATION):
    """Bucket -> (labels, value, timestamp) of its exemplar, as a parser of OpenMetrics reads it."""
    text = metrics_text(worker.registry, "application/openmetrics-text")[0].decode()
    samples = [one for family in openmetrics.text_string_to_metric_families(text)
               for one in family.samples if one.exemplar]  # fmt: skip
    assert {one.name for one in samples} <= {f"{DURATION}_bucket", f"{WAIT}_bucket"}
    return {
        one.labels["le"]: tuple(one.exemplar) for one in samples if one.name == f"{name}_bucket"
    }


def ids(worker, name=DURATION):
    return {
        bucket: next(iter(found[0].values())) for bucket, found in exemplars(worker, name).items()
    }


def test_a_scrape_shows_the_slowest_attempt_in_its_bucket_with_its_time(worker):
    for seconds in (0.3, 0.44, 0.02):
        worker.metrics(finished(
            duration_seconds=seconds, correlation_id=f"order-{seconds}", ended_at=time.monotonic()
        ))  # fmt: skip
    [(bucket, (labels, value, at))] = exemplars(worker).items()
    assert (bucket, labels, value) == ("0.5", {"correlation_id": "order-0.44"}, 0.44)
    assert 0 <= time.time() - float(at) < 5


def test_each_queue_and_outcome_has_its_own(worker):
    worker.metrics(finished(queue="low", duration_seconds=0.3, correlation_id="low"))
    worker.metrics(finished(queue="critical", duration_seconds=0.07, correlation_id="critical"))
    worker.metrics(finished(outcome=Outcome.FAILED, duration_seconds=7.0, correlation_id="failed"))
    assert ids(worker) == {"0.5": "low", "0.1": "critical", "10.0": "failed"}


def test_a_wait_is_told_of_as_soon_as_the_job_has_begun(worker):
    worker.hold(started(wait_seconds=12.5, started_at=time.monotonic(), correlation_id="late"))
    [(bucket, (labels, value, at))] = exemplars(worker, WAIT).items()
    assert (bucket, labels, value) == ("20.0", {"correlation_id": "late"}, 12.5)
    assert 0 <= time.time() - float(at) < 5


def test_buckets_keep_theirs_until_another_batch_has_its_slowest_there(worker):
    worker.metrics(finished(duration_seconds=0.3, correlation_id="first", ended_at=1.0))
    assert ids(worker) == {"0.5": "first"}
    worker.metrics(finished(duration_seconds=2.0, correlation_id="second", ended_at=2.0))
    assert ids(worker) == {"0.5": "first", "2.5": "second"}
    worker.metrics(finished(duration_seconds=0.26, correlation_id="third", ended_at=3.0))
    assert ids(worker) == {"0.5": "third", "2.5": "second"}


def test_an_older_wait_does_not_take_the_place_of_a_newer_one(worker):
    worker.metrics(finished(wait_seconds=0.3, started_at=20.0, correlation_id="newer"))
    assert ids(worker, WAIT) == {"0.5": "newer"}
    worker.metrics(finished(wait_seconds=0.4, started_at=10.0, correlation_id="older"))
    assert ids(worker, WAIT) == {"0.5": "newer"}


def test_batches_between_scrapes_leave_their_exemplars_too(worker):
    worker.metrics(finished(duration_seconds=50.0, correlation_id="slow"))
    for _ in range(2 * UNCOUNTED_LIMIT):
        worker.metrics(finished(duration_seconds=0.001, correlation_id="quick"))
    assert ids(worker) == {"60.0": "slow", "0.005": "quick"}


def test_an_attempt_of_a_trace_is_named_by_its_trace(worker):
    worker.metrics(finished(trace_id=TRACE))
    assert exemplars(worker)["0.5"][0] == {"trace_id": TRACE}


def test_where_jobs_are_traced_it_is_the_trace_of_its_own_span(worker):
    own = TRACE[::-1]
    worker.metrics(finished(trace_id=TRACE, traced=Traced(own, "00f067aa0ba902b7", {})))
    assert exemplars(worker)["0.5"][0] == {"trace_id": own}


@pytest.mark.parametrize("given", ["", "x" * 115, "two\nlines", "\ud800", "nul\0"])
def test_an_id_that_can_be_no_exemplar_is_left_out(worker, given):
    worker.metrics(finished(correlation_id=given))
    assert exemplars(worker) == {}
    assert worker.sample(f"{DURATION}_count", queue="default", outcome="succeeded") == 1


@pytest.mark.parametrize("given", ['say "no"', "back\\slash", "späße 🎉", "{}=,", "x" * 114])
def test_an_id_of_any_other_kind_is_read_back_as_it_was(worker, given):
    worker.metrics(finished(correlation_id=given))
    assert ids(worker) == {"0.5": given}


def test_the_plain_text_shows_none(worker):
    worker.metrics(finished(correlation_id="order-7"))
    assert b"order-7" not in metrics_text(worker.registry, "")[0]


def test_whoever_asks_for_one_name_gets_its_exemplars_too(worker):
    worker.metrics(finished(correlation_id="order-7"))
    one = worker.registry.restricted_registry([f"{DURATION}_bucket"])
    assert b"order-7" in metrics_text(one, "application/openmetrics-text")[0]


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=30))
def test_an_exemplar_lies_in_its_bucket(seconds):
    worker = Worker()
    for one in seconds:
        worker.metrics(finished(duration_seconds=one))
    families = worker.metrics.collect()
    [one] = [
        sample
        for family in families
        for sample in family.samples
        if sample.exemplar and sample.name == f"{DURATION}_bucket"
    ]
    bound = float(one.labels["le"])
    below = max((smaller for smaller in DURATION_BUCKETS if smaller < bound), default=-1)
    assert one.exemplar.value == max(seconds)
    assert below < one.exemplar.value <= bound


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (f"00-{TRACE}-00f067aa0ba902b7-01", TRACE),
        (f"00-{TRACE}-00f067aa0ba902b7-00", TRACE),
        (f"cc-{TRACE}-00f067aa0ba902b7-01-what-comes-later", TRACE),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", None),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE}-00f067aa0ba902b7", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_a_trace_id_is_taken_from_a_valid_traceparent_only(header, found):
    assert trace_id_of(header) == found
