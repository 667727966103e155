"""Enqueuing on a broker that is away, frozen or full: one clear error, in time."""

import threading
import time

import pytest

from service.errors import EnqueueError
from tests import sample_jobs as jobs
from tests.waiting import wait_until

PATIENCE_SECONDS = 10

WAYS = {
    "one": lambda: jobs.Note.perform_async("x"),
    "scheduled": lambda: jobs.Note.perform_in(60, "x"),
    "unique": lambda: jobs.OnlyOne.perform_async("x"),
    "many": lambda: jobs.Note.perform_bulk([("x",)] * 3),
    "kept": lambda: jobs.Keep.perform_async("x"),
}


@pytest.fixture
def broker_of_mine(own_broker, enqueue_on):
    enqueue_on(own_broker)
    return own_broker


@pytest.mark.parametrize("known", [False, True], ids=["never seen", "seen before"])
def test_a_stopped_broker_is_an_error_in_time(broker_of_mine, known):
    if known:
        jobs.Note.perform_async("known")
    broker_of_mine.stop()
    for way in ("many", "kept") if known else ("one",):
        error, seconds = refused(WAYS[way])
        assert seconds < PATIENCE_SECONDS
        assert "was not enqueued: " in error
        assert "\n" not in error


@pytest.mark.parametrize("known", [False, True], ids=["never seen", "seen before"])
def test_a_frozen_broker_is_an_error_in_time(broker_of_mine, known):
    if known:
        jobs.Note.perform_async("known")
    broker_of_mine.freeze()
    _, seconds = refused(WAYS["one"])
    assert seconds < PATIENCE_SECONDS


def test_enqueuing_works_again_when_the_broker_is_back(broker_of_mine):
    jobs.Note.perform_async("before")
    broker_of_mine.stop()
    refused(WAYS["one"])
    broker_of_mine.start()
    jobs.Note.perform_async("after")
    assert broker_of_mine.queue("default").ready == 2
    assert broker_of_mine.drifts() == {}


def test_a_program_that_has_just_begun_rides_out_a_restart(broker_of_mine):
    broker_of_mine.stop()
    restart = threading.Timer(0.7, broker_of_mine.start)
    restart.start()
    jobs.Note.perform_async("first of all")
    restart.join()
    assert broker_of_mine.queue("default").ready == 1


def test_a_full_broker_refuses_jobs_and_takes_them_again(broker_of_mine, start, notes):
    worker = start("worker", broker_url=broker_of_mine.url)
    napping = jobs.Nap.perform_async(1, "full")
    wait_until(lambda: "start 1 full" in notes, 10)
    broker_of_mine.client.config_set("maxmemory-policy", "noeviction")
    broker_of_mine.client.config_set("maxmemory", 1)
    for enqueue in WAYS.values():
        error, _ = refused(enqueue)
        assert "maxmemory" in error
    wait_until(lambda: worker.attempts(napping.id), 10)
    broker_of_mine.client.config_set("maxmemory", 0)
    after = jobs.Note.perform_async("after")
    wait_until(lambda: worker.attempts(after.id) and not broker_of_mine.pending(), 15)
    assert broker_of_mine.drifts() == {}
    assert broker_of_mine.ledger("default").succeeded == 2


def refused(enqueue):
    begun = time.monotonic()
    with pytest.raises(EnqueueError) as caught:
        enqueue()
    return str(caught.value), time.monotonic() - begun
