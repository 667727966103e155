"""Celery's configuration, each value with its reason.

Most of Celery's defaults on Redis lose, double or hide jobs; docs/reliability.md tells how.
"""

from typing import Any

from kombu import Exchange, Queue

from service.broker.connection import (
    CONNECT_TIMEOUT_SECONDS,
    SOCKET_TIMEOUT_SECONDS,
    sentinel_options,
)
from service.broker_address import BrokerAddress, broker_address
from service.queues import DEFAULT_QUEUE, QUEUE_NAMES
from service.settings import Settings

BROKER_URLS = ("broker_url", "broker_read_url", "broker_write_url")
"""Celery prefers CELERY_BROKER_URL, as it stands in the environment, to the first alone."""

RESULT_DAYS = 1
RESULT_TIMEOUT_SECONDS = 2.0


def celery_config(settings: Settings) -> dict[str, Any]:
    """Return Celery's settings for a broker that is set."""
    broker = settings.require_broker()
    return {
        **_broker(broker_address(broker), settings),
        **_queues(settings),
        **_results(broker_address(settings.result_backend or broker), settings),
        **_workers(settings),
        "timezone": settings.timezone.key,
        "enable_utc": True,
    }


def _broker(broker: BrokerAddress, settings: Settings) -> dict[str, Any]:
    sentinel = broker.behind_sentinels
    return {
        # One only: with several kombu goes on with the next one when a connection fails, and
        # then with a transport of its own. The channel is told of all sentinels instead.
        **dict.fromkeys(BROKER_URLS, broker.urls()[0]),
        "broker_use_ssl": dict(broker.tls) or False,
        "broker_transport": "service.broker.transport:"
        + ("SentinelTransport" if sentinel else "Transport"),
        "broker_transport_options": {
            # Without them a frozen broker blocks an enqueue for ever.
            "socket_timeout": SOCKET_TIMEOUT_SECONDS,
            "socket_connect_timeout": CONNECT_TIMEOUT_SECONDS,
            # A publisher that finds nobody listening rides out a restart; kombu would try for 6 s.
            "connect_retries_timeout": CONNECT_TIMEOUT_SECONDS,
            # One list per queue, which LLEN and Flower understand.
            "priority_steps": [0],
            "jobs_per_slot": settings.prefetch,
            **(_sentinels(broker, settings) if sentinel else {}),
        },
        "broker_connection_retry_on_startup": True,
        # The default gives up, and ends the worker, after 100 attempts.
        "broker_connection_max_retries": None,
        # The transport sends a publish again itself, once, and not after a timeout: Celery would
        # keep the caller waiting for longer than it may take.
        "task_publish_retry": False,
        # Running jobs go on when the broker is away; their outcome is recorded when it is back.
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_enable_prefetch_count_reduction": False,
    }


def _sentinels(broker: BrokerAddress, settings: Settings) -> dict[str, Any]:
    return {
        "master_name": settings.sentinel_master,
        "sentinels": list(broker.hosts),
        "sentinel_kwargs": sentinel_options(broker, settings.sentinel_credentials()),
    }


def _queues(settings: Settings) -> dict[str, Any]:
    direct = Exchange("", type="direct")
    return {
        "task_queues": [Queue(name, direct, routing_key=name) for name in QUEUE_NAMES],
        "task_default_queue": DEFAULT_QUEUE,
        "task_default_exchange": "",
        "task_default_routing_key": DEFAULT_QUEUE,
        # A misspelt queue is an error in the caller, not a queue that nobody consumes.
        "task_create_missing_queues": False,
        # With one job leased per slot the next free slot always takes the most urgent job.
        "worker_prefetch_multiplier": settings.prefetch,
    }


def _results(backend: BrokerAddress, settings: Settings) -> dict[str, Any]:
    return {
        "result_backend": ";".join(backend.urls()),
        "redis_backend_use_ssl": dict(backend.tls) or None,
        "result_backend_transport_options": {
            **_sentinels(backend, settings),
            # The default retries for 19 s when nothing listens.
            "retry_policy": {"max_retries": 1, "interval_start": 0, "interval_max": 0.2},
        },
        # Celery tries three times, even while it enqueues: 10 s is what enqueuing may take.
        "redis_socket_timeout": RESULT_TIMEOUT_SECONDS,
        "redis_socket_connect_timeout": CONNECT_TIMEOUT_SECONDS,
        "result_expires": RESULT_DAYS * 86400,
        # Results nobody reads fill the broker; a worker class asks for them.
        "task_ignore_result": True,
        "task_serializer": "json",
        "result_serializer": "json",
        "accept_content": ["json"],
    }


def _workers(settings: Settings) -> dict[str, Any]:
    return {
        "worker_concurrency": settings.concurrency,
        # Looked at when a job has ended; in KiB.
        "worker_max_memory_per_child": settings.child_memory_mib * 1024 or None,
        "worker_consumer": "workers.consumer:JobConsumer",
        # A job is over when it has ended, not when it was begun.
        "task_acks_late": True,
        # Ours to decide in the parent, attempt by attempt: see workers/request.py.
        "task_reject_on_worker_lost": False,
        # Celery writes arguments into its log records; configure_logging owns the log.
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        # The default of 4 s kills children that start slowly on a busy machine.
        "worker_proc_alive_timeout": 60,
        # Flower switches events on by itself; nobody pays for them before.
        "worker_send_task_events": False,
        "task_send_sent_event": False,
    }
