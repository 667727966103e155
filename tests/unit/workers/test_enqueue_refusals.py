"""A call that is refused enqueues nothing; one that the broker does not answer says so."""

import time
from datetime import datetime

import pytest

from service.broker import keys
from service.errors import (
    ArgumentsError,
    EnqueueError,
    ResultNotKeptError,
    ScheduleError,
    SettingsError,
)
from service.queues import QUEUE_NAMES
from tests.sample_jobs import Keep, Nap, Note, OnlyOne


def jobs_in(broker):
    waiting = sum(broker.client.llen(queue) for queue in QUEUE_NAMES)
    return waiting + sum(broker.client.zcard(keys.scheduled(queue)) for queue in QUEUE_NAMES)


REFUSED = {
    "not JSON": (ArgumentsError, lambda: Note.perform_async(object())),
    "not JSON, deep inside": (ArgumentsError, lambda: Note.perform_async([{"a": {1}}])),
    "not JSON, by name": (ArgumentsError, lambda: Nap.perform_async(1, secret=b"x")),
    "an argument missing": (ArgumentsError, Nap.perform_async),
    "one argument too many": (ArgumentsError, lambda: Nap.perform_async(1, 2, 3)),
    "an unknown argument": (ArgumentsError, lambda: Nap.perform_async(1, secrets=2)),
    "no number of seconds": (ScheduleError, lambda: Note.perform_in("5")),
    "endless seconds": (ScheduleError, lambda: Note.perform_in(float("inf"))),
    "no datetime": (ScheduleError, lambda: Note.perform_at("tomorrow")),
    "too far away": (ScheduleError, lambda: Note.perform_at(datetime.max)),
    "bulk, not a sequence": (ArgumentsError, lambda: Note.perform_bulk([(1,), 2])),
    "bulk, a text": (ArgumentsError, lambda: Note.perform_bulk([(1,), "ab"])),
    "bulk, the last one wrong": (ArgumentsError, lambda: Note.perform_bulk([(1,), (object(),)])),
    "bulk, unique, wrong": (ArgumentsError, lambda: OnlyOne.perform_bulk([("a",), ()])),
}


@pytest.mark.usefixtures("enqueues_here")
@pytest.mark.parametrize(("error", "call"), REFUSED.values(), ids=REFUSED)
def test_a_refused_call_enqueues_nothing(broker, error, call):
    with pytest.raises(error) as caught:
        call()
    assert "\n" not in str(caught.value)
    assert jobs_in(broker) == 0
    assert not broker.client.hgetall(keys.LEDGER)


@pytest.mark.usefixtures("enqueues_here")
def test_bulk_names_the_job_and_its_argument(broker):
    with pytest.raises(ArgumentsError, match=r"job 2: Note\.perform: .*words\[0\] is of type set"):
        Note.perform_bulk([("a",), ("b",), ({1},)])


@pytest.mark.usefixtures("enqueues_here")
def test_perform_may_have_arguments_called_as_those_of_the_callers(broker):
    Nap.perform_in(60, seconds=5)
    assert jobs_in(broker) == 1


def test_a_broker_that_is_not_there_is_one_clear_error(own_broker, enqueue_on):
    enqueue_on(own_broker)
    own_broker.stop()
    begun = time.monotonic()
    for call in (lambda: Note.perform_async(1), lambda: Note.perform_bulk([(1,)])):
        with pytest.raises(EnqueueError, match=r"^tests\.sample_jobs\.Note was not enqueued: \S+"):
            call()
    assert time.monotonic() - begun < 20


def test_a_frozen_broker_is_one_clear_error_within_ten_seconds(own_broker, enqueue_on):
    enqueue_on(own_broker)
    Note.perform_async(1)
    own_broker.freeze()
    begun = time.monotonic()
    with pytest.raises(EnqueueError, match=r"^tests\.sample_jobs\.Note was not enqueued: "):
        Note.perform_async(2)
    assert time.monotonic() - begun < 10


def test_without_a_broker_set_the_variable_is_named(monkeypatch):
    from workers.process_app import process_app

    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    process_app.cache_clear()
    with pytest.raises(SettingsError, match=r"^CELERY_BROKER_URL is not set"):
        Note.perform_async(1)
    process_app.cache_clear()


@pytest.mark.usefixtures("enqueues_here", "broker")
def test_a_job_that_keeps_no_result_says_so_at_once():
    with pytest.raises(ResultNotKeptError, match=r"Note keeps no result.*store_result = True"):
        Note.perform_async(1).get(timeout=60)


@pytest.mark.usefixtures("enqueues_here", "broker")
def test_a_job_that_keeps_its_result_is_waited_for():
    from celery.exceptions import TimeoutError as NoResultYet

    with pytest.raises(NoResultYet):
        Keep.perform_async(1).get(timeout=0.1)
