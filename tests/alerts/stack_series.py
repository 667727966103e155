"""The series of a whole, healthy installation, for situations that differ from it in something.

Two sidecars, ``a`` and ``b``, two workers, ``v`` and ``w``, half an hour, a sample every 15 s. Time
begins at 0. A series is a list of its samples: a number, None where there is none, or "stale"
where Prometheus noticed that it is gone.
"""

import json

from service.queues import QUEUES
from service.telemetry.catalogue import SIDECAR_METRICS, WORKER_METRICS

SECONDS = 15
MINUTES = 30
SIDECARS, WORKERS = ("a", "b"), ("v", "w")
TASK = "jobs.Report"


def samples(minutes):
    return round(minutes * 60 / SECONDS)


def hold(value, minutes=MINUTES):
    """A gauge that stays, or a counter that rests."""
    return [value] * samples(minutes)


def rise(by, minutes=MINUTES, since=0):
    """What grows by so much every 15 s, from the value it had."""
    return [since + by * n for n in range(1, samples(minutes) + 1)]


class Stack:
    """One installation's series, to be changed before they are written."""

    def __init__(self, namespace=""):
        self._namespace, self._series = namespace, {}
        for instance in SIDECARS:
            self.add_sidecar(instance)
        for instance in WORKERS:
            self.add_worker(instance)

    def add_sidecar(self, instance):
        self._add("sidecar", instance, "up", hold(1))
        for name, series in sidecar_series().items():
            for labels, values in series:
                self._add("sidecar", instance, name, values, **labels)

    def add_worker(self, instance):
        self._add("worker", instance, "up", hold(1))
        for name, series in worker_series().items():
            for labels, values in series:
                self._add("worker", instance, name, values, **labels)

    def set(self, name, values, **labels):
        """Let all series of this name and these labels take these values."""
        for key in self._find(name, labels):
            self._series[key] = values

    def change(self, name, values, since, **labels):
        """Let them take these values from a minute on, for as long as there are values."""
        begin = samples(since)
        for key in self._find(name, labels):
            before = self._series[key]
            self._series[key] = before[:begin] + values + before[begin + len(values) :]

    def lose(self, *instances, since, minutes=MINUTES, keep=("up",)):
        """Let these targets' series be gone for some minutes, or from then on."""
        gone = ["stale", *hold(None)][: samples(min(minutes, MINUTES - since))]
        for name, labels in self._series:
            if dict(labels)["instance"] in instances and name not in keep:
                self.change(name, gone, since, **dict(labels))

    def leave_out(self, since, minutes):
        """Let Prometheus take no samples for some minutes."""
        for name, labels in self._series:
            self.change(name, hold(None, minutes), since, **dict(labels))

    def input_series(self):
        """Return them as promtool's files have them."""
        return [
            {"series": _selector(name, labels), "values": " ".join(map(_sample, values))}
            for (name, labels), values in self._series.items()
        ]

    def _add(self, job, instance, name, values, **labels):
        labels |= {"job": job, "instance": instance}
        if self._namespace:
            labels["namespace"] = self._namespace
        self._series[name, tuple(labels.items())] = values

    def _find(self, name, labels):
        found = [k for k in self._series if k[0] == name and labels.items() <= dict(k[1]).items()]
        assert found, f"no series {name} {labels}"
        return found


def sidecar_series():
    """Metric -> [(labels, values)]: each queue's 10 jobs in 15 s succeed at once."""
    rest = {name: [({}, hold(0))] for name, m in SIDECAR_METRICS.items() if not m.labels}
    now = [({}, rise(SECONDS))]
    return rest | {
        "headcount_broker_up": [({}, hold(1))],
        "headcount_broker_writable": [({}, hold(1))],
        "headcount_broker_memory_used_bytes": [({}, hold(10))],
        "headcount_broker_memory_max_bytes": [({}, hold(100))],
        "headcount_snapshot_timestamp_seconds": now,
        "headcount_beat_last_tick_timestamp_seconds": now,
        "headcount_queue_depth": _queues(0, state=("ready", "scheduled", "leased", "dead")),
        "headcount_queue_oldest_ready_age_seconds": _queues(0),
        "headcount_queue_workers": _queues(2),
        "headcount_ledger_drift": _queues(0),
        "headcount_leases_expired_total": _queues(0),
        "headcount_jobs_total": [
            *[(labels, rise(10)) for labels, _ in _queues(0, state=("enqueued", "succeeded"))],
            *_queues(0, state=("dead", "discarded", "moved")),
        ],
        "headcount_broker_config_ok": [({"check": "persistence"}, hold(1))],
        "headcount_cron_last_dispatch_timestamp_seconds": [({"task": TASK}, rise(SECONDS))],
        "headcount_cron_last_success_timestamp_seconds": [({"task": TASK}, rise(SECONDS))],
        "headcount_cron_interval_seconds": [({"task": TASK}, hold(600))],
        "headcount_cron_missed_total": [({"task": TASK}, hold(0))],
        "headcount_slo_objective_ratio": _queues(0.99, sli=("wait", "success")),
        "headcount_slo_threshold_seconds": [
            ({"queue": queue.name, "sli": "wait"}, hold(queue.wait_threshold_seconds))
            for queue in QUEUES
        ],
        "headcount_health_ok": [({"check": check}, hold(1)) for check in ("workers", "beat")],
    }


def worker_series():
    """Metric -> [(labels, values)]: half of the jobs each, all in time."""
    rest = {name: [({}, hold(0))] for name, m in WORKER_METRICS.items() if not m.labels}
    bounds = [{"queue": q.name, "le": f"{q.wait_threshold_seconds:.1f}"} for q in QUEUES]
    each = [({"queue": queue.name}, rise(5)) for queue in QUEUES]
    return rest | {
        "headcount_worker_slots": [({}, hold(8))],
        "headcount_worker_busy_slots": [({}, hold(1))],
        "headcount_worker_busy_seconds_total": [({}, rise(SECONDS))],
        "headcount_jobs_received_total": [(q | {"redelivered": "false"}, n) for q, n in each],
        "headcount_jobs_processed_total": [
            *[(queue | {"task": TASK, "outcome": "succeeded"}, n) for queue, n in each],
            *_queues(0, task=(TASK,), outcome=("retried",)),
        ],
        "headcount_job_wait_seconds_count": each,
        "headcount_job_wait_seconds_bucket": [(labels, rise(5)) for labels in bounds],
        "headcount_job_oldest_running_seconds": _queues(1),
        "headcount_worker_child_exits_total": [({"reason": "killed"}, hold(0))],
        "headcount_series_dropped_total": [({"metric": "headcount_job_failures_total"}, hold(0))],
    }


def _queues(value, **more):
    """Return each queue's series, for every combination of the labels that there are more."""
    found = [{"queue": queue.name} for queue in QUEUES]
    for label, words in more.items():
        found = [labels | {label: word} for labels in found for word in words]
    return [(labels, hold(value)) for labels in found]


def _selector(name, labels):
    return name + "{" + ", ".join(f"{label}={json.dumps(text)}" for label, text in labels) + "}"


def _sample(value):
    return "_" if value is None else str(value)
