"""``python -m bench.publisher WAY JOBS``: enqueue in one way; print the CPU seconds it took."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

WARM = 50  # for connections, scripts and caches, as in a process that has enqueued before


def delay(jobs: int) -> None:
    """Plain Celery, on the stock transport."""
    from bench import plain_celery

    for _ in range(jobs):
        plain_celery.noop.delay()


def perform_async(jobs: int) -> None:
    """Enqueue ours, now."""
    from bench.headcount_jobs import Noop

    for _ in range(jobs):
        Noop.perform_async()


def perform_in(jobs: int) -> None:
    """Enqueue ours, in an hour."""
    from bench.headcount_jobs import Noop

    for _ in range(jobs):
        Noop.perform_in(3600)


def perform_at(jobs: int) -> None:
    """Enqueue ours, at a time."""
    from bench.headcount_jobs import Noop

    tomorrow = datetime.now(UTC) + timedelta(days=1)
    for _ in range(jobs):
        Noop.perform_at(tomorrow)


def unique(jobs: int) -> None:
    """Enqueue ours, each holding a uniqueness of its own."""
    from bench.headcount_jobs import Unique

    begun = time.time_ns()
    for number in range(jobs):
        Unique.perform_async(begun + number)


def perform_bulk(jobs: int) -> None:
    """Enqueue ours, all at once."""
    from bench.headcount_jobs import Noop

    Noop.perform_bulk([()] * jobs)


WAYS: dict[str, Callable[[int], None]] = {
    way.__name__: way
    for way in (delay, perform_async, perform_in, perform_at, unique, perform_bulk)
}


def main(way: Callable[[int], None], jobs: int) -> None:
    """Warm up, then measure."""
    way(WARM)
    begun = time.process_time()
    way(jobs)
    print(time.process_time() - begun)


if __name__ == "__main__":
    main(WAYS[sys.argv[1]], int(sys.argv[2]))
