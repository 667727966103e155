"""Which jobs run, since when and where: a bounded look, however many do. For people.

Workers report what they run every few seconds (``workers/running_report.py``). What they have
not reported is told by the lease alone: a job taken a moment ago, one that waits in its worker
for a slot, or one that a plain Celery worker holds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import redis

from service.broker import keys
from service.broker.delivery import opened_lease
from service.broker.lease import queue_of, worker_of
from service.broker.message import headers_of

MOST_SHOWN = 50

MOST_LOOKED_AT = 4 * MOST_SHOWN
"""Of those reported, longest first: the last ones have mostly ended since."""

LARGEST_READ_BYTES = 65_536
"""A larger message is not fetched just for the name of its task."""


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job that a worker holds. ``worker``: its node name, else its host and process.

    ``seconds``: how long it has run; from a plain Celery worker, how long it has been held. None:
    it was taken a moment ago, or waits in its worker.
    """

    id: str | None
    task: str | None
    queue: str
    worker: str | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class RunningJobs:
    """The longest running jobs first. ``leased``: how many jobs all workers hold together."""

    as_of: float
    leased: int
    jobs: tuple[RunningJob, ...]


def read_running(client: "redis.Redis", most: int = MOST_SHOWN) -> RunningJobs:
    """Return at most so many of the jobs that workers hold.

    Raises:
        redis.RedisError, OSError: the broker did not answer.
    """
    with client.pipeline(transaction=False) as commands:
        commands.time()
        commands.hlen(keys.UNACKED)
        commands.hgetall(keys.RUNNING)
        commands.zrange(keys.RUNNING_SEEN, 0, -1, withscores=True)
        commands.zrange(keys.UNACKED_INDEX, 0, most - 1, withscores=True)
        commands.zrange(keys.UNACKED_INDEX, 0, most - 1, desc=True, withscores=True)
        (seconds, microseconds), leased, reports, seen, oldest, newest = commands.execute()
    now = seconds + microseconds / 1e6
    reported = dict(_reported(reports, dict(seen), now))
    running = _still_leased(client, reported)[:most]
    others = {tag.decode(): at for tag, at in [*oldest, *newest] if tag.decode() not in reported}
    held = _held(client, dict(list(others.items())[: most - len(running)]), now)
    jobs = sorted([*running, *held], key=lambda one: -(one.seconds or 0.0))
    return RunningJobs(now, max(leased, len(jobs)), tuple(jobs))


def _reported(
    reports: Mapping[bytes, bytes], seen: Mapping[bytes, float], now: float
) -> Iterator[tuple[str, RunningJob]]:
    """Yield each job that a worker says it runs, by its lease's tag."""
    for name, report in reports.items():
        since = max(0.0, now - seen.get(name, now))
        for row in orjson.loads(report):
            queue, worker = queue_of(row["lease"]), name.decode()
            ran = row["seconds"] + since
            yield row["lease"], RunningJob(row["id"], row["task"], queue, worker, ran)


def _still_leased(client: "redis.Redis", reported: Mapping[str, RunningJob]) -> list[RunningJob]:
    """Return those that have not ended since their worker's report, longest first."""
    longest = sorted(reported.items(), key=lambda pair: -(pair[1].seconds or 0.0))
    longest = longest[:MOST_LOOKED_AT]
    if not longest:
        return []
    renewals = client.zmscore(keys.UNACKED_INDEX, [tag for tag, _ in longest])
    return [job for (_, job), at in zip(longest, renewals, strict=True) if at is not None]


def _held(client: "redis.Redis", leases: Mapping[str, float], now: float) -> list[RunningJob]:
    """Return the jobs of leases that no report mentions; ``leases``: tag -> last renewal."""
    with client.pipeline(transaction=False) as commands:
        for tag in leases:
            commands.hstrlen(keys.UNACKED, tag)
        sizes = dict(zip(leases, commands.execute(), strict=True))
        small = [tag for tag, size in sizes.items() if size <= LARGEST_READ_BYTES]
        for tag in small:
            commands.hget(keys.UNACKED, tag)
        found = dict(zip(small, commands.execute(), strict=True))
    held = [(tag, now - at) for tag, at in leases.items() if sizes[tag]]
    return [_held_job(tag, found.get(tag), seconds) for tag, seconds in held]


def _held_job(tag: str, lease: bytes | None, seconds: float) -> RunningJob:
    item, queue = opened_lease(lease or b"")
    headers = headers_of(item)
    names = _text(headers, "id"), _text(headers, "task")
    if ":" in tag:
        return RunningJob(*names, queue_of(tag), worker_of(tag), None)
    return RunningJob(*names, queue, None, seconds)  # a plain worker's, which is never renewed


def _text(headers: Mapping[str, Any], name: str) -> str | None:
    found = headers.get(name)
    return found if isinstance(found, str) else None
