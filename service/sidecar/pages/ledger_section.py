"""Owns how the ledger is shown: as an account, with every job on one line of it."""

from collections.abc import Callable, Sequence

from service.broker.snapshot import QueueState, Snapshot
from service.sidecar.pages.markup import Html, element, join, state, titled

Line = tuple[str, Callable[[QueueState], int]]

PARTS: tuple[Line, ...] = (
    ("succeeded", lambda queue: queue.ledger.succeeded),
    ("+ dead", lambda queue: queue.ledger.dead),
    ("+ discarded", lambda queue: queue.ledger.discarded),
    ("+ moved", lambda queue: queue.ledger.moved),
    ("+ ready", lambda queue: queue.ready),
    ("+ scheduled", lambda queue: queue.scheduled),
    ("+ running", lambda queue: queue.leased),
)
SUM: Line = ("= enqueued", lambda queue: queue.ledger.enqueued)

ABOUT = "Every job ever enqueued is in one line. Drift is what cannot be placed."


def ledger_section(snapshot: Snapshot) -> Html:
    """Show for every queue that what was enqueued adds up, or by how much it does not."""
    queues = snapshot.queues
    lines = [_line(label, [f"{count(queue):,}" for queue in queues]) for label, count in PARTS]
    total = _line(SUM[0], [f"{SUM[1](queue):,}" for queue in queues], "total")
    drift = _line("drift", [_drift(queue) for queue in queues], "drift")
    body = [element("thead", _head(queues)), element("tbody", join([*lines, total, drift]))]
    account = element("table", join(body), "ledger", aria_describedby="ledger-about")
    about = element("p", ABOUT, "soft", id="ledger-about")
    # Numbers may become too long for a phone: whoever has no pointer scrolls by keyboard.
    card = element(
        "div", account, "card scrolls", tabindex=0, role="group", aria_labelledby="ledger-title"
    )
    return titled("Ledger", join([card, about]), "ledger")


def _head(queues: Sequence[QueueState]) -> Html:
    names = (element("th", queue.name, "number", scope="col") for queue in queues)
    return element("tr", join([element("td"), *names]))


def _line(label: str, values: Sequence[object], css_class: str = "") -> Html:
    cells = (element("td", value, "number") for value in values)
    return element("tr", join([element("th", label, scope="row"), *cells]), css_class)


def _drift(queue: QueueState) -> object:
    return state(f"{queue.drift:+,}", "degraded") if queue.drift else state("0", "ok")
