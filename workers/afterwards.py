"""What Celery does with an attempt that has ended: it may fail, and changes nothing."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

logger = logging.getLogger("headcount.worker")


@contextmanager
def failing_quietly(what: str) -> Iterator[None]:
    """Log that ``what`` failed, and go on; not why: that may quote a message."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the attempt is accounted for
        logger.warning("%s failed: %s", what, type(error).__name__)
