"""Strict priority: the next free slot takes critical before default before low."""

import random

import pytest

from tests import sample_jobs as jobs
from tests.waiting import wait_until

PER_QUEUE = 40
CLASSES = {"critical": jobs.CriticalNote, "default": jobs.Note, "low": jobs.LowNote}
NAPS = {"critical": jobs.CriticalNap, "default": jobs.Nap, "low": jobs.LowNap}
NAP_SECONDS = 0.05

pytestmark = pytest.mark.usefixtures("enqueues_here")


@pytest.mark.parametrize("concurrency", [1, 4])
def test_waiting_jobs_run_in_the_order_of_their_queues(broker, start, notes, concurrency):
    worker = start("worker", broker_url=broker.url, HEADCOUNT_CONCURRENCY=concurrency)
    for _ in range(concurrency):
        jobs.Nap.perform_async(1)
    wait_until(lambda: worker.metric("headcount_worker_busy_slots") == concurrency, 10)
    for name in shuffled_names(PER_QUEUE):
        NAPS[name].perform_async(NAP_SECONDS, name)
    assert not nap_order(notes), "nothing may run while all are busy"
    wait_until(lambda: len(nap_order(notes)) == 3 * PER_QUEUE, 20)
    in_order = ["critical"] * PER_QUEUE + ["default"] * PER_QUEUE + ["low"] * PER_QUEUE
    # With several slots, jobs that begin at the same time may note it in either order.
    misplaced = [n for n, name in enumerate(nap_order(notes)) if name != in_order[n]]
    assert all(near_a_border(n, concurrency - 1) for n in misplaced)


def test_jobs_of_one_queue_run_first_come_first_served(broker, start, notes):
    ids = [jobs.Note.perform_async("note", n) for n in range(50)]
    start("worker", broker_url=broker.url, HEADCOUNT_CONCURRENCY=1)
    wait_until(lambda: len(notes.lines()) == len(ids), 20)
    assert notes.lines() == [f"note {n}" for n in range(50)]


def test_a_worker_takes_only_the_queues_it_was_given(broker, start, notes):
    worker = start("worker", broker_url=broker.url, HEADCOUNT_QUEUES="low,critical")
    enqueue_shuffled(3)
    wait_until(lambda: len(notes.lines()) == 6, 10)
    assert worker.stop() == 0
    assert broker.queue("default").ready == 3
    assert sorted(queue_order(notes)) == ["critical"] * 3 + ["low"] * 3


def test_an_urgent_job_overtakes_those_that_came_while_it_was_not_there(broker, start, notes):
    start("worker", broker_url=broker.url, HEADCOUNT_CONCURRENCY=1)
    for n in range(20):
        jobs.Nap.perform_async(0.1, n)
    wait_until(lambda: len(notes.lines()) >= 4, 10)
    before = len(notes.lines())
    jobs.CriticalNote.perform_async("critical")
    wait_until(lambda: "critical" in notes, 10)
    assert notes.lines().index("critical") <= before + 3


def enqueue_shuffled(per_queue=PER_QUEUE):
    for name in shuffled_names(per_queue):
        CLASSES[name].perform_async(name)


def shuffled_names(per_queue):
    names = [name for name in CLASSES for _ in range(per_queue)]
    random.Random(4).shuffle(names)
    return names


def nap_order(notes):
    begun = [line.split() for line in notes.lines() if line.startswith("start ")]
    return [words[2] for words in begun if words[2] in CLASSES]


def queue_order(notes):
    return [line for line in notes.lines() if line in CLASSES]


def near_a_border(place, reach):
    return any(border - reach <= place < border + reach for border in (PER_QUEUE, 2 * PER_QUEUE))
