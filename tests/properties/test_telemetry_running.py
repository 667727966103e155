"""In whatever order events come, the gauges of running work stay true."""

from hypothesis import given
from hypothesis import strategies as st

from service.telemetry.events import JobFinished, JobStarted, Outcome
from tests.unit.telemetry.events_of_jobs import Worker, finished, started

JOBS = [f"job-{number}" for number in range(5)]
PLACES = st.tuples(st.sampled_from(["critical", "default", "low"]), st.sampled_from(["a.A", "b.B"]))


@st.composite
def histories(draw):
    """Any events of a few jobs: twice started, never started, out of order, all of it."""
    clock_seconds = 1000.0
    history = []
    for _ in range(draw(st.integers(0, 40))):
        clock_seconds += draw(st.floats(0, 10))
        (queue, task), job_id = draw(PLACES), draw(st.sampled_from(JOBS))
        place = {"queue": queue, "task": task, "job_id": job_id}
        if draw(st.booleans()):
            # A start may be told late, or carry a clock a little ahead.
            event = started(started_at=clock_seconds + draw(st.floats(-5, 1)), **place)
        else:
            outcome = draw(st.sampled_from(list(Outcome)))
            event = finished(outcome=outcome, **place)
        history.append((clock_seconds, event))
    return history


def running(worker: Worker) -> list[float]:
    families = {family.name: family for family in worker.metrics.collect()}
    return [sample.value for sample in families["headcount_jobs_running"].samples]


@given(histories())
def test_gauges_are_never_negative_and_agree(history):
    worker = Worker()
    open_jobs = set()
    for clock_seconds, event in history:
        worker.clock.now_seconds = clock_seconds
        worker.metrics(event)
        (open_jobs.add if isinstance(event, JobStarted) else open_jobs.discard)(event.job_id)
        gauges = running(worker)
        assert all(value >= 0 for value in gauges)
        assert sum(gauges) == worker.sample("headcount_worker_busy_slots") == len(open_jobs)


@given(histories())
def test_gauges_end_at_zero_when_every_job_has_ended(history):
    worker = Worker()
    for clock_seconds, event in [*history, *((2000.0, finished(job_id=job)) for job in JOBS)]:
        worker.clock.now_seconds = clock_seconds
        worker.metrics(event)
    assert set(running(worker)) <= {0.0}
    assert worker.sample("headcount_worker_busy_slots") == 0
    for queue in ("critical", "default", "low"):
        assert worker.sample("headcount_job_oldest_running_seconds", queue=queue) == 0


@given(histories())
def test_busy_time_never_shrinks(history):
    worker = Worker()
    shown = 0.0
    for clock_seconds, event in history:
        worker.clock.now_seconds = clock_seconds
        worker.metrics(event)
        busy_seconds = worker.sample("headcount_worker_busy_seconds_total")
        assert busy_seconds >= shown
        shown = busy_seconds


@given(histories())
def test_every_end_is_counted_once(history):
    worker = Worker()
    for _, event in history:
        worker.metrics(event)
    families = {family.name: family for family in worker.metrics.collect()}
    processed = sum(sample.value for sample in families["headcount_jobs_processed"].samples)
    assert processed == sum(isinstance(event, JobFinished) for _, event in history)
