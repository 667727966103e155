"""A broker, a sidecar, a Beat and workers, with something of everything that a sidecar can show.

Looked at while it stands still, while the broker refuses writes, while a worker is frozen, and
once the broker is gone.
"""

import signal
import time

from service.broker import keys
from service.broker.dead_limits import DEAD_SET_AGE
from tests import sample_jobs as jobs
from tests.integration.metrics.scrape import scrape
from tests.waiting import wait_until
from workers.process_app import process_app

LEASE_SECONDS = 3
MEMORY_LIMIT = 100_000_000
CRON_JOB = "workers.jobs.health_check.HealthCheckWorker"
CRON_SECONDS = 600
SLOTS_MISSED = 5


class BusyCluster:
    """Builds it up, stage by stage, and keeps what was seen."""

    def __init__(self, broker, processes):
        self.broker, self._processes, self._notes = broker, processes, processes.notes
        broker.client.config_set("maxmemory", MEMORY_LIMIT)
        self._sidecar, self.begun = self._start("sidecar"), time.time()
        self._first = self._start("worker")
        self._start("beat")
        self._let_cron_jobs_be_missed_and_one_run()
        self._let_jobs_end_in_every_way()
        self._kill_the_first_worker_at_work()
        self._leave_jobs_in_every_state()
        self.seen, self.seen_at = self._once_the_killed_worker_is_missed(), time.time()
        self.broker_info = broker.client.info()
        self._refuse_writes()
        self._freeze_the_worker()
        broker.stop()
        self.gone = self._when(lambda look: look.value("headcount_broker_up") == 0)

    def _start(self, *arguments, **variables):
        if arguments[0] == "worker":
            variables |= {
                "HEADCOUNT_LEASE_SECONDS": LEASE_SECONDS,
                "HEADCOUNT_HEALTH_URL": f"http://127.0.0.1:{self._sidecar.http_port}/health",
            }
        return self._processes.start(*arguments, broker_url=self.broker.url, **variables)

    def _when(self, condition, timeout_seconds=15):
        """Return the first look at the sidecar's metrics of which this is true."""

        def look():
            seen = scrape(self._sidecar.http_port)
            return seen if condition(seen) else None

        return wait_until(look, timeout_seconds)

    # -- its stages

    def _let_cron_jobs_be_missed_and_one_run(self):
        healthy = {(check,): 1 for check in ("broker", "workers", "queues", "beat", "ledger")}
        self._when(lambda look: look.by("headcount_health_ok", "check") == healthy)
        newest = time.time() // CRON_SECONDS * CRON_SECONDS
        ago = newest - (SLOTS_MISSED + 1) * CRON_SECONDS
        # As it would be had no Beat run since.
        self.broker.client.hset(keys.CRON_SLOTS, CRON_JOB, int(ago))
        name = "headcount_cron_last_success_timestamp_seconds"
        self._when(lambda look: look.samples(name, task=CRON_JOB))

    def _let_jobs_end_in_every_way(self):
        jobs.Note.perform_bulk([("one",), ("two",), ("three",)])
        dead = [jobs.Fail.perform_async().id for _ in range(2)]
        jobs.RejectIt.perform_async()
        process_app().send_task("tests.sample_jobs.plain_move", ("moved",))
        wait_until(lambda: not self.broker.pending(), 15)
        age_seconds = DEAD_SET_AGE.total_seconds() + 60
        self.broker.client.zincrby(keys.dead("default"), -age_seconds, dead[0])

    def _kill_the_first_worker_at_work(self):
        jobs.Nap.perform_async(60)
        wait_until(lambda: "start 60 None" in self._notes, 10)
        self._first.kill()
        self._second = self._start("worker", HEADCOUNT_QUEUES="critical", HEADCOUNT_CONCURRENCY=3)

    def _leave_jobs_in_every_state(self):
        jobs.Note.perform_bulk([(number,) for number in range(4)])
        jobs.LowNote.perform_in(3600, "later")
        jobs.LowNote.perform_in(3600, "later, too")
        jobs.CriticalNap.perform_async(50)
        jobs.LowNote.perform_async("taken out by hand")
        self.broker.client.rpop("low")
        wait_until(lambda: "start 50 None" in self._notes, 10)

    def _once_the_killed_worker_is_missed(self):
        return self._when(
            lambda look: (
                look.by("headcount_queue_workers", "queue") == {("critical",): 1}
                and look.value("headcount_leases_expired_total", queue="default")
            ),
            25,
        )

    def _refuse_writes(self):
        name = "headcount_schedule_lag_seconds"
        jobs.LowNote.perform_in(0.5, "late")
        self.broker.client.config_set("min-replicas-to-write", 1)
        self.late = self._when(lambda look: look.value(name) > 1)
        self.broker.client.config_set("min-replicas-to-write", 0)
        self.on_time = self._when(lambda look: look.value(name) == 0)

    def _freeze_the_worker(self):
        name = "headcount_lease_oldest_age_seconds"
        self._second.signal(signal.SIGSTOP)
        self.frozen = self._when(lambda look: look.value(name) > 0.5 * LEASE_SECONDS)
