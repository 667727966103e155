"""What the broker says of itself, and what of it is unsafe for jobs.

Read from INFO, which managed brokers answer without the right to CONFIG (what one hides counts as
well: nobody can mend what nobody can see), and from what it says to a write.
"""

from collections.abc import Mapping
from typing import Any

from redis.exceptions import ReadOnlyError, ResponseError

from service.broker.snapshot import BrokerState

MEMORY_RATIO = 0.8
"""Share of its memory beyond which a broker is too full: a backlog can double within minutes,
and rewriting the append-only file takes memory of its own."""


def broker_state(info: Mapping[str, Any], written: Any = None) -> BrokerState:
    """Return the state in an answer to INFO; ``written``: the answer to a write, None without."""
    return BrokerState(
        memory_used_bytes=_number(info, "used_memory"),
        memory_max_bytes=_number(info, "maxmemory"),
        memory_total_bytes=_number(info, "total_system_memory"),
        clients=_number(info, "connected_clients"),
        evicted_keys=_number(info, "evicted_keys"),
        config_problems=config_problems(info),
        refusal=None if written is None else _refusal(written, info),
    )


def config_problems(info: Mapping[str, Any]) -> dict[str, str]:
    """Return check -> what is wrong and the command that mends it.

    Source: ``maxmemory_policy``, ``aof_enabled`` and ``aof_last_write_status`` of INFO.
    """
    found = {"eviction_policy": _eviction(info), "persistence": _persistence(info)}
    return {check: problem for check, problem in found.items() if problem}


def broker_problems(broker: BrokerState) -> dict[str, str]:
    """Return check -> what is wrong and how to mend it: beside settings, writes and memory."""
    others = {"writes": broker.refusal or "", "memory": _memory(broker)}
    return broker.config_problems | {check: text for check, text in others.items() if text}


def _refusal(written: Any, info: Mapping[str, Any]) -> str:
    if not isinstance(written, ResponseError):
        return ""
    text = str(written)
    if isinstance(written, ReadOnlyError):
        return (
            "it is a replica, which takes no jobs; mend: the address of its primary "
            f"({info.get('master_host')}:{info.get('master_port')}), or sentinel:// URLs"
        )
    if text.startswith("NOREPLICAS"):
        return (
            "it has fewer replicas than min-replicas-to-write wants, and takes no jobs; mend: "
            "bring its replicas back, or redis-cli CONFIG SET min-replicas-to-write 0"
        )
    if text.startswith("MISCONF"):
        return (
            "it cannot save its data, and takes no jobs; mend: make room on its disk "
            "(redis-cli CONFIG GET dir), then redis-cli BGSAVE"
        )
    return f"it takes no jobs, and says: {text}"


def _eviction(info: Mapping[str, Any]) -> str:
    policy = info.get("maxmemory_policy", "noeviction")
    if policy == "noeviction":
        return ""
    return (
        f"maxmemory-policy is {policy}, so a full broker throws whole queues away; "
        "mend: redis-cli CONFIG SET maxmemory-policy noeviction"
    )


def _persistence(info: Mapping[str, Any]) -> str:
    if str(info.get("aof_enabled", 1)) == "0":
        return (
            "the append-only file is off, so a restart of the broker loses jobs; "
            "mend: redis-cli CONFIG SET appendonly yes"
        )
    if info.get("aof_last_write_status", "ok") != "ok":
        return (
            "the append-only file cannot be written, so the broker refuses jobs; "
            "mend: make room on its disk (redis-cli CONFIG GET dir)"
        )
    return ""


def _memory(broker: BrokerState) -> str:
    used, most = broker.memory_used_bytes or 0, broker.memory_max_bytes
    machine = broker.memory_total_bytes
    if most and used > MEMORY_RATIO * most:
        return (
            f"{used / most:.0%} of maxmemory is used ({_mib(used)} of {_mib(most)}), and a full "
            f"broker refuses jobs; mend: redis-cli CONFIG SET maxmemory {2 * most}, if the "
            f"machine has it, or {_LET_GO}"
        )
    if machine and used > MEMORY_RATIO * machine:
        return (
            f"{used / machine:.0%} of its machine's memory is used ({_mib(used)} of "
            f"{_mib(machine)}), and the kernel kills a broker that wants more; mend: give the "
            f"machine more memory, or {_LET_GO}"
        )
    return ""


_LET_GO = "let go of dead jobs: headcount dead drop --all --older-than 7d"


def _mib(count: int) -> str:
    return f"{count / 2**20:,.1f} MiB"


def _number(info: Mapping[str, Any], name: str) -> int | None:
    try:
        return int(info[name])
    except (LookupError, TypeError, ValueError):
        return None
