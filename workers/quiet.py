"""What Celery says beside its log, or a second time for every job: said once, as log lines."""

import logging
import warnings
from typing import Any

from celery.apps import worker as celery_worker
from celery.platforms import SecurityWarning

REPLACED = ("celery.app.trace", "celery.worker.strategy")
"""Loggers whose line per job the canonical line replaces; their warnings stay."""

TELLTALE = {"celery.pool": logging.INFO, "httpx": logging.WARNING}
"""Logger -> level below which its lines show jobs' arguments, or addresses with passwords."""

logger = logging.getLogger("headcount.worker")


def quiet_celery(level: int) -> None:
    """Leave the line per job to us, and log what Celery's signal handlers print."""
    for name in REPLACED:
        logging.getLogger(name).setLevel(max(logging.WARNING, level))
    for name, discreet in TELLTALE.items():
        logging.getLogger(name).setLevel(max(discreet, level))
    celery_worker.safe_say = _log
    # It warns root of pickled messages; here messages are JSON, and nothing else is accepted.
    warnings.filterwarnings("ignore", category=SecurityWarning)


def _log(message: str, *_: Any) -> None:
    logger.info(message.strip())
