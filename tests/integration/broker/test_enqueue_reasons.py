"""Whatever a broker has against a job, every way to enqueue says it, alike and in time."""

import socket
import time

import pytest
from celery import group

from service.errors import EnqueueError
from tests import sample_jobs as jobs
from tests.broker_process import free_port
from tests.waiting import wait_until

PATIENCE_SECONDS = 10

WAYS = {
    "one": lambda: jobs.Note.perform_async("x"),
    "later": lambda: jobs.Note.perform_in(60, "x"),
    "bulk": lambda: jobs.Note.perform_bulk([("x",)] * 3000),
    "plain": lambda: jobs.plain.delay("x"),
    "plain and kept": lambda: jobs.add.delay([1]),
    "group": lambda: group(jobs.plain.si(n) for n in range(100))(),
}


@pytest.fixture(params=WAYS)
def way(request):
    return WAYS[request.param]


@pytest.fixture
def use(monkeypatch, own_broker, enqueue_on):
    def use(url):
        enqueue_on(own_broker)
        monkeypatch.setenv("CELERY_BROKER_URL", url)

    return use


def test_a_broker_that_refuses_connections(use, way):
    use(f"redis://:5ECR3T@127.0.0.1:{free_port()}/0")
    assert "Connection refused" in refused(way)


def test_a_host_that_has_no_address(use, way):
    use("redis://:5ECR3T@broker.invalid:6379/0")
    assert "broker.invalid" in refused(way)


def test_a_host_that_takes_connections_and_says_nothing(use, way):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(50)
        use(f"redis://:5ECR3T@127.0.0.1:{silent.getsockname()[1]}/0")
        assert "imeout" in refused(way)


def test_a_frozen_broker(own_broker, use, way):
    use(own_broker.url)
    jobs.Note.perform_async("before")
    own_broker.freeze()
    assert "imeout" in refused(way)


def test_a_database_that_is_not_there(own_broker, use, way):
    use(f"redis://127.0.0.1:{own_broker.port}/99")
    assert "DB index is out of range" in refused(way)


@pytest.mark.parametrize(
    ("given", "said"), [("", "uthentication required"), (":5ECR3T@", "password")]
)
def test_a_password_that_is_missing_or_wrong(own_broker, use, given, said):
    own_broker.client.config_set("requirepass", "another")
    use(f"redis://{given}127.0.0.1:{own_broker.port}/0")
    for way in WAYS.values():
        assert said in refused(way)


def test_a_replica(own_broker, use):
    own_broker.client.replicaof("127.0.0.1", free_port())
    use(own_broker.url)
    for way in WAYS.values():
        assert "read only replica" in refused(way)


def test_a_full_broker(own_broker, use):
    own_broker.client.config_set("maxmemory", 1)
    use(own_broker.url)
    for way in WAYS.values():
        assert "maxmemory" in refused(way)
    own_broker.client.config_set("maxmemory", 0)
    assert own_broker.pending() == 0
    assert own_broker.drifts() == {}


def test_a_broker_that_is_still_loading(own_broker, use):
    own_broker.client.mset({f"key-{n}": "x" * 100 for n in range(20_000)})
    own_broker.stop()
    own_broker.options |= {"key-load-delay": 2000, "loading-process-events-interval-bytes": 1024}
    own_broker.start(wait=False)
    wait_until(lambda: accepts(own_broker.port), 10)
    use(own_broker.url)
    for name in ("one", "bulk", "plain"):
        assert "loading" in refused(WAYS[name])


def refused(way):
    begun = time.monotonic()
    with pytest.raises(EnqueueError) as caught:
        way()
    assert time.monotonic() - begun < PATIENCE_SECONDS
    error = str(caught.value)
    assert "was not enqueued: redis://" in error
    assert "\n" not in error
    assert "5ECR3T" not in error
    return error


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
