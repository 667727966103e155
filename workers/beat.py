"""Celery Beat with the registered cron entries.

Entries live in the code, what happened to them in the broker; no schedule file. A run whose
enqueue failed is tried again until the entry's next one is due.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from celery.apps.beat import Beat
from celery.beat import ScheduleEntry, Scheduler

from service.errors import EnqueueError
from service.settings import Settings
from workers.cron_journal import CronJournal
from workers.cron_schedule import CronSchedule
from workers.process_app import app_with_jobs
from workers.worker import Worker

logger = logging.getLogger("headcount.beat")

TICK_SECONDS = 1.0
"""Beat looks at its entries, and reports itself, at least this often."""


def run_beat(settings: Settings) -> None:
    """Run Beat until it is told to stop; logging is configured by the caller.

    Raises:
        SettingsError, JobDefinitionError, and whatever a job module raises when imported.
    """
    app = app_with_jobs(settings)
    app.cron_journal = CronJournal(settings)
    beat = Beat(
        app=app,
        scheduler="workers.beat:CronScheduler",
        max_interval=TICK_SECONDS,
        quiet=True,
        loglevel=settings.log_level.upper(),
    )
    beat.run()


class CronEntry(ScheduleEntry):
    """One worker class's schedule."""

    worker: type[Worker]


class CronScheduler(Scheduler):
    """Celery's scheduler over the registry's entries, reporting to the journal."""

    Entry = CronEntry
    producer = None  # Celery's own waits for the broker without limit, and nobody here uses it

    def __init__(self, app: Any, **options: Any) -> None:
        self._journal: CronJournal = app.cron_journal
        self._late: dict[str, CronEntry] = {}
        super().__init__(app, **options)

    def setup_schedule(self) -> None:
        """Take over the entries of all worker classes, each waiting for its next due time."""
        self.install_default_entries({})
        for worker in self.app.registry:
            if worker.cron_schedule is not None:
                self.schedule[worker.name] = self._entry(worker)

    def tick(self, *args: Any, **options: Any) -> float:
        """Enqueue what is due; return the seconds until to look again."""
        for entry in list(self._late.values()):
            self.apply_entry(entry)
        wait = super().tick(*args, **options)
        self._journal.tick(self._described)
        return min(float(wait), TICK_SECONDS)

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        """Enqueue one run."""
        worker = self.app.registry.get(entry.task)
        try:
            job = worker.perform_async()
        except EnqueueError as error:
            if entry.name not in self._late:
                logger.error("cron run of %s waits for the broker: %s", entry.name, error)
            self._late[entry.name] = entry
        else:
            self._late.pop(entry.name, None)
            logger.info("cron run of %s enqueued as %s", entry.name, job.id)
            self._journal.dispatched(entry.name, time.time())

    def _entry(self, worker: type[Worker]) -> CronEntry:
        schedule = CronSchedule(str(worker.cron_schedule), self.app)
        return self.Entry(name=worker.name, task=worker.name, schedule=schedule, app=self.app)

    def _described(self) -> dict[str, dict[str, Any]]:
        """Return task -> what the journal keeps of its entry."""
        now, described = time.time(), {}
        for entry in self.schedule.values():
            worker = self.app.registry.get(entry.task)
            due = entry.schedule.due_after(now)
            described[entry.task] = {
                "schedule": worker.cron_schedule,
                "queue": worker.queue,
                "next_due": due,
                "interval_seconds": entry.schedule.due_after(due) - due,
            }
        return described


Described = Callable[[], dict[str, dict[str, Any]]]
