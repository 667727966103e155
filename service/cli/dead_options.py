"""Which dead jobs are meant, as people type it."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from service.errors import InputError
from service.queues import QUEUE_NAMES

if TYPE_CHECKING:
    from service.broker.dead_filter import DeadFilter
    from service.broker.dead_set import DeadSet

Queue = Annotated[str | None, typer.Option(help="Only this queue.")]
Task = Annotated[
    str | None, typer.Option(help="Only this task, such as mail.SendInvoice or SendInvoice.")
]
OlderThan = Annotated[
    str | None, typer.Option(metavar="SPAN", help="Only jobs dead for longer, such as 7d.")
]
NewerThan = Annotated[
    str | None, typer.Option(metavar="SPAN", help="Only jobs dead for less long, such as 30m.")
]

_SPAN = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([smhdw])", re.ASCII)
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def dead_filter(
    dead_set: "DeadSet",
    queue: str | None,
    task: str | None,
    older_than: str | None,
    newer_than: str | None,
) -> "DeadFilter":
    """Return what the options mean now.

    Raises:
        InputError: one of them is wrong, or nothing could ever fit them.
    """
    from service.broker.dead_filter import EVERYTHING, DeadFilter

    queues, least, most = _queues(queue), _age(older_than, "older"), _age(newer_than, "newer")
    if least is not None and most is not None and least >= most:
        raise InputError(
            f"--older-than {older_than} --newer-than {newer_than} is wrong; "
            "allowed: --older-than with the shorter of the two spans"
        )
    now = 0.0 if least is most is None else dead_set.now()
    return DeadFilter(
        queues,
        task,
        died_after=EVERYTHING.died_after if most is None else now - most,
        died_before=EVERYTHING.died_before if least is None else now - least,
    )


def _queues(name: str | None) -> tuple[str, ...]:
    if name is None:
        return QUEUE_NAMES
    if name not in QUEUE_NAMES:
        raise InputError(f"--queue {name!r} is wrong; allowed: {', '.join(QUEUE_NAMES)}")
    return (name,)


def _age(text: str | None, which: str) -> float | None:
    if text is None:
        return None
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise InputError(
            f"--{which}-than {text!r} is wrong; allowed: a number and one of s, m, h, d or w "
            "(seconds to weeks), such as 30m, 6h or 7d"
        )
    return float(found[1]) * _UNIT_SECONDS[found[2]]
