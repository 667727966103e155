"""Half hours in the life of an installation: those that must page nobody, and those that must.

Each says what differs from a healthy installation, and which alerts fire in it, all in all.
"""

from dataclasses import dataclass, field

from tests.alerts.stack_series import MINUTES, SECONDS, SIDECARS, WORKERS, Stack, hold, rise

OF_THE_BROKER = (
    "up",
    "headcount_broker_up",
    "headcount_health_ok",
    "headcount_slo_objective_ratio",
    "headcount_slo_threshold_seconds",
    "headcount_snapshot_timestamp_seconds",
)
"""What a sidecar shows without the broker too."""


@dataclass
class Situation:
    """``fires``: alert, severity and namespace of what fires at some time."""

    name: str
    stacks: list[Stack]
    fires: set[tuple[str, str, str]] = field(default_factory=set)

    def input_series(self):
        return [series for stack in self.stacks for series in stack.input_series()]


def warning(alert, namespace=""):
    return alert, "warning", namespace


def critical(alert, namespace=""):
    return alert, "critical", namespace


def deploy():
    """New pods come in minute 10; the old ones drain for ten minutes, for one long job's sake."""
    stack = Stack()
    stack.set("headcount_queue_depth", hold(3), queue="default", state="ready")
    for old, new in zip(WORKERS, ("x", "y"), strict=True):
        stack.add_worker(new)
        stack.lose(new, since=0, minutes=10, keep=())
        stack.change("headcount_worker_draining", hold(1, 10), 10, instance=old)
        stack.change("headcount_worker_loop_lag_seconds", rise(SECONDS, 10), 10, instance=old)
        stack.lose(old, since=20, keep=())
    for old, new in zip(SIDECARS, ("c", "d"), strict=True):
        stack.add_sidecar(new)
        stack.lose(new, since=0, minutes=10.5, keep=())
        stack.lose(old, since=10, keep=())
    return Situation("a deploy: workers drain, new ones come", [stack])


def burst():
    """3,000 jobs come at once in minute 8, and take ten minutes; other queues await their turn."""
    stack = Stack()
    for queue in ("default", "low"):
        done = rise(10, 8) + hold(320, 10) + rise(50, 2.5, 320) + rise(10, 9.5, 820)
        stack.set("headcount_jobs_total", done, queue=queue, state="succeeded")
        stack.change("headcount_queue_depth", rise(10, 10), 8, queue=queue, state="ready")
        stack.change("headcount_queue_depth", rise(-40, 2.5, 400), 18, queue=queue, state="ready")
        stack.change("headcount_queue_oldest_ready_age_seconds", rise(15, 10), 8, queue=queue)
        began = rise(5, 8) + hold(160, 10) + rise(25, 2.5, 160) + rise(5, 9.5, 410)
        in_time = rise(5, 8) + hold(160, 12.5) + rise(5, 9.5, 160)
        _begin(stack, queue, began, in_time)
    waiting = hold(0, 8) + rise(-75, 10, 3000) + hold(0, 12)
    stack.set("headcount_queue_depth", waiting, queue="critical", state="ready")
    stack.change("headcount_queue_oldest_ready_age_seconds", rise(15, 10), 8, queue="critical")
    enqueued = rise(10, 8) + rise(10, 22, 3320)
    done = rise(10, 8) + rise(85, 10, 320) + rise(10, 12, 3720)
    stack.set("headcount_jobs_total", enqueued, queue="critical", state="enqueued")
    stack.set("headcount_jobs_total", done, queue="critical", state="succeeded")
    began = rise(5, 8) + rise(42, 10, 160) + rise(5, 12, 1840)
    in_time = rise(5, 8) + hold(160, 10) + rise(5, 12, 160)
    _begin(stack, "critical", began, in_time)
    stack.change("headcount_worker_busy_slots", hold(8, 10), 8)
    # Jobs were late, which budgets and tickets tell of; nobody needs to get up for it.
    told = {warning("HeadcountOldestJobTooOld"), warning("HeadcountObjectiveBurnsSlowly")}
    return Situation("a burst that drains", [stack], told)


def idle_night():
    stack = Stack()
    stack.set("headcount_jobs_total", hold(7))
    stack.set("headcount_worker_busy_slots", hold(0))
    stack.set("headcount_worker_busy_seconds_total", hold(7))
    for queue in ("critical", "default", "low"):
        _begin(stack, queue, hold(7), hold(7))
    return Situation("an idle night", [stack])


def one_slow_job():
    """It takes half an hour of one slot, and is all that its queue has; other queues go on."""
    stack = Stack()
    stack.set("headcount_jobs_total", hold(7), queue="low")
    _begin(stack, "low", hold(7), hold(7))
    running = rise(SECONDS)
    stack.set("headcount_job_oldest_running_seconds", running, queue="low", instance="v")
    stack.set("headcount_queue_depth", hold(1), queue="low", state="leased")
    stack.set("headcount_queue_depth", hold(4), queue="default", state="ready")
    return Situation("one slow job", [stack])


def unused_queue():
    stack = Stack()
    stack.set("headcount_jobs_total", hold(0), queue="low")
    _begin(stack, "low", hold(0), hold(0))
    return Situation("a queue nobody uses", [stack])


