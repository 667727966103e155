"""Checks of what job modules made of the Celery app: settings that defeat the design.

Celery lets every module change its app. What Headcount sets, and why: ``workers/celery_config.py``.
"""

from collections.abc import Mapping
from types import NoneType
from typing import Any

from service.cli.findings import Finding, Findings, listed, problem, warning
from service.settings import Settings
from workers.celery_config import celery_config

ONLY_COST = frozenset(
    {
        "task_annotations",
        "task_compression",
        "task_send_sent_event",
        "worker_proc_alive_timeout",
        "worker_send_task_events",
    }
)
"""What costs time or CPU, and no job."""

HARMLESS = frozenset(
    {
        "timezone",
        "worker_concurrency",
        "worker_max_memory_per_child",
        "result_expires",
        "task_ignore_result",
    }
)
"""What anyone may change: it costs no job."""

LOOKED_AT_APART = frozenset({"broker_transport_options", "broker_url", "result_backend"})
"""The last two Celery takes from the environment, as they stand there."""

ADDRESSES = ("broker_read_url", "broker_write_url")

SHOWN = (bool, int, float, str, NoneType)
"""Other values are not printed, nor are addresses: they may hold passwords."""

LEFT_UNSET: Mapping[str, tuple[Any, str]] = {
    "worker_eta_task_limit": (None, "delayed jobs wait in the broker, and no limit is needed"),
    "task_always_eager": (False, "jobs run in the caller, and are not accounted for"),
    "task_default_rate_limit": (None, "a worker holds leased jobs back"),
    "task_protocol": (2, "messages lack the headers that jobs are accounted by"),
    "task_compression": (None, "every job is published through Celery, at three times the cost"),
    "task_annotations": (None, "every job is published through Celery, at three times the cost"),
    "worker_deduplicate_successful_tasks": (False, "a redelivered job is looked up and skipped"),
    "worker_soft_shutdown_timeout": (0.0, "HEADCOUNT_SHUTDOWN_GRACE_SECONDS decides"),
    "beat_scheduler": (
        "celery.beat:PersistentScheduler",
        "its entries are never run: headcount beat has a scheduler of its own",
    ),
}
"""Setting -> what it has to stay, and what comes of another value."""

RELIED_ON = "Headcount's jobs rely on it"

CONSEQUENCES: Mapping[str, str] = {
    **dict.fromkeys(ADDRESSES, "CELERY_BROKER_URL alone decides, and this goes elsewhere"),
    "accept_content": "every job is JSON",
    "task_acks_late": "a job is over when it has ended, not when it was begun",
    "task_create_missing_queues": "a misspelt queue is then one that nobody consumes",
    "task_queues": "jobs in others are neither leased nor accounted for",
    "task_reject_on_worker_lost": "a job that kills its process would be tried for ever",
    "worker_prefetch_multiplier": "HEADCOUNT_PREFETCH decides",
    "worker_send_task_events": "events cost two thirds more; Flower asks for them by itself",
}
"""Setting -> what comes of a value that Headcount did not set, where there is more to say."""

DEFEATING_OPTIONS: Mapping[str, str] = {
    "global_keyprefix": "kombu's keys are then others than Headcount's",
    "visibility_timeout": "without effect: HEADCOUNT_LEASE_SECONDS decides",
    "queue_order_strategy": "without effect: the order is always critical, default, low",
}


def check_configuration(app: Any, settings: Settings) -> Findings:
    """Find settings of the app that are not as Headcount sets them."""
    expected = celery_config(settings) | {"task_routes": (app.route,)}
    for name in sorted(expected.keys() - HARMLESS - LOOKED_AT_APART):
        if _differs(name, app.conf[name], expected[name]):
            consequence = CONSEQUENCES.get(name, RELIED_ON)
            yield _changed(name, app.conf[name], expected[name], consequence)
    for name, (value, consequence) in LEFT_UNSET.items():
        if app.conf.get(name) != value:
            yield _changed(name, app.conf.get(name), value, consequence)
    yield from _addresses(app, settings)
    yield from _transport_options(app.conf.broker_transport_options, expected)
    yield from _beat_schedule(app)


def _addresses(app: Any, settings: Settings) -> Findings:
    """Find a module that sets a broker or result store of its own."""
    given = {"broker_url": settings.broker_url, "result_backend": settings.result_backend}
    for name, url in given.items():
        if name in app.conf.changes and app.conf.changes[name] != url:
            variable = Settings.model_fields[name].alias
            yield problem(
                "celery",
                f"app.conf.{name} is set, and Headcount goes by {variable}; mend: leave it unset, "
                f"and set {variable} for every process",
            )


def _differs(name: str, value: Any, expected: Any) -> bool:
    if name == "task_queues":
        return [queue.name for queue in value or ()] != [queue.name for queue in expected]
    return bool(value != expected)


def _changed(name: str, value: Any, expected: Any, consequence: str) -> Finding:
    plain = isinstance(value, SHOWN) and isinstance(expected, SHOWN) and name not in ADDRESSES
    shown = f"{value!r} instead of {expected!r}" if plain else "changed"
    said = f"app.conf.{name} is {shown}: {consequence}; mend: leave it unset"
    return (warning if name in ONLY_COST else problem)("celery", said)


def _transport_options(options: Mapping[str, Any], expected: Mapping[str, Any]) -> Findings:
    for name, consequence in DEFEATING_OPTIONS.items():
        if options.get(name):
            without_effect = consequence.startswith("without effect")
            said = (
                f"app.conf.broker_transport_options has {name}, {consequence}; mend: leave it out"
            )
            yield (warning if without_effect else problem)("celery", said)
    for name, value in expected["broker_transport_options"].items():
        if options.get(name) != value and not name.startswith("sentinel"):
            yield _changed(
                f"broker_transport_options[{name!r}]",
                options.get(name),
                value,
                RELIED_ON,
            )


def _beat_schedule(app: Any) -> Findings:
    entries = app.conf.beat_schedule
    if entries:
        yield problem(
            "celery",
            f"app.conf.beat_schedule has entries that nobody runs: {listed(entries)}; "
            "mend: a worker class with cron_schedule for each",
        )
