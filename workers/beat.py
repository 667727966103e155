"""Celery Beat with the registered cron entries, as many of them as you like.

Entries live in the code; which slot each ran for last lives in the broker. A slot is claimed in
the script that enqueues its job, so whichever Beat comes first runs it and no other does. Slots
that came while every Beat or the broker was away are caught up by one run, or counted as missed.
"""

import logging
import time
from typing import Any

from celery.apps.beat import Beat
from celery.beat import Scheduler
from redis.exceptions import RedisError

from service.broker.publishing import Slot, SlotTakenError
from service.errors import EnqueueError
from service.settings import Settings
from workers.announced import announced, scheduled
from workers.cron_journal import CronJournal
from workers.cron_slots import NOTHING_DUE, CronSlots, DueSlots
from workers.enqueue import enqueue
from workers.process_app import app_with_jobs
from workers.worker import Worker

logger = logging.getLogger("headcount.beat")

TICK_SECONDS = 1.0
"""Beat looks at its entries at least this often."""


def run_beat(settings: Settings) -> None:
    """Run Beat until it is told to stop; logging is configured by the caller.

    Raises:
        SettingsError, JobDefinitionError, and whatever a job module raises when imported.
    """
    app = app_with_jobs(settings)
    app.cron_journal = CronJournal(settings, announced(app, settings))
    _ = app.tracing  # should it be impossible, that is said now
    beat = Beat(
        app=app,
        scheduler="workers.beat:CronScheduler",
        max_interval=TICK_SECONDS,
        quiet=True,
        loglevel=settings.log_level.upper(),
    )
    try:
        beat.run()
    finally:
        app.cron_journal.end()


class CronScheduler(Scheduler):
    """Ticks inside Celery Beat: enqueues what is due for the registry's worker classes."""

    def __init__(self, app: Any, **options: Any) -> None:
        self._journal: CronJournal = app.cron_journal
        self._workers: dict[str, type[Worker]] = {}
        self._slots: dict[str, CronSlots] = {}
        self._late: set[str] = set()
        super().__init__(app, **options)

    def setup_schedule(self) -> None:
        """Take over the entries of all worker classes that have one."""
        settings = self.app.settings
        for worker, schedule in scheduled(self.app.registry, settings):
            self._workers[worker.name] = worker
            self._slots[worker.name] = CronSlots(schedule, settings.timezone)

    def tick(self, *args: Any, **options: Any) -> float:
        """Enqueue what is due; return the seconds until to look again."""
        self._journal.tick(self._described)
        for task, last in self._journal.last_slots.items():
            self._run_due(self._workers[task], last)
        return TICK_SECONDS - time.time() % TICK_SECONDS  # cron's slots begin with a second

    def _run_due(self, worker: type[Worker], last: int) -> None:
        due = self._slots[worker.name].due(last, time.time(), worker.cron_deadline)
        if due is NOTHING_DUE:
            return
        try:
            self._deal_with(worker, last, due)
            self._late.discard(worker.name)
        except (EnqueueError, RedisError, OSError) as error:
            if worker.name not in self._late:
                logger.error("cron run of %s waits for the broker: %s", worker.name, error)
            self._late.add(worker.name)
        self._journal.refresh()

    def _deal_with(self, worker: type[Worker], last: int, due: DueSlots) -> None:
        if due.last_missed is not None:
            if not self._journal.miss(worker.name, last, due.missed, due.last_missed):
                return
            logger.error("%d cron runs of %s were missed", due.missed, worker.name)
            last = due.last_missed
        if due.run is not None:
            self._run(worker, Slot(worker.name, last, due.run))

    def _run(self, worker: type[Worker], slot: Slot) -> None:
        try:
            job = enqueue(worker, (), {}, due_at=None, slot=slot)
        except SlotTakenError:
            return
        late = time.time() - slot.due
        logger.info("cron run of %s enqueued as %s, %.1f s late", worker.name, job.id, late)

    def _described(self) -> dict[str, dict[str, Any]]:
        """Return task -> what the journal keeps of its entry."""
        now, described = time.time(), {}
        for task, worker in self._workers.items():
            due = self._slots[task].after(now)
            described[task] = {
                "schedule": worker.cron_schedule,
                "queue": worker.queue,
                "next_due": due,
                "interval_seconds": self._slots[task].after(due) - due,
            }
        return described
