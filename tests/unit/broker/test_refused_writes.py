"""A broker that answers every question and takes no job: seen, named, and told how to be mended."""

import shutil
from contextlib import closing

import pytest
import redis

from service.broker.snapshot_reader import SnapshotReader
from service.sidecar.checks import check_broker
from tests.broker_process import BrokerProcess
from tests.waiting import wait_until


def a_replica(broker, _directory):
    broker.client.replicaof("127.0.0.1", 1)


def too_few_replicas(broker, _directory):
    broker.client.config_set("min-replicas-to-write", 1)


def a_full_disk(broker, directory):
    """Its directory is gone, which stops a save as well as a disk without room does."""
    broker.client.config_set("save", "3600 1")
    shutil.rmtree(directory)
    broker.client.bgsave()
    wait_until(lambda: broker.client.info()["rdb_last_bgsave_status"] == "err", 5)


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "broker"


@pytest.fixture
def broker(directory):
    """A broker to be spoilt: no other test gets it."""
    with BrokerProcess(directory) as broker:
        yield broker


@pytest.fixture
def read(broker):
    return SnapshotReader(broker.client, broker.url)


@pytest.mark.parametrize(
    ("how", "reason", "cure"),
    [
        (a_replica, "it is a replica", "the address of its primary (127.0.0.1:1)"),
        (too_few_replicas, "fewer replicas", "CONFIG SET min-replicas-to-write 0"),
        (a_full_disk, "it cannot save its data", "make room on its disk"),
    ],
)
def test_the_broker_is_down_and_the_reason_and_its_cure_are_told(
    broker, directory, read, how, reason, cure
):
    assert read().broker.refusal == ""
    how(broker, directory)
    status, detail = check_broker(read())
    assert status == "down"
    assert reason in detail
    assert cure in detail


def test_a_full_broker_still_takes_what_ends_jobs_and_is_not_said_to_refuse(broker, read):
    used = broker.client.info("memory")["used_memory"]
    broker.client.config_set("maxmemory", used // 2)
    assert read().broker.refusal == ""


def test_a_user_who_may_only_read_asks_once_and_claims_nothing(broker):
    broker.client.execute_command("ACL", "SETUSER", "watcher", "on", ">pw", "~*", "+@all", "-DEL")
    watcher = redis.Redis(port=broker.port, username="watcher", password="pw")
    with closing(watcher):
        read = SnapshotReader(watcher, broker.url)
        broker.client.acl_log_reset()
        assert [read().broker.refusal for _ in range(3)] == [None] * 3
        assert [entry["count"] for entry in broker.client.acl_log()] == [1]
