"""What causes the drill's faults, and what cures them."""

import time
from collections.abc import Callable

from drill.load import Load
from drill.stack import Stack
from service.broker import keys

Act = Callable[[Stack, Load], object]
"""What is done to a stack and its load."""


def some(worker: str, many: int, *arguments: object) -> Act:
    """Return what enqueues jobs of a class of ``drill.jobs``."""
    return lambda _stack, load: getattr(load.jobs, worker).perform_bulk([arguments] * many)


def kill_at_work(stack: Stack, load: Load) -> None:
    """Kill a worker that holds jobs."""
    load.jobs.CriticalNap.perform_bulk([(2.0,)] * 8)
    time.sleep(1)
    stack.workers[0].kill()


def drop_dead(stack: Stack, _load: Load) -> None:
    """Deal with all dead jobs."""
    stack.run("dead", "drop", "--all", "--yes")


def freeze_children(stack: Stack, load: Load) -> None:
    """Freeze them while all are at work: workers with a free slot would be told of as stuck."""
    load.jobs.CriticalNap.perform_bulk([(2.0,)] * 8)
    time.sleep(1)
    for worker in stack.workers:
        worker.freeze(children=True)


def thaw(stack: Stack, _load: Load) -> None:
    """Let workers and their children go on."""
    for worker in stack.workers:
        worker.thaw()


def restart_workers(stack: Stack, queues: str) -> None:
    """Restart them for these queues, one after the other."""
    for worker in stack.workers:
        worker.stop()
        worker.start(HEADCOUNT_QUEUES=queues)


def fill(stack: Stack, _load: Load) -> None:
    """Leave the broker no room."""
    used = int(stack.client.info("memory")["used_memory"])
    stack.client.config_set("maxmemory", used * 98 // 100)  # what it frees meanwhile is less


def evict(stack: Stack, _load: Load) -> None:
    """Let keys be thrown away, but only those that expire: the drill goes on with the others."""
    used = int(stack.client.info("memory")["used_memory"])
    stack.client.config_set("maxmemory-policy", "volatile-lru")
    stack.client.config_set("maxmemory", used + 100_000)
    for number in range(20):
        stack.client.set(f"drill:cache:{number}", "x" * 10_000, ex=60)


def keep_keys(stack: Stack, _load: Load) -> None:
    """Undo :func:`evict`."""
    stack.client.config_set("maxmemory-policy", "noeviction")
    stack.client.config_set("maxmemory", "256mb")


def tamper(by: int) -> Act:
    """Return what makes the ledger wrong by so many jobs."""
    return lambda stack, _load: stack.client.hincrby(keys.LEDGER, "default:enqueued", by)


def spoil(what: str) -> Act:
    """Return what breaks something that jobs need."""
    return lambda stack, load: stack.client.set(load.jobs.broken(what), 1)


def mend(what: str) -> Act:
    """Undo :func:`spoil`."""
    return lambda stack, load: stack.client.delete(load.jobs.broken(what))


def fail_variously(_stack: Stack, load: Load) -> None:
    """Fail with more types of error than a metric keeps apart."""
    load.jobs.Various.perform_bulk([(f"Error{number}",) for number in range(60)])


def hang(stack: Stack, load: Load) -> None:
    """Let a job wait for a lock that nobody gives back."""
    spoil("lock")(stack, load)
    load.jobs.Hung.perform_async()


def retry_many(stack: Stack, load: Load) -> None:
    """Let many jobs fail again and again, and none die."""
    spoil("shop")(stack, load)
    load.jobs.Retrying.perform_bulk([()] * 40)
