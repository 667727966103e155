"""Whenever a scrape comes, what it shows of running work is true, and nothing is counted twice."""

from hypothesis import given
from hypothesis import strategies as st

from service.telemetry.events import Outcome
from tests.unit.telemetry.events_of_jobs import Worker, received

PLACES = st.tuples(st.sampled_from(["critical", "default", "low"]), st.sampled_from(["a.A", "b.B"]))
STEPS = st.sampled_from(["receive", "start", "end", "scrape"])


class Story:
    """A worker's attempts, step by step; ``waiting`` for a slot, ``running``, or ended."""

    def __init__(self) -> None:
        self.worker = Worker()
        self.waiting, self.running = [], []
        self.received = self.started = self.ended = 0

    def step(self, kind, place, seconds, outcome) -> None:
        self.worker.clock.now_seconds += seconds
        if kind == "receive":
            self.waiting.append(self.worker.hold(received(queue=place[0], task=place[1])))
            self.received += 1
        elif kind == "start" and self.waiting:
            attempt = self.waiting.pop(0)
            attempt.started_at, attempt.wait_seconds = self.worker.clock(), seconds
            self.running.append(attempt)
            self.started += 1
        elif kind == "end" and (self.running or self.waiting):
            attempt = (self.running or self.waiting).pop(0)
            begun = attempt.started_at
            self.worker.end(
                attempt,
                outcome=outcome,
                duration_seconds=None if begun is None else self.worker.clock() - begun,
            )
            self.ended += 1

    def shown(self, name: str) -> float:
        families = self.worker.metrics.collect()
        return sum(s.value for family in families for s in family.samples if s.name == name)


STORIES = st.lists(
    st.tuples(STEPS, PLACES, st.floats(0, 10), st.sampled_from(list(Outcome))), max_size=60
)


@given(STORIES)
def test_every_scrape_agrees_with_what_happened(steps):
    story = Story()
    busy = 0.0
    for step in steps:
        story.step(*step)
        if step[0] != "scrape":
            continue
        assert story.shown("headcount_jobs_running") == len(story.running)
        assert story.shown("headcount_worker_busy_slots") == len(story.running)
        assert story.shown("headcount_jobs_received_total") == story.received
        assert story.shown("headcount_jobs_started_total") == story.started
        assert story.shown("headcount_jobs_processed_total") == story.ended
        assert story.shown("headcount_job_wait_seconds_count") == story.started
        seconds = story.shown("headcount_worker_busy_seconds_total")
        assert seconds >= busy
        busy = seconds


@given(STORIES)
def test_gauges_end_at_zero_when_every_attempt_has_ended(steps):
    story = Story()
    for step in steps:
        story.step(*step)
    for attempt in [*story.running, *story.waiting]:
        story.worker.end(attempt)
    assert story.shown("headcount_jobs_running") == 0
    assert story.shown("headcount_job_oldest_running_seconds") == 0
    assert story.shown("headcount_worker_busy_slots") == 0
