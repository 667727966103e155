"""What the broker says of itself, and which of its settings are unsafe for jobs."""

from collections.abc import Mapping
from typing import Any

from service.broker.snapshot import BrokerState


def broker_state(info: Mapping[str, Any]) -> BrokerState:
    """Return the state in an answer to INFO; what a managed broker hides counts as well."""
    return BrokerState(
        memory_used_bytes=int(info.get("used_memory", 0)),
        memory_max_bytes=int(info.get("maxmemory", 0)),
        clients=int(info.get("connected_clients", 0)),
        evicted_keys=int(info.get("evicted_keys", 0)),
        config_problems=config_problems(info),
    )


def config_problems(info: Mapping[str, Any]) -> dict[str, str]:
    """Return check -> what is wrong and the command that mends it.

    Source: ``maxmemory_policy`` and ``aof_enabled`` of INFO; both are there without the right
    to CONFIG, which managed brokers withhold.
    """
    problems = {}
    policy = info.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        problems["eviction_policy"] = (
            f"maxmemory-policy is {policy}, so a full broker throws whole queues away; "
            "mend: redis-cli CONFIG SET maxmemory-policy noeviction"
        )
    if int(info.get("aof_enabled", 1)) == 0:
        problems["persistence"] = (
            "the append-only file is off, so a restart of the broker loses jobs; "
            "mend: redis-cli CONFIG SET appendonly yes"
        )
    return problems
