"""Everything the self-check asks the broker, over one connection. It changes nothing there."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import redis

from service.broker import keys
from service.broker.connection import broker_errors, connect, without_passwords
from service.broker.fsync import fsync_problem
from service.broker.message import headers_of
from service.broker.process_setup import ProcessSetup, running_processes
from service.broker.snapshot import Snapshot
from service.broker.snapshot_reader import SnapshotReader
from service.errors import BrokerError
from service.queues import QUEUE_NAMES
from service.settings import Settings

PATIENCE_SECONDS = 1.0
"""For the broker to answer one question."""

SAMPLE = 50
"""Jobs looked at from each end of a queue, and of its schedule."""

CLUSTER = (
    "it is a Redis Cluster, on which Headcount's scripts do not run; mend: a single server, with "
    "replicas and sentinels if need be"
)

CELERYS_DEFAULT_QUEUE = "celery"
PRIORITIES = (3, 6, 9)
"""Plain Celery keeps a list for each beside the queue's own; kombu's default priority_steps."""


@dataclass(frozen=True, slots=True)
class BrokerLook:
    """What the broker said. ``info``: its answer to INFO, empty where it denies it.

    ``clock_ahead_seconds``: this machine's clock less the broker's. ``waiting``: queue -> task ->
    jobs of it among those looked at. ``unread``: list that no Headcount worker reads -> length.
    """

    snapshot: Snapshot
    info: Mapping[str, Any]
    fsync: Mapping[str, str]
    clock_ahead_seconds: float
    processes: tuple[ProcessSetup, ...]
    waiting: Mapping[str, Counter[str]]
    unread: Mapping[str, int]


def look_at_broker(settings: Settings) -> BrokerLook:
    """Ask once.

    Raises:
        BrokerError: the broker cannot be read; says where and why.
    """
    url, client = settings.require_broker(), connect(settings, PATIENCE_SECONDS, 1)
    with client, broker_errors(url):
        info = _info(client)
        if str(info.get("cluster_enabled", 0)) == "1":
            raise BrokerError(f"{without_passwords(url)}: {CLUSTER}")
        return BrokerLook(
            snapshot=SnapshotReader(client, url)(),
            info=info,
            fsync=fsync_problem(client),
            clock_ahead_seconds=_clock_ahead(client),
            processes=running_processes(client),
            waiting=_waiting(client),
            unread=_unread(client),
        )


def ask_result_store(settings: Settings) -> None:
    """Ask the result store for an answer, any.

    Raises:
        BrokerError: there is none; says where and why.
    """
    url = settings.result_backend or settings.require_broker()
    elsewhere = settings.model_copy(update={"broker_url": url})
    with connect(elsewhere, PATIENCE_SECONDS, 1) as client, broker_errors(url):
        client.ping()


def _info(client: "redis.Redis") -> Mapping[str, Any]:
    try:
        return dict(client.info())
    except redis.ResponseError:
        return {}


def _clock_ahead(client: "redis.Redis") -> float:
    before = time.time()
    seconds, microseconds = client.time()
    broker: float = seconds + microseconds / 1e6
    return (before + time.time()) / 2 - broker


def _waiting(client: "redis.Redis") -> dict[str, Counter[str]]:
    with client.pipeline(transaction=False) as commands:
        for queue in QUEUE_NAMES:
            commands.lrange(queue, 0, SAMPLE - 1)
            commands.lrange(queue, -SAMPLE, -1)
            commands.zrange(keys.scheduled(queue), 0, SAMPLE - 1)
        replies = commands.execute()
    looked_at = {
        queue: {item for reply in replies[3 * i : 3 * i + 3] for item in reply}
        for i, queue in enumerate(QUEUE_NAMES)
    }
    return {queue: _by_task(items) for queue, items in looked_at.items()}


def _by_task(items: set[bytes]) -> Counter[str]:
    tasks = (headers_of(item).get("task") for item in items)
    return Counter(task for task in tasks if isinstance(task, str))


def _unread(client: "redis.Redis") -> dict[str, int]:
    prioritised = [f"{queue}\x06\x16{step}" for queue in QUEUE_NAMES for step in PRIORITIES]
    names = [CELERYS_DEFAULT_QUEUE, *prioritised]
    with client.pipeline(transaction=False) as commands:
        for name in names:
            commands.llen(name)
        lengths = commands.execute(raise_on_error=False)
    return {
        name: length
        for name, length in zip(names, lengths, strict=True)
        if isinstance(length, int) and length
    }