def broker_restart():
    """The broker is away for 20 s, and its own counts begin again."""
    stack = Stack()
    stack.set("headcount_queue_depth", hold(3), queue="default", state="ready")
    _cut_off(stack, SIDECARS, minutes=0.5)
    stack.change("headcount_broker_evicted_keys_total", hold(40, 10), 0)
    return Situation("a restart of the broker within 20 s", [stack])


def sidecar_restart():
    stack = Stack()
    stack.change("up", hold(0, 2), 10, job="sidecar")
    stack.lose(*SIDECARS, since=10, minutes=2)
    return Situation("a restart of both sidecars", [stack])


def sidecar_cut_off():
    """One of two sidecars does not reach the broker for ten minutes; the other does."""
    stack = Stack()
    stack.set("headcount_queue_depth", hold(3), queue="default", state="ready")
    _cut_off(stack, SIDECARS[:1], minutes=10)
    told = {warning("HeadcountTelemetryStale")}
    return Situation("one of two sidecars is cut off from the broker", [stack], told)


def prometheus_restart():
    stack = Stack()
    stack.set("headcount_queue_depth", hold(3), queue="default", state="ready")
    stack.leave_out(since=10, minutes=4)
    return Situation("a restart of Prometheus", [stack])


def scaled_to_zero():
    """Preview goes with empty queues; production on the same Prometheus stays."""
    preview = Stack("preview")
    preview.lose(*SIDECARS, *WORKERS, since=8, keep=())
    told = {warning("HeadcountTelemetryAbsent", "preview")}
    return Situation("a scale-down to zero of preview", [Stack("production"), preview], told)


def retry_that_succeeds():
    stack = Stack()
    retried = hold(0, 10) + hold(1, 20)
    stack.set("headcount_jobs_processed_total", retried, queue="default", outcome="retried")
    stack.change("headcount_queue_depth", hold(2, 2), 10, queue="default", state="scheduled")
    return Situation("a retry that succeeds", [stack])


def broker_outage():
    """The broker is away for ten minutes, while jobs wait: one page."""
    stack = Stack()
    stack.set("headcount_queue_depth", hold(3), queue="default", state="ready")
    _cut_off(stack, SIDECARS, minutes=10)
    return Situation("a broker outage", [stack], {critical("HeadcountBrokerDown")})


def workers_gone():
    """Production's workers are gone with jobs waiting; preview's with none."""
    stacks = [Stack("production"), Stack("preview")]
    for stack in stacks:
        stack.lose(*WORKERS, since=8, keep=())
        stack.change("headcount_queue_workers", hold(0, 22), 8)
    stacks[0].change("headcount_queue_depth", rise(10, 22), 8, queue="default", state="ready")
    told = {critical("HeadcountQueueWithoutWorkers", "production")}
    told |= {warning("HeadcountWorkersMissing", each) for each in ("production", "preview")}
    # What is enqueued and not done; that it does not drain is no page of its own.
    return Situation("two installations without workers, in one of which jobs wait", stacks, told)


def production_gone():
    """Production disappears with jobs waiting; that preview is there must not hide it."""
    production = Stack("production")
    production.set("headcount_queue_depth", hold(3), queue="default", state="ready")
    production.lose(*SIDECARS, *WORKERS, since=8, keep=())
    told = {(what("HeadcountTelemetryAbsent", "production")) for what in (warning, critical)}
    return Situation("production disappears beside preview", [production, Stack("preview")], told)


def broker_of_one():
    """Preview's broker is away; production's queue of the same name is none of its business."""
    preview = Stack("preview")
    _cut_off(preview, SIDECARS, minutes=20)
    told = {critical("HeadcountBrokerDown", "preview")}
    return Situation("the broker of one of two installations", [Stack("production"), preview], told)


def _cut_off(stack, sidecars, minutes):
    """Keep the broker from these sidecars from minute 10 on: their last snapshot gets old."""
    stack.lose(*sidecars, since=10, minutes=minutes, keep=OF_THE_BROKER)
    for sidecar in sidecars:
        stack.change("headcount_broker_up", hold(0, minutes), 10, instance=sidecar)
        stack.change("headcount_health_ok", hold(0, minutes), 10, instance=sidecar)
        frozen = hold(600, minutes)
        stack.change("headcount_snapshot_timestamp_seconds", frozen, 10, instance=sidecar)


def _begin(stack, queue, began, in_time):
    """Let each worker begin so many jobs of a queue, and so many of them in time."""
    stack.set("headcount_jobs_received_total", began, queue=queue)
    stack.set("headcount_jobs_processed_total", began, queue=queue, outcome="succeeded")
    stack.set("headcount_job_wait_seconds_count", began, queue=queue)
    stack.set("headcount_job_wait_seconds_bucket", in_time, queue=queue)


HARMLESS = (
    deploy,
    burst,
    idle_night,
    one_slow_job,
    unused_queue,
    broker_restart,
    sidecar_restart,
    sidecar_cut_off,
    prometheus_restart,
    scaled_to_zero,
    retry_that_succeeds,
)
HARMFUL = (broker_outage, workers_gone, production_gone, broker_of_one)
END = f"{MINUTES}m"
