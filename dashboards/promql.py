"""PromQL over the metrics of the catalogue, filtered by the dashboard's variables.

Every worker process counts its own jobs, so its series are summed. Every sidecar reads the
same broker, so its series are never summed: the largest one stands for all.
"""

from service.telemetry.catalogue import SIDECAR_METRICS, WORKER_METRICS, Metric

RATE_WINDOW = "$__rate_interval"
HISTOGRAM_SUFFIXES = ("_bucket", "_sum", "_count")


def series(name: str, **labels: str) -> str:
    """Select a metric's series of the chosen scrape jobs, and queues where it knows them.

    ``labels``: further ones and their value, or values with ``|`` between them. Raises
    KeyError for a metric that the catalogue lacks.
    """
    chosen = ['job=~"$job"']
    if "queue" in _metric(name).labels:
        chosen.append('queue=~"$queue"')
    chosen += [
        f'{label}{"=~" if "|" in value else "="}"{value}"' for label, value in labels.items()
    ]
    return f"{name}{{{', '.join(chosen)}}}"


def seen(name: str, by: str = "", **labels: str) -> str:
    """Read a gauge of the sidecars, one series for each value of the labels in ``by``."""
    return f"max{_by(by)} ({series(name, **labels)})"


def queue_depth(state: str) -> str:
    """Read how many jobs of each queue are in a state."""
    return seen("headcount_queue_depth", by="queue", state=state)


def share_of_objective() -> str:
    """Divide the age of each queue's oldest ready job by the time it may wait at most."""
    age = seen("headcount_queue_oldest_ready_age_seconds", by="queue")
    threshold = seen("headcount_slo_threshold_seconds", by="queue", sli="wait")
    return f"{age} / on (queue) {threshold}"


def worker_rate(name: str, by: str = "", **labels: str) -> str:
    """Add up the workers' increase a second of a counter."""
    return f"sum{_by(by)} (rate({series(name, **labels)}[{RATE_WINDOW}]))"


def ledger_rate(states: str) -> str:
    """Add up the ledger's increase a second in these states, with ``|`` between them."""
    ledger = series("headcount_jobs_total", state=states)
    rates = f"rate({ledger}[{RATE_WINDOW}])"
    return f"sum (max by (queue, state) ({rates}))"


def quantile(quantile: float, histogram: str) -> str:
    """Estimate a quantile of the jobs in one rate window; 0 while workers live and none came.

    A quantile of nothing is NaN, which the comparison drops. Without live workers it is left
    out instead: nothing started is not the same as started at once.
    """
    buckets = worker_rate(f"{histogram}_bucket", by="le")
    zero = f"0 * max ({series('headcount_queue_workers')} > 0)"
    return f"histogram_quantile({quantile}, {buckets}) >= 0 or {zero}"


def or_idle_zero(expression: str, label: str, value: str) -> str:
    """Draw one zero, named ``value``, while workers are scraped and ``expression`` is empty.

    A counter has no series before its first event, and an idle system is not a broken one.
    """
    zero = f"0 * sum ({series('headcount_worker_slots')})"
    return f'{expression} or on () label_replace({zero}, "{label}", "{value}", "", "")'


def _metric(name: str) -> Metric:
    catalogue = {**WORKER_METRICS, **SIDECAR_METRICS}
    for suffix in HISTOGRAM_SUFFIXES:
        if name.endswith(suffix) and name.removesuffix(suffix) in catalogue:
            return catalogue[name.removesuffix(suffix)]
    return catalogue[name]


def _by(labels: str) -> str:
    return f" by ({labels})" if labels else ""
