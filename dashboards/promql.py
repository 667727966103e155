"""PromQL over the metrics of the catalogue, filtered by the dashboard's variables.

Every worker process counts its own jobs, so its series are summed. Every sidecar reads the
same broker, so its series are never summed: the largest one of a namespace stands for all.
"""

from service.telemetry.catalogue import SIDECAR_METRICS, WORKER_METRICS, Metric

RATE_WINDOW = "$__rate_interval"
RANGE = "$__range"
"""All of the time that the dashboard shows."""

EACH = "namespace, queue"
"""One queue of one installation: what is read of a broker is told apart by these."""

CRON = "namespace, task"
ENDED = "succeeded|dead|discarded|moved"
"""The ledger's states of jobs that have left their queue for good."""

HISTOGRAM_SUFFIXES = ("_bucket", "_sum", "_count")


def series(name: str, **labels: str) -> str:
    """Select a metric's series of the chosen scrape jobs, and queues where it knows them.

    ``labels``: further ones and their value; values with ``|`` between them, or a variable.
    Raises KeyError for a metric that the catalogue lacks.
    """
    chosen = ['job=~"$job"', 'namespace=~"$namespace"']
    if "queue" in _metric(name).labels:
        chosen.append('queue=~"$queue"')
    chosen += [f'{label}{_operator(value)}"{value}"' for label, value in labels.items()]
    return f"{name}{{{', '.join(chosen)}}}"


def seen(name: str, by: str = "namespace", **labels: str) -> str:
    """Read a gauge of the sidecars, one series for each value of the labels in ``by``."""
    return f"max by ({by}) ({series(name, **labels)})"


def age(name: str, by: str = "namespace") -> str:
    """Tell how many seconds ago a timestamp of the sidecars was."""
    return f"time() - {seen(name, by)}"


def total(expression: str, by: str = "") -> str:
    """Add up, one series for each value of the labels in ``by``."""
    return f"sum{_by(by)} ({expression})"


def queue_depth(state: str) -> str:
    """Read how many jobs of each queue are in a state."""
    return seen("headcount_queue_depth", EACH, state=state)


def wait_threshold() -> str:
    """Read within how many seconds each queue's jobs should start."""
    return seen("headcount_slo_threshold_seconds", EACH, sli="wait")


def share_of_objective() -> str:
    """Divide the age of each queue's oldest ready job by the time it may wait at most."""
    oldest = seen("headcount_queue_oldest_ready_age_seconds", EACH)
    return f"{oldest} / on ({EACH}) {wait_threshold()}"


def worker_rate(name: str, by: str = "", **labels: str) -> str:
    """Add up the workers' increase a second of a counter."""
    return total(f"rate({series(name, **labels)}[{RATE_WINDOW}])", by)


def worker_increase(name: str, by: str = "", **labels: str) -> str:
    """Add up the workers' increase of a counter over all of the time shown.

    The time shown is meant at every point of a graph too: ``@ end()`` says so.
    """
    return total(f"increase({series(name, **labels)}[{RANGE}] @ end())", by)


def ledger_rate(states: str, by: str = "") -> str:
    """Add up the ledger's increase a second in these states, with ``|`` between them."""
    rates = f"rate({series('headcount_jobs_total', state=states)}[{RATE_WINDOW}])"
    return total(f"max by ({EACH}, state) ({rates})", by)


def ledger_increase(states: str, by: str = "") -> str:
    """Add up the ledger's increase over all of the time shown."""
    increases = f"increase({series('headcount_jobs_total', state=states)}[{RANGE}])"
    return total(f"max by ({EACH}, state) ({increases})", by)


def sidecar_increase(name: str, window: str = RANGE, by: str = EACH) -> str:
    """Read the increase of another counter of the sidecars."""
    return f"max by ({by}) (increase({series(name)}[{window}]))"


def quantile(quantile: float, histogram: str, by: str = "", **labels: str) -> str:
    """Estimate a quantile of the jobs in one rate window; 0 while workers live and none came.

    A quantile of nothing is NaN, which the comparison drops. Without live workers it is left
    out instead: nothing started is not the same as started at once.
    """
    buckets = worker_rate(f"{histogram}_bucket", f"{by}, le" if by else "le", **labels)
    zero = f"0 * max{_by(by)} ({series('headcount_queue_workers')} > 0)"
    return f"histogram_quantile({quantile}, {buckets}) >= 0 or {zero}"


def or_idle_zero(expression: str, label: str, value: str) -> str:
    """Draw one zero, named ``value``, while workers are scraped and ``expression`` is empty.

    A counter has no series before its first event, and an idle system is not a broken one.
    """
    zero = f"0 * sum ({series('headcount_worker_slots')})"
    return f'{expression} or on () label_replace({zero}, "{label}", "{value}", "", "")'


def largest(expression: str, label: str, rank: str, count: int = 8) -> str:
    """Keep the ``count`` values of ``label`` for which ``rank`` is largest: lines to tell apart."""
    return f"{expression} and on ({label}) topk({count}, {rank})"


def _operator(value: str) -> str:
    return "=~" if "|" in value or value.startswith("$") else "="


def _metric(name: str) -> Metric:
    catalogue = {**WORKER_METRICS, **SIDECAR_METRICS}
    for suffix in HISTOGRAM_SUFFIXES:
        if name.endswith(suffix) and name.removesuffix(suffix) in catalogue:
            return catalogue[name.removesuffix(suffix)]
    return catalogue[name]


def _by(labels: str) -> str:
    return f" by ({labels})" if labels else ""
