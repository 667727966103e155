"""A worker process from start to end: what is set up in which order, and taken down again."""

import logging
import os
import socket
from collections.abc import Iterable
from functools import partial
from typing import Any

from billiard.process import current_process
from prometheus_client import CollectorRegistry, ProcessCollector

from service.broker.connection import SOCKET_TIMEOUT_SECONDS, connect
from service.broker.dead_limits import TRIM_SECONDS, trim_dead
from service.broker.fork_guard import ForkGuard
from service.broker.keeper import Keeper, keep_promoting, renew
from service.broker.lease import RENEWALS_PER_LEASE
from service.broker.process_setup import Announcement
from service.broker.sweeper import sweep
from service.queues import QUEUE_NAMES
from service.settings import Settings
from service.telemetry.canonical_line import CanonicalLine
from service.telemetry.events import Listener
from service.telemetry.exposition import MetricsServer
from service.telemetry.job_metrics import JobMetricsDirectory
from service.telemetry.listeners import Listeners
from service.telemetry.log_lines import LineWriter
from service.telemetry.worker_metrics import WorkerMetrics
from workers.activity import Activity
from workers.announced import announced
from workers.bootsteps import FollowConsumer
from workers.celery_app import HeadcountCelery
from workers.children import Children
from workers.cron_successes import CronSuccesses
from workers.drain import Drain
from workers.jobs.canary import canary_names
from workers.prefork import PreforkPool
from workers.process_app import app_with_jobs
from workers.quiet import quiet_celery
from workers.report import IDLE_REPORT_SECONDS, REPORT_SECONDS, Reporter
from workers.stopping import JobWorker

logger = logging.getLogger("headcount.worker")

LONGEST_SWEEP_PAUSE_SECONDS = 5.0


def run_worker(
    settings: Settings, writer: LineWriter, name: str | None = None, pool: str = "prefork"
) -> int:
    """Run a worker process until it is told to stop; return its exit status.

    ``writer`` is what ``configure_logging`` returned.

    Raises:
        SettingsError, JobDefinitionError, ServeError: before anything is consumed.
        Exception: whatever a module of ``HEADCOUNT_WORKERS`` raises when imported.
    """
    node = name or default_name(settings)
    quiet_celery(writer.level)
    # Job modules make their metrics when they are imported, so their files come first.
    with JobMetricsDirectory(slot_index) as job_metrics:
        app = app_with_jobs(settings)
        app.activity = Activity(app.attempts)
        app.fork_guard = ForkGuard()
        app.job_metrics = job_metrics
        metrics, successes = _metrics(app, settings), CronSuccesses(app.registry)
        app.attempts.tell = Listeners(
            metrics, CanonicalLine(writer), successes, *_traces(app, pool)
        )
        app.children = Children(app.attempts.tell)
        app.steps["consumer"].add(FollowConsumer)
        server = _serve_metrics(settings, metrics, job_metrics)
        try:
            return _consume(app, settings, node, pool, successes)
        finally:
            if server is not None:
                server.close()
            if app.tracing is not None:
                app.tracing.close()


def default_name(settings: Settings) -> str:
    """Return a node name that survives restarts and is no other worker's of this machine."""
    number = settings.metrics_port or os.getpid()
    return f"worker-{number}@{socket.gethostname()}"


def slot_index() -> int | None:
    """Return the pool slot of this process; None in the parent."""
    return getattr(current_process(), "index", None)


def _metrics(app: HeadcountCelery, settings: Settings) -> WorkerMetrics:
    tasks = [(worker.queue, worker.name) for worker in app.registry]
    canaries = canary_names(app.registry)
    return WorkerMetrics(app.activity, app.attempts, settings.queues, tasks, canaries=canaries)


def _traces(app: Any, pool: str) -> Iterable[Listener]:
    """Be ready to trace; return who tells of attempts that no process could tell of."""
    if app.tracing is None:
        return []
    if pool == "prefork":
        app.tracing.guard_forks(app.fork_guard)
    else:
        app.tracing.begin_performing()
    return [app.tracing.untold_spans()]


def _serve_metrics(
    settings: Settings, metrics: WorkerMetrics, job_metrics: JobMetricsDirectory
) -> MetricsServer | None:
    if settings.metrics_port == 0:
        return None
    registry = CollectorRegistry()
    registry.register(metrics)
    registry.register(job_metrics.collector())
    ProcessCollector(registry=registry)
    return MetricsServer(settings.host, settings.metrics_port, registry)


def _consume(app: Any, settings: Settings, node: str, pool: str, successes: CronSuccesses) -> int:
    # A broker that does not answer must not cost more than one renewal.
    patience = min(SOCKET_TIMEOUT_SECONDS, settings.lease_seconds / RENEWALS_PER_LEASE)
    client = connect(settings, patience)
    reporter = Reporter(client, node, partial(_consumed, app), app.activity)
    announcement = Announcement(client, node, "worker", announced(app, settings))
    keeper = _keeper(client, settings, app, reporter, successes)
    keeper.add("announcement", announcement.every_seconds, announcement.repeat)
    drain = app.drain = Drain(
        app,
        settings.shutdown_grace_seconds,
        report=lambda: keeper.hurry("report"),
        last_words=lambda: _say_goodbye(reporter, announcement),
    )
    worker = JobWorker(
        app=app,
        hostname=node,
        pool_cls=PreforkPool if pool == "prefork" else pool,
        concurrency=settings.concurrency,
        queues=list(settings.queues),
        loglevel=settings.log_level.upper(),
        quiet=True,
        without_gossip=True,  # chatter between all workers that nobody here listens to
        without_mingle=True,  # waits a second at start to learn of revoked jobs
    )
    app.activity.on_consuming = lambda: keeper.hurry("report")
    keeper.start()
    try:
        worker.start()
    finally:
        drain.finished()
        for intake in app.activity.intakes:
            intake.release_all()  # what waited for a slot: nothing runs any more
        keeper.stop()
        _say_goodbye(reporter, announcement)
    return int(worker.exitcode or 0)


def _keeper(
    client: Any,
    settings: Settings,
    app: Any,
    reporter: Reporter,
    successes: CronSuccesses,
) -> Keeper:
    lease = settings.lease_seconds
    renewal_every = lease / RENEWALS_PER_LEASE
    every = min(LONGEST_SWEEP_PAUSE_SECONDS, renewal_every)
    keeper = Keeper(app.fork_guard)
    keeper.add("lease renewal", renewal_every, lambda: renew(client, app.activity.tags()))
    keep_promoting(keeper, client)
    keeper.add("sweep", every, lambda: sweep(client, lease))
    keeper.add("dead set trimming", TRIM_SECONDS, lambda: trim_dead(client))
    keeper.add("report", IDLE_REPORT_SECONDS, reporter.report)
    keeper.add("cron successes", REPORT_SECONDS, lambda: successes.store(client))
    return keeper


def _consumed(app: Any) -> list[str]:
    """Return the queues that this worker consumes, by their priority."""
    return [name for name in QUEUE_NAMES if name in app.amqp.queues.consume_from]


def _say_goodbye(reporter: Reporter, announcement: Announcement) -> None:
    try:
        reporter.goodbye()
        announcement.withdraw()
    except Exception:  # noqa: BLE001 - the broker may be gone first; the worker ends all the same
        logger.warning("no goodbye: the broker does not answer")
