"""This process as one that enqueues, as a web application does."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from workers.process_app import process_app


@contextmanager
def enqueuing_on(broker_url: str, **variables: str) -> Iterator[None]:
    """Let this process enqueue on a broker within a block, with these variables set besides."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"CELERY_BROKER_URL": broker_url, **variables}.items():
            patch.setenv(name, value)
        process_app.cache_clear()
        yield
    process_app.cache_clear()
