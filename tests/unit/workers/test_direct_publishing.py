"""A job published without passing through Celery is the same job; who listens to Celery is told."""

import functools
import json

import pytest
from celery import signals
from celery.app.task import Task

from service.broker import keys
from tests.sample_jobs import Keep, LivesASecond, Nap, Note, OnlyOne
from workers.process_app import process_app

pytestmark = pytest.mark.usefixtures("enqueues_here")

UNREAD = ("reply_to", "expiration", "argsrepr", "kwargsrepr")
"""What Celery writes for other brokers, or twice."""

OF_THE_MOMENT = {
    "headers": ("id", "root_id", "expires"),
    "properties": ("correlation_id", "delivery_tag", *UNREAD),
    "stamps": ("enqueued_at", "first_due_at", "due_at", "correlation_id"),
}

CALLS = {
    "plain": lambda: Note.perform_async("a", 1, 2.5, None, True, {"b": ["c"]}),
    "not ASCII": lambda: Note.perform_async("größer 漢字 \x00 \ud800"),
    "beyond 64 bits": lambda: Note.perform_async(2**64, -(2**200)),
    "arguments to be shown": lambda: Nap.perform_async(3, secret="x"),
    "later": lambda: Note.perform_in(60, "x"),
    "expiring": LivesASecond.perform_async,
    "result kept": lambda: Keep.perform_async("x"),
    "unique": lambda: OnlyOne.perform_async("x"),
}


@pytest.fixture
def heard():
    """What Celery tells of publishing, as (signal, task)."""
    heard = []
    before = lambda sender, **_: heard.append(("before", sender))  # noqa: E731
    after = lambda sender, **_: heard.append(("after", sender))  # noqa: E731
    signals.before_task_publish.connect(before)
    signals.after_task_publish.connect(after)
    yield heard
    signals.before_task_publish.disconnect(before)
    signals.after_task_publish.disconnect(after)


def lasting(item):
    """Return a message's parts, without those that differ from call to call."""
    message = json.loads(item)
    message["body"] = json.loads(message["body"])
    parts = {"headers": message["headers"], "properties": message["properties"]}
    parts["stamps"] = parts["headers"]["headcount"]
    for part, names in OF_THE_MOMENT.items():
        for name in names:
            parts[part].pop(name, None)
    return message


def take_message(broker):
    """Return the only message there is, and empty the broker."""
    waiting = broker.client.lrange("default", 0, -1)
    (item,) = waiting + broker.client.zrange(keys.scheduled("default"), 0, -1)
    broker.client.flushall()
    return item


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_job_is_the_same_whichever_way_it_goes(broker, request, call):
    call()
    directly = take_message(broker)
    heard = request.getfixturevalue("heard")
    call()
    through_celery = take_message(broker)
    assert [name for name, _ in heard] == ["before", "after"]
    assert lasting(directly) == lasting(through_celery)


def test_who_listens_to_publishing_is_told_of_every_job(broker, heard):
    Note.perform_async(1)
    Note.perform_in(60, 1)
    task = Note.name
    assert heard == [("before", task), ("after", task)] * 2


@pytest.mark.usefixtures("broker")
def test_a_tracer_that_wraps_celery_sees_every_job(monkeypatch):
    seen, apply_async = [], Task.apply_async

    @functools.wraps(apply_async)
    def traced(task, *args, **options):
        seen.append(task.name)
        return apply_async(task, *args, **options)

    monkeypatch.setattr(Task, "apply_async", traced)
    Note.perform_async(1)
    assert seen == [Note.name]


def test_an_eager_job_is_performed_here_and_now(broker, tmp_path, monkeypatch):
    monkeypatch.setenv("NOTES", str(tmp_path / "notes"))
    Note.perform_async("enqueued")
    monkeypatch.setitem(process_app().conf.changes, "task_always_eager", True)
    Note.perform_async("performed")
    assert (tmp_path / "notes").read_text() == "performed\n"
    assert broker.client.llen("default") == 1


def test_what_is_configured_otherwise_is_left_to_celery(broker):
    process_app().conf.task_default_priority = 7
    Note.perform_async(1)
    assert json.loads(take_message(broker))["properties"]["priority"] == 7
