"""What Flower remembers of workers, and who may do what in it."""

import time

import pytest
from flower.options import options
from prometheus_client import generate_latest
from tornado.ioloop import IOLoop

from service.errors import SettingsError
from service.settings import load_settings
from workers.celery_app import make_celery
from workers.flower import flower_access
from workers.flower_app import HeadcountFlower
from workers.report import REMEMBER_SECONDS

BROKER = {"CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}


def settings_of(**environ):
    return load_settings({**BROKER, **environ})


@pytest.fixture
def flower():
    settings, loop = settings_of(), IOLoop(make_current=False)
    app = make_celery(lambda: settings)
    yield HeadcountFlower(flower_access(settings), options=options, capp=app, io_loop=loop)
    loop.close(all_fds=True)


def heard(flower, worker, seconds_ago):
    """Let a worker have run a task, and have been heard of last so long ago."""
    state, then = flower.events.state, time.time() - seconds_ago
    told = {"hostname": worker, "timestamp": then, "local_received": then, "clock": 1}
    state.event({"type": "worker-heartbeat", "freq": 2.0, **told})
    state.event({"type": "task-succeeded", "uuid": worker, "runtime": 0.1, **told})
    flower.inspector.workers[worker] = {"timestamp": then}


def test_a_worker_is_forgotten_15_minutes_after_it_was_heard_of_last(flower):
    heard(flower, "worker@gone", REMEMBER_SECONDS + 1)
    heard(flower, "worker@quiet", REMEMBER_SECONDS - 60)
    flower.forget_gone_workers()
    state = flower.events.state
    for known in (state.counter, state.workers, flower.inspector.workers):
        assert list(known) == ["worker@quiet"]
    assert b"worker@quiet" in generate_latest()
    assert b"worker@gone" not in generate_latest()


def test_without_both_credentials_it_is_for_this_machine_only_and_to_look_at():
    for given in ({}, {"HEADCOUNT_FLOWER_USER": "ops"}, {"HEADCOUNT_FLOWER_PASSWORD": "x"}):
        settings = settings_of(HEADCOUNT_HOST="0.0.0.0", **given)
        access = flower_access(settings)
        assert access == {"address": "127.0.0.1", "basic_auth": [], "read_only": True}


def test_with_both_it_is_where_everything_listens():
    both = {"HEADCOUNT_FLOWER_USER": "ops", "HEADCOUNT_FLOWER_PASSWORD": "a,b:c"}
    settings = settings_of(HEADCOUNT_HOST="0.0.0.0", **both)
    assert flower_access(settings) == {
        "address": "0.0.0.0", "basic_auth": ["ops:a,b:c"], "read_only": False,
    }  # fmt: skip


def test_serve_looks_for_it_where_it_listens():
    both = {"HEADCOUNT_FLOWER_USER": "ops", "HEADCOUNT_FLOWER_PASSWORD": "x"}
    assert settings_of(HEADCOUNT_HOST="192.0.2.7").flower_host() == "127.0.0.1"
    assert settings_of(HEADCOUNT_HOST="192.0.2.7", **both).flower_host() == "192.0.2.7"
    assert settings_of(HEADCOUNT_HOST="0.0.0.0", **both).flower_host() == "127.0.0.1"


def test_a_password_that_flower_cannot_compare_is_refused_without_being_shown():
    wrong = {"HEADCOUNT_FLOWER_USER": "ops", "HEADCOUNT_FLOWER_PASSWORD": "pässword"}
    with pytest.raises(SettingsError, match="HEADCOUNT_FLOWER_PASSWORD is wrong; allowed") as told:
        flower_access(settings_of(**wrong))
    assert "pässword" not in str(told.value)
