"""Owns how the queues are shown: a card each, in their order of priority."""

from service.broker.snapshot import QueueState, Snapshot
from service.queues import QUEUES
from service.sidecar.answers import QueueAnswer
from service.sidecar.history import History, of_queue, per_second
from service.sidecar.pages.markup import Html, element, join, pairs, titled
from service.sidecar.pages.moments import rate
from service.sidecar.pages.sparkline import sparkline
from service.sidecar.times import in_words

ALLOWED_SECONDS = {queue.name: queue.wait_threshold_seconds for queue in QUEUES}


def queue_cards(snapshot: Snapshot, history: History) -> Html:
    """Show every queue with its last minute."""
    cards = [_card(snapshot, one, of_queue(history, one.name)) for one in snapshot.queues]
    return titled("Queues", element("div", join(cards), "queues"), "queues")


def _card(snapshot: Snapshot, queue: QueueState, history: History) -> Html:
    title = element("h3", queue.name, id=f"queue-{queue.name}")
    most = max((one.ready for past in history for one in past.queues), default=queue.ready)
    peak = element("small", f"peak {most:,}", title="The highest in the last minute")
    waiting = join([element("strong", f"{queue.ready:,}"), "ready", peak])
    head = element("div", join([title, _patience(queue)]), "queue-head")
    parts = [head, element("p", waiting, "ready"), sparkline(history)]
    about = pairs(_facts(QueueAnswer.of(snapshot, queue), history), "facts")
    return element(
        "article", join([*parts, about]), "card queue", aria_labelledby=f"queue-{queue.name}"
    )


def _patience(queue: QueueState) -> Html:
    """Say how long the oldest job has waited, and whether that is too long."""
    allowed, age = ALLOWED_SECONDS[queue.name], queue.oldest_ready_age_seconds
    late = queue.ready > 0 and age > allowed
    waits = f"oldest waits {in_words(age)}" if queue.ready else "none waits"
    return element("span", f"{waits}, {in_words(allowed)} allowed", "late" if late else "soft")


def _facts(queue: QueueAnswer, history: History) -> list[tuple[str, str]]:
    came = per_second(history, lambda ledger: ledger.enqueued)
    went = per_second(history, lambda ledger: ledger.ended)
    return [
        ("Running", f"{queue.leased:,}"),
        ("Enqueued", rate(came)),
        ("Scheduled", f"{queue.scheduled:,}"),
        ("Ended", rate(went)),
        ("Dead", f"{queue.dead:,}"),
        ("Slots", f"{queue.slots:,}"),
    ]
