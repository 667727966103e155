"""Checks of the broker: whether it is one that keeps jobs, and jobs nobody would take from it."""

from service.broker.broker_state import broker_problems
from service.cli.broker_look import CELERYS_DEFAULT_QUEUE, BrokerLook
from service.cli.findings import Findings, ok, problem, warning

OLDEST_VERSION = (6, 2)
CLIENTS_RATIO = 0.8


def check_broker(look: BrokerLook) -> Findings:
    """Find what is wrong with the broker itself."""
    yield ok("broker", f"answered in {look.snapshot.probe_seconds * 1000:.1f} ms")
    for name, text in (broker_problems(look.snapshot.broker) | dict(look.fsync)).items():
        yield problem(f"broker {name}", text)
    yield from _version(look)
    yield from _saving(look)
    yield from _clients(look)
    evicted = look.snapshot.broker.evicted_keys
    if evicted:
        yield warning(
            "broker evicted_keys",
            f"{evicted} keys were evicted since its start, jobs among them perhaps; "
            "mend: see that maxmemory-policy stays noeviction; a restart begins the count anew",
        )


def check_ledger(look: BrokerLook) -> Findings:
    """Find queues whose jobs do not add up."""
    for queue in look.snapshot.queues:
        if queue.drift:
            yield problem("ledger", f"{queue.name} is off by {queue.drift} jobs")


def check_unread(look: BrokerLook) -> Findings:
    """Find jobs where no Headcount worker looks."""
    for name, count in look.unread.items():
        if name == CELERYS_DEFAULT_QUEUE:
            yield warning(
                "queues",
                f"{count} jobs wait in {name!r}, plain Celery's own queue, which no Headcount "
                "worker consumes; mend: task_routes of whoever enqueues them",
            )
        else:
            yield warning(
                "queues",
                f"{count} jobs wait in {name!r}, a list of plain Celery's priorities, which no "
                "Headcount worker consumes; mend: no priority where they are enqueued",
            )


def _version(look: BrokerLook) -> Findings:
    info = look.info
    version = str(info.get("valkey_version") or info.get("redis_version") or "")
    if version and _numbers(version) < OLDEST_VERSION:
        yield problem("broker version", f"{version} is too old; allowed: 6.2 or later")


def _saving(look: BrokerLook) -> Findings:
    if str(look.info.get("rdb_last_bgsave_status", "ok")) != "ok":
        yield problem(
            "broker saving",
            "its last snapshot to disk failed, after which it refuses jobs; mend: make room on "
            "its disk (redis-cli CONFIG GET dir), then redis-cli BGSAVE",
        )


def _clients(look: BrokerLook) -> Findings:
    clients, most = look.snapshot.broker.clients, look.info.get("maxclients")
    if clients and isinstance(most, int) and most and clients > CLIENTS_RATIO * most:
        yield warning(
            "broker clients",
            f"{clients} of {most} connections are taken, and the next process may get none; "
            f"mend: redis-cli CONFIG SET maxclients {2 * most}",
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
