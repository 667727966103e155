"""What the broker says of itself, and how errors name it without its password."""

import pytest
import redis

from service.broker import keys
from service.broker.broker_state import broker_problems, broker_state, config_problems
from service.broker.connection import broker_errors, describe
from service.errors import BrokerError
from service.queues import QUEUE_NAMES

MIB = 2**20
SAFE = {"maxmemory_policy": "noeviction", "aof_enabled": 1}


def test_safe_settings_are_no_problem():
    assert config_problems(SAFE) == {}


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
def test_a_broker_that_evicts_is_told_how_to_be_mended(policy):
    problem = config_problems({**SAFE, "maxmemory_policy": policy})["eviction_policy"]
    assert policy in problem
    assert "CONFIG SET maxmemory-policy noeviction" in problem


def test_a_broker_that_does_not_persist_is_told_how_to_be_mended():
    assert "appendonly yes" in config_problems({**SAFE, "aof_enabled": 0})["persistence"]


def test_what_a_managed_broker_hides_is_no_problem():
    assert config_problems({}) == {}
    state = broker_state({})
    assert broker_problems(state) == {}
    assert (state.memory_used_bytes, state.memory_max_bytes, state.clients) == (None, None, None)


def test_what_is_no_number_is_not_known_rather_than_an_error():
    assert broker_state({"used_memory": "hidden", "maxmemory": None}).memory_used_bytes is None


def test_an_append_only_file_that_cannot_be_written_is_named():
    problem = config_problems({**SAFE, "aof_last_write_status": "err"})["persistence"]
    assert "cannot be written" in problem


def test_a_broker_near_its_limit_is_told_the_numbers_and_what_to_do():
    info = {**SAFE, "used_memory": 900 * MIB, "maxmemory": 1000 * MIB}
    problem = broker_problems(broker_state(info))["memory"]
    assert "90% of maxmemory is used (900.0 MiB of 1,000.0 MiB)" in problem
    assert f"redis-cli CONFIG SET maxmemory {2000 * MIB}" in problem


@pytest.mark.parametrize("limit", [0, 8000 * MIB])
def test_a_broker_whose_limit_does_not_hold_is_measured_by_its_machine(limit):
    memory = {"used_memory": 900 * MIB, "maxmemory": limit, "total_system_memory": 1000 * MIB}
    info = {**SAFE, **memory}
    problem = broker_problems(broker_state(info))["memory"]
    assert "90% of its machine's memory is used (900.0 MiB of 1,000.0 MiB)" in problem


def test_numbers_are_taken_from_info():
    state = broker_state(
        {**SAFE, "used_memory": 10, "maxmemory": 20, "connected_clients": 3, "evicted_keys": 4}
    )
    assert (state.memory_used_bytes, state.memory_max_bytes) == (10, 20)
    assert (state.clients, state.evicted_keys) == (3, 4)


def test_a_real_brokers_settings_are_read(broker):
    state = broker_state(broker.client.info())
    assert broker_problems(state) == {}
    assert 0 < state.memory_used_bytes < state.memory_total_bytes
    broker.client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert list(broker_state(broker.client.info()).config_problems) == ["eviction_policy"]
    finally:
        broker.client.config_set("maxmemory-policy", "noeviction")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://broker:6379/0", "redis://broker:6379/0"),
        ("redis://:SECRET@broker:6379/0", "redis://broker:6379/0"),
        ("rediss://user:SE%40CRET@broker/2", "rediss://broker/2"),
        ("redis://u:SE@CRET@broker/2", "redis://broker/2"),
        ("redis://broker/2?password=SECRET", "redis://broker/2"),
        ("sentinel://:SECRET@a:1/0;sentinel://:SECRET@b:2", "sentinel://a:1/0;sentinel://b:2"),
    ],
)
def test_errors_name_the_broker_without_its_password(url, shown):
    assert describe(OSError("refused"), url) == f"{shown}: refused"


def test_an_error_without_words_has_its_name():
    assert describe(TimeoutError(), "redis://b/0") == "redis://b/0: TimeoutError"


@pytest.mark.parametrize("error", [redis.ConnectionError("gone"), TimeoutError("late")])
def test_whatever_a_client_raises_is_one_exception(error):
    with pytest.raises(BrokerError, match="redis://broker/0: "), broker_errors("redis://broker/0"):
        raise error


def test_all_keys_but_kombus_begin_with_the_prefix():
    ours = [value for name, value in vars(keys).items() if name.isupper()]
    ours += [make("q") for make in (keys.scheduled, keys.dead, keys.wake)]
    ours.append(keys.unique("t", "d"))
    others = {key for key in ours if not key.startswith("headcount:")}
    assert others == {"unacked", "unacked_index"}
    assert len(set(ours)) == len(ours)


def test_a_queues_waiting_jobs_are_under_its_plain_name(jobs):
    for queue in QUEUE_NAMES:
        jobs.enqueue("a", queue)
        assert jobs.client.type(queue) == b"list"
