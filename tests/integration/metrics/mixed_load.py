"""A seeded load in which attempts end in every way there is, and what must be counted of it.

Several moments are looked at: while two jobs run, after all have ended, and while the worker
drains. What is expected comes from ``KINDS`` and the test's own clock, not from the accounting.
"""

import random
import signal
import time
from datetime import datetime
from typing import NamedTuple

from tests import sample_jobs as jobs
from tests.integration.metrics.scrape import OPENMETRICS, scrape
from tests.waiting import wait_until
from workers.process_app import process_app

SEED = 20_261
LEASE_SECONDS = 3
LATER_SECONDS = 0.5
NAP_SECONDS = 3

KINDS = [
    (40, jobs.Note, ("note",), ["succeeded"]),
    (20, jobs.CriticalNote, ("critical",), ["succeeded"]),
    (20, jobs.LowNote, ("low",), ["succeeded"]),
    (3, jobs.IgnoreIt, (), ["succeeded"]),
    (6, jobs.Fail, (), ["failed ValueError"]),
    (5, jobs.FailTwice, ("twice",), ["retried ValueError"] * 2 + ["succeeded"]),
    (4, jobs.FailAlways, (), ["retried ValueError"] * 2 + ["failed ValueError"]),
    (2, jobs.OutOfMemory, (), ["failed MemoryError"]),
    (4, jobs.RejectIt, (), ["rejected Reject"]),
    (5, jobs.ShortLived, (), ["expired"]),
    (3, "no.such.Task", (), ["unknown NotRegistered"]),
    (2, jobs.SoftLimit, (), ["timed_out SoftTimeLimitExceeded"]),
    (2, jobs.HardLimit, (), ["timed_out TimeLimitExceeded"]),
    (2, jobs.KillSelf, (), ["lost WorkerLostError"]),
    (2, jobs.KillSelfOnce, ("once",), ["retried WorkerLostError", "succeeded"]),
    (1, jobs.Exit, (), ["lost SystemExit"]),
]
LATER, REVOKED = 5, 3
UNPLANNED_EXITS = 7
"""Children that were killed, ran into a time limit or were left by their job."""
NAPS = (jobs.CriticalNap, jobs.Nap)
NEVER_BEGUN = ("expired", "revoked", "unknown")


class Attempt(NamedTuple):
    """One attempt that must have been counted."""

    queue: str
    task: str
    number: int
    outcome: str
    error_type: str | None

    @property
    def began(self):
        return self.outcome not in NEVER_BEGUN

    @property
    def is_last(self):
        return self.outcome != "retried"


class MixedLoad:
    """Runs the load on a broker with real workers, and keeps what was seen."""

    def __init__(self, broker, processes):
        self._broker, self._start, self._notes = broker, processes.start, processes.notes
        self.attempts, self.due_at, self.lines = [], {}, []
        self.enqueue(jobs.NapOnce, (60,), ["succeeded"])
        self._let_a_worker_take_it_and_die()
        self.worker = self._start_worker()
        wait_until(self.worker.finished, LEASE_SECONDS + 8, "it did not come back")
        self._run_two_and_look()
        self._run_all_kinds()
        self.after = self._look()
        self.openmetrics = scrape(self.worker.metrics_port, OPENMETRICS)
        self.memory = self.worker.memory_bytes()
        self._lose_the_broker()
        self._drain_and_look()

    def ended_at(self, job_id):
        last = [line for line in self.lines if line["job_id"] == job_id][-1]
        return datetime.fromisoformat(last["timestamp"]).timestamp()

    def enqueue(self, kind, args, ends, later_seconds=None):
        due_at = time.time() + (later_seconds or 0)
        if isinstance(kind, str):
            job, queue, task = process_app().send_task(kind, args), "default", "_other"
        else:
            queue, task = kind.queue, kind.name
            job = (
                kind.perform_async(*args)
                if later_seconds is None
                else kind.perform_in(later_seconds, *args)
            )
        self.due_at[job.id] = (queue, due_at)
        for number, end in enumerate(ends, 1):
            outcome, _, error_type = end.partition(" ")
            self.attempts.append(Attempt(queue, task, number, outcome, error_type or None))
        return job

    # -- its stages

    def _start_worker(self):
        return self._start(
            "worker", broker_url=self._broker.url, HEADCOUNT_LEASE_SECONDS=LEASE_SECONDS,
            HEADCOUNT_WORKERS="tests.sample_jobs,tests.integration.metrics.few_jobs_a_child",
        )  # fmt: skip

    def _let_a_worker_take_it_and_die(self):
        first = self._start_worker()
        wait_until(self._notes.lines, 10)
        first.kill()

    def _run_two_and_look(self):
        for nap in NAPS:
            self.enqueue(nap, (NAP_SECONDS,), ["succeeded"])
        wait_until(lambda: self._begun() == len(NAPS), 10)
        self.while_running = self._look()
        unwanted = [self.enqueue(jobs.Note, ("no",), ["revoked"]).id for _ in range(REVOKED)]
        process_app().control.revoke(unwanted, reply=True, timeout=0.5)

    def _begun(self):
        return self._notes.lines().count(f"start {NAP_SECONDS} None")

    def _run_all_kinds(self):
        for _ in range(LATER):
            self.enqueue(jobs.LowNote, ("later",), ["succeeded"], LATER_SECONDS)
        every = [kind for count, *kind in KINDS for _ in range(count)]
        random.Random(SEED).shuffle(every)
        for kind in every:
            self.enqueue(*kind)
        wait_until(lambda: not self._broker.pending(), 60, f"its log: {self.worker.log}")
        wait_until(lambda: self._unplanned_exits() >= UNPLANNED_EXITS, 10, "children live on")
        self.lines = self.worker.finished()

    def _unplanned_exits(self):
        exits = self._look().by("headcount_worker_child_exits_total", "reason")
        return exits.total() - exits[("recycled",)]

    def _lose_the_broker(self):
        """Cut the connections twice; what the counter says after each."""
        self.reconnects = [self._reconnects()]
        for _ in range(2):
            self._broker.client.client_kill_filter(_type="normal", skipme=True)
            wait_until(lambda: self._reconnects() > self.reconnects[-1], 15, "not counted")
            self.reconnects.append(self._reconnects())

    def _reconnects(self):
        return self._look().value("headcount_broker_reconnects_total")

    def _drain_and_look(self):
        jobs.Nap.perform_async(20)
        wait_until(lambda: "start 20 None" in self._notes, 15)
        self.worker.signal(signal.SIGTERM)
        self.draining = wait_until(self._lagging, 15, "its loop does not lag")
        self.worker.kill()

    def _lagging(self):
        seen = self._look()
        return seen if seen.value("headcount_worker_loop_lag_seconds") else None

    def _look(self):
        return scrape(self.worker.metrics_port)
