"""Owns the sidecar's metrics: a snapshot as Prometheus families, in the catalogue's order.

A series that would come from a snapshot is left out when there is no fresh one: never a false
zero. Texts and labels of the families are the catalogue's.
"""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service.broker.snapshot import CONFIG_CHECKS, Snapshot
from service.queues import QUEUES
from service.sidecar.health import report_health
from service.sidecar.reading import Reading
from service.sidecar.snapshot_cache import SnapshotCache
from service.sidecar.worker_states import consumers
from service.telemetry import catalogue

Series = list[tuple[tuple[str, ...], float]]
"""One family's series as (label values, value)."""

Samples = dict[str, Series]
"""Metric name -> its series; without any the family is left out."""

LEDGER_STATES = ("enqueued", "succeeded", "dead", "discarded", "moved")
QUEUE_STATES = ("ready", "scheduled", "leased", "dead")


class SnapshotCollector(Collector):
    """Collects every family of SIDECAR_METRICS that has a value now."""

    def __init__(self, snapshots: SnapshotCache) -> None:
        self._snapshots = snapshots

    def collect(self) -> Iterator[Metric]:
        """Yield the families of the cache's latest reading."""
        samples = collect_samples(self._snapshots.latest())
        for name, metric in catalogue.SIDECAR_METRICS.items():
            if samples.get(name):
                yield _family(metric, samples[name])


def collect_samples(reading: Reading) -> Samples:
    """Return what is known now: always the objectives and health, the rest if it is fresh."""
    samples = _objectives() | _health(reading)
    if (snapshot := reading.current) is not None:
        samples |= _queues(snapshot) | _broker(snapshot) | _cron(snapshot) | _canaries(snapshot)
    return samples


def _family(metric: catalogue.Metric, series: Series) -> Metric:
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = kind(metric.name, metric.help, labels=metric.labels)
    for labels, value in series:
        family.add_metric(labels, value)
    return family


def _objectives() -> Samples:
    ratios: Series = [((q.name, "wait"), q.wait_objective) for q in QUEUES]
    ratios += [((q.name, "success"), q.success_objective) for q in QUEUES]
    thresholds: Series = [((q.name, "wait"), q.wait_threshold_seconds) for q in QUEUES]
    return {"headcount_slo_objective_ratio": ratios, "headcount_slo_threshold_seconds": thresholds}


def _health(reading: Reading) -> Samples:
    checks = report_health(reading).checks.items()
    last = reading.snapshot
    return {
        "headcount_broker_up": [((), float(reading.fresh))],
        "headcount_health_ok": [((name,), float(check.status == "ok")) for name, check in checks],
        "headcount_snapshot_timestamp_seconds": [((), last.as_of)] if last else [],
    }


def _queues(snapshot: Snapshot) -> Samples:
    queues = snapshot.queues
    workers = {queue.name: consumers(snapshot, queue.name) for queue in queues}
    return {
        "headcount_queue_depth": [
            ((queue.name, state), getattr(queue, state))
            for queue in queues
            for state in QUEUE_STATES
        ],
        "headcount_queue_oldest_ready_age_seconds": [
            ((queue.name,), queue.oldest_ready_age_seconds) for queue in queues
        ],
        "headcount_queue_workers": [((name,), len(them)) for name, them in workers.items()],
        "headcount_queue_slots": [
            ((name,), sum(worker.slots for worker in them)) for name, them in workers.items()
        ],
        "headcount_schedule_lag_seconds": [
            ((), max((queue.overdue_seconds for queue in queues), default=0.0))
        ],
        "headcount_jobs_total": [
            ((queue.name, state), getattr(queue.ledger, state))
            for queue in queues
            for state in LEDGER_STATES
        ],
        "headcount_ledger_drift": [((queue.name,), queue.drift) for queue in queues],
        "headcount_leases_expired_total": [((q.name,), q.leases_expired) for q in queues],
        "headcount_dead_overflow_total": [((q.name,), q.dead_overflow) for q in queues],
        "headcount_lease_oldest_age_seconds": [((), snapshot.lease_oldest_age_seconds)],
    }


def _broker(snapshot: Snapshot) -> Samples:
    broker = snapshot.broker
    return {
        "headcount_broker_writable": _known(
            (), None if broker.refusal is None else float(not broker.refusal)
        ),
        "headcount_broker_probe_seconds": [((), snapshot.probe_seconds)],
        "headcount_broker_memory_used_bytes": _known((), broker.memory_used_bytes),
        "headcount_broker_memory_max_bytes": _known((), broker.memory_max_bytes),
        "headcount_broker_clients": _known((), broker.clients),
        "headcount_broker_evicted_keys_total": _known((), broker.evicted_keys),
        "headcount_broker_config_ok": [
            ((check,), float(check not in broker.config_problems)) for check in CONFIG_CHECKS
        ],
        "headcount_beat_last_tick_timestamp_seconds": _known((), snapshot.beat_last_tick),
    }


def _cron(snapshot: Snapshot) -> Samples:
    samples: Samples = {"headcount_cron_missed_total": []}
    for entry in snapshot.cron:
        task = (entry.task,)
        samples["headcount_cron_missed_total"].append((task, entry.missed))
        for name, value in {
            "headcount_cron_last_dispatch_timestamp_seconds": entry.last_dispatch,
            "headcount_cron_last_success_timestamp_seconds": entry.last_success,
            "headcount_cron_next_due_timestamp_seconds": entry.next_due,
            "headcount_cron_interval_seconds": entry.interval_seconds,
        }.items():
            samples.setdefault(name, []).extend(_known(task, value))
    return samples


def _canaries(snapshot: Snapshot) -> Samples:
    """Return those of canaries that ever came back, as long as a Beat sends them."""
    returned = {e.queue: e for e in snapshot.cron if e.round_trip_seconds is not None}
    samples: Samples = {}
    for queue, entry in returned.items():
        for name, value in {
            "headcount_canary_round_trip_seconds": entry.round_trip_seconds,
            "headcount_canary_last_success_timestamp_seconds": entry.last_success,
        }.items():
            samples.setdefault(name, []).extend(_known((queue,), value))
    return samples


def _known(labels: tuple[str, ...], value: float | None) -> Series:
    """Return one series, or none for what is not known or has not happened yet."""
    return [] if value is None else [(labels, value)]
