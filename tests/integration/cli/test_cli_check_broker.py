"""The self-check on brokers that are set up wrongly, or say little of themselves."""

import re
from contextlib import contextmanager

import httpx
import pytest

from tests.broker_process import BrokerProcess, free_port
from tests.integration.cli.findings import findings
from tests.waiting import wait_until


@pytest.fixture
def configured(broker):
    """Set the broker up differently for a while."""

    @contextmanager
    def configured(**options):
        named = {name.replace("_", "-"): value for name, value in options.items()}
        before = {name: broker.client.config_get(name)[name] for name in named}
        try:
            for name, value in named.items():
                broker.client.config_set(name, value)
            yield
        finally:
            for name, value in before.items():
                broker.client.config_set(name, value)

    return configured


def test_each_problem_is_a_line_with_the_command_that_mends_it(headcount, configured, broker):
    used = broker.client.info("memory")["used_memory"]
    with configured(
        maxmemory_policy="allkeys-lru", appendonly="no", appendfsync="no",
        maxmemory=int(used * 1.15),
    ):  # fmt: skip
        done = headcount("check")
    assert done.returncode == 1
    assert [line.split(": ")[0] for line in findings(done)] == [
        "problem  broker eviction_policy",
        "problem  broker persistence",
        "problem  broker memory",
        "problem  broker fsync",
    ]
    for line in findings(done):
        assert "mend: redis-cli CONFIG SET " in line


def test_the_command_for_a_broker_nearly_full_mends_it(headcount, configured, broker):
    used = broker.client.info("memory")["used_memory"]
    with configured(maxmemory=int(used * 1.15)):
        [line] = findings(headcount("check"))
        assert re.search(r"\b\d\d% of maxmemory is used \(\d+\.\d MiB of \d+\.\d MiB\)", line)
        command = re.search(r"redis-cli (CONFIG SET maxmemory \d+)", line)
        broker.client.execute_command(*command[1].split())
        assert headcount("check").returncode == 0


def test_a_broker_nearly_full_is_degraded_and_never_down(start, configured, broker):
    start("worker", broker_url=broker.url)
    sidecar = start("sidecar", broker_url=broker.url)

    def health():
        return httpx.get(f"http://127.0.0.1:{sidecar.http_port}/health")

    def found():
        return health().json()["checks"]["broker"]

    used = broker.client.info("memory")["used_memory"]
    with configured(maxmemory=int(used * 1.15)):
        wait_until(lambda: found()["status"] != "ok", 10)
        assert (health().status_code, found()["status"]) == (200, "degraded")
        assert "of maxmemory is used" in found()["detail"]


@pytest.fixture
def poor(broker):
    """The URL of a broker that says nothing of itself, as managed ones may."""
    rules = ["on", ">secret", "~*", "&*", "+@all", "-info", "-config"]
    broker.client.execute_command("ACL", "SETUSER", "poor", *rules)
    yield f"redis://poor:secret@127.0.0.1:{broker.port}/0"
    broker.client.execute_command("ACL", "DELUSER", "poor")


def test_a_broker_that_says_nothing_of_itself_is_no_problem(headcount, poor):
    done = headcount("check", CELERY_BROKER_URL=poor)
    assert (done.returncode, done.stderr, findings(done)) == (0, "", [])


def test_jobs_run_on_a_broker_that_says_nothing_of_itself(headcount, start, poor, notes):
    start("worker", broker_url=poor)
    assert headcount("enqueue", "Note", '["here"]', CELERY_BROKER_URL=poor).returncode == 0
    wait_until(lambda: "here" in notes, 20)


def test_what_a_broker_does_not_say_is_left_out_of_the_metrics(start, poor):
    sidecar = start("sidecar", broker_url=poor)
    text = httpx.get(f"http://127.0.0.1:{sidecar.http_port}/metrics").text
    assert "headcount_broker_up 1.0" in text
    assert "headcount_queue_depth" in text
    assert "headcount_broker_memory_used_bytes" not in text


def test_a_short_lease_is_a_warning_and_no_problem(headcount):
    done = headcount("check", HEADCOUNT_LEASE_SECONDS="6")
    [line] = findings(done)
    assert line.startswith("warning  lease: 6 s is short: ")
    assert "HEADCOUNT_LEASE_SECONDS of at least 20" in line
    assert done.returncode == 0


def test_lease_and_grace_are_said_together(said):
    text = said("check", HEADCOUNT_SHUTDOWN_GRACE_SECONDS="300")
    assert "lease: 60 s, renewed every 15 s until its worker has ended, also in the 300 s" in text


def test_a_replica_is_no_broker(headcount, broker, own_broker):
    own_broker.client.replicaof("127.0.0.1", broker.port)
    wait_until(lambda: own_broker.client.info("replication")["role"] == "slave", 10)
    [line] = findings(headcount("check", CELERY_BROKER_URL=own_broker.url))
    assert line.startswith("problem  broker writes: it is a replica, which takes no jobs; mend: ")
    assert f"(127.0.0.1:{broker.port})" in line


def test_a_cluster_is_no_broker(headcount, tmp_path):
    # Its own choice of a port for the cluster, 10,000 above the other, may be none at all.
    options = {"cluster-enabled": "yes", "cluster-port": free_port()}
    with BrokerProcess(tmp_path / "cluster", options=options) as cluster:
        [line] = findings(headcount("check", CELERY_BROKER_URL=cluster.url))
    assert line.startswith(f"problem  broker: redis://127.0.0.1:{cluster.port}/0: it is a Redis Cl")


def test_a_broker_that_cannot_save_is_a_problem(headcount, own_broker, tmp_path):
    (tmp_path / "broker" / "dump.rdb").mkdir()
    own_broker.client.bgsave()
    wait_until(lambda: own_broker.client.info("persistence")["rdb_last_bgsave_status"] == "err", 10)
    done = headcount("check", CELERY_BROKER_URL=own_broker.url)
    [line] = findings(done)
    assert line.startswith("problem  broker saving: its last snapshot to disk failed")
    assert done.returncode == 1


def test_evicted_keys_and_few_connections_left_are_warnings(headcount, own_broker):
    client = own_broker.client
    client.config_set("maxmemory-policy", "allkeys-lru")
    client.set("large", "x" * 2_000_000)
    client.config_set("maxmemory", client.info("memory")["used_memory"] - 1_000_000)
    wait_until(lambda: client.info("stats")["evicted_keys"], 10)
    client.config_set("maxmemory", 0)
    client.config_set("maxmemory-policy", "noeviction")
    client.config_set("maxclients", 2)
    done = headcount("check", CELERY_BROKER_URL=own_broker.url)
    assert done.returncode == 0
    clients, evicted = findings(done)
    assert clients.startswith("warning  broker clients: 2 of 2 connections are taken")
    assert evicted.startswith("warning  broker evicted_keys: 1 keys were evicted since its start")
