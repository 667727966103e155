"""``python -m bench.publisher WAY CALLS``: enqueue in one way; print the CPU seconds a job."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

WARM = 50  # connections, scripts and caches, as in a process that has enqueued before
BULK = 10_000

Enqueue = Callable[[], object]


def delay() -> Enqueue:
    """Plain Celery on the stock transport."""
    from bench import plain_celery

    return plain_celery.noop.delay


def perform_async() -> Enqueue:
    """Return ours."""
    from bench.headcount_jobs import Noop

    return Noop.perform_async


def perform_in() -> Enqueue:
    """Return ours, later."""
    from bench.headcount_jobs import Noop

    return lambda: Noop.perform_in(3600)


def perform_at() -> Enqueue:
    """Return ours, at a time."""
    from bench.headcount_jobs import Noop

    tomorrow = datetime.now(UTC) + timedelta(days=1)
    return lambda: Noop.perform_at(tomorrow)


def unique() -> Enqueue:
    """Return ours, where every job holds a uniqueness of its own."""
    from bench.headcount_jobs import Unique

    numbers = count()
    return lambda: Unique.perform_async(next(numbers))


def perform_bulk() -> Enqueue:
    """Return ours, 10,000 at once."""
    from bench.headcount_jobs import Noop

    return lambda: Noop.perform_bulk([()] * BULK)


WAYS: dict[str, Callable[[], Enqueue]] = {
    way.__name__: way for way in (delay, perform_async, perform_in, perform_at, unique)
}


def main(way: str, calls: int) -> None:
    """Warm up, then measure."""
    bulk = way == perform_bulk.__name__
    enqueue = perform_bulk() if bulk else WAYS[way]()
    for _ in range(1 if bulk else WARM):
        enqueue()
    begun = time.process_time()
    for _ in range(calls):
        enqueue()
    print((time.process_time() - begun) / max(1, calls * (BULK if bulk else 1)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
