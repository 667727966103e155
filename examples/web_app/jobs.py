"""The shop's jobs. The worker runs them; the web application only imports and enqueues them."""

import logging
import tempfile
import time
from pathlib import Path

from workers import Worker

SHOP = Path(tempfile.gettempdir()) / "headcount-shop"
KEEP_DAYS = 30

logger = logging.getLogger(__name__)


class SendInvoice(Worker):
    """Send an invoice; a customer waits for it. A folder stands in for the mail server."""

    queue = "critical"
    max_retries = 8
    unique_for = 1800  # seconds, beyond its last retry: clicked twice, sent once
    log_arguments = ("invoice_id",)

    @classmethod
    def perform(cls, invoice_id: int, *, urgent: bool = False) -> None:
        # Jobs run at least once, so doing it twice must do no harm: same invoice, same file.
        letter = SHOP / "outbox" / f"invoice-{invoice_id}.txt"
        letter.parent.mkdir(parents=True, exist_ok=True)
        letter.write_text(f"{'URGENT: ' if urgent else ''}invoice {invoice_id}\n")
        logger.info("invoice sent")


class ThumbnailImage(Worker):
    """Make a small copy of a picture. A pause stands in for the work."""

    soft_time_limit = 20  # a picture that takes longer is broken, or no picture
    log_arguments = ("picture", "width")

    @classmethod
    def perform(cls, picture: str, width: int = 320) -> None:
        time.sleep(0.2)
        logger.info("%s is there, %d pixels wide", picture, width)


class CleanUp(Worker):
    """Delete invoices sent long ago: every night, when nobody waits for the slots."""

    queue = "low"
    cron_schedule = "30 3 * * *"

    @classmethod
    def perform(cls) -> None:
        oldest_kept = time.time() - KEEP_DAYS * 86400
        old = [path for path in SHOP.glob("outbox/*") if path.stat().st_mtime < oldest_kept]
        for path in old:
            path.unlink(missing_ok=True)
        logger.info("%d old invoices deleted", len(old))
