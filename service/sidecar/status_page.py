"""Owns the status page: what a person wants to know first, in plain HTML.

It shows the same reading as ``/health``, ``/queues`` and ``/workers``, nothing else.
"""

from service.broker.snapshot import CronState, QueueState, Snapshot
from service.sidecar.answers import QueueAnswer, WorkerAnswer
from service.sidecar.checks import Status
from service.sidecar.health import HealthReport, report_health
from service.sidecar.markup import Html, element, join, state, table
from service.sidecar.reading import Reading
from service.sidecar.times import as_rfc3339, in_words

HEADLINES: dict[Status, str] = {
    "ok": "All is well",
    "degraded": "Working, but not well",
    "down": "Down",
}

NOTHING = "—"

QUEUE_COLUMNS = (
    "Queue", "Ready", "Scheduled", "Running", "Dead", "Oldest waits", "Workers", "Slots",
)  # fmt: skip
WORKER_COLUMNS = ("Worker", "Host", "State", "Busy", "Slots", "Queues", "Last seen")
CRON_COLUMNS = ("Task", "Schedule", "Queue", "Last run", "Last success", "Next run", "Missed")


def status_content(reading: Reading) -> tuple[Html, Status, str]:
    """Return the page's content, its status and its footer."""
    report, snapshot = report_health(reading), reading.current
    if snapshot is None:
        footer = "No figures are shown: old ones would mislead."
        return _verdict(report), report.status, footer
    parts = [_verdict(report), _totals(snapshot), _queues(snapshot), _workers(snapshot)]
    footer = f"As of {as_rfc3339(snapshot.as_of)}. Reloads by itself."
    return join([*parts, _cron(snapshot)]), report.status, footer


def _verdict(report: HealthReport) -> Html:
    rows = [
        join([element("dt", name), state_of_check, element("dd", check.detail, "detail")])
        for name, check in report.checks.items()
        for state_of_check in [element("dd", state(check.status))]
    ]
    headline = element("h1", HEADLINES[report.status])
    checks = element("dl", join(rows), "checks")
    return element("section", join([headline, checks]), f"card verdict {report.status}")


def _totals(snapshot: Snapshot) -> Html:
    def total(label: str, attribute: str) -> Html:
        number = sum(getattr(queue, attribute) for queue in snapshot.queues)
        pair = join([element("dt", label), element("dd", f"{number:,}")])
        return element("div", pair, "card")

    labels = {"Ready": "ready", "Scheduled": "scheduled", "Running": "leased", "Dead": "dead"}
    return element("dl", join(total(*pair) for pair in labels.items()), "totals")


def _queues(snapshot: Snapshot) -> Html:
    rows = [_queue_row(snapshot, queue) for queue in snapshot.queues]
    return table("Queues", QUEUE_COLUMNS, rows, "No queues.")


def _queue_row(snapshot: Snapshot, queue: QueueState) -> list[object]:
    shown = QueueAnswer.of(snapshot, queue)
    age = in_words(shown.oldest_ready_age_seconds) if shown.ready else NOTHING
    counts = [shown.ready, shown.scheduled, shown.leased, shown.dead]
    return [element("code", shown.name), *counts, age, shown.workers, shown.slots]


def _workers(snapshot: Snapshot) -> Html:
    rows: list[list[object]] = []
    for worker in sorted(snapshot.workers, key=lambda worker: (worker.host, worker.name)):
        shown = WorkerAnswer.of(snapshot, worker)
        name = [element("code", shown.name), shown.host, state(shown.state)]
        queues = ", ".join(shown.queues)
        seen = _ago(snapshot, worker.last_seen)
        rows.append([*name, shown.busy, shown.slots, queues, seen])
    return table("Workers", WORKER_COLUMNS, rows, "No worker has reported within 15 minutes.")


def _cron(snapshot: Snapshot) -> Html:
    rows = [_cron_row(snapshot, entry) for entry in snapshot.cron]
    return table("Cron", CRON_COLUMNS, rows, "No worker class has a cron_schedule.")


def _cron_row(snapshot: Snapshot, entry: CronState) -> list[object]:
    names = [element("code", entry.task), element("code", entry.schedule), entry.queue]
    last = [_ago(snapshot, entry.last_dispatch), _ago(snapshot, entry.last_success)]
    return [*names, *last, _ago(snapshot, entry.next_due), entry.missed]


def _ago(snapshot: Snapshot, moment: float | None) -> str:
    """Say when a moment is, seen from the snapshot."""
    if moment is None:
        return NOTHING
    ahead = moment - snapshot.as_of
    return f"in {in_words(ahead)}" if ahead > 0 else f"{in_words(-ahead)} ago"
