"""Which slots of a cron entry are due: the one to run for, and those it is too late for."""

from dataclasses import dataclass
from datetime import tzinfo

from workers.cron import next_due, parse_cron


@dataclass(frozen=True, slots=True)
class DueSlots:
    """Slots that have come since the last: ``missed`` ones up to ``last_missed``, then ``run``.

    Times are Unix seconds; None where there is no such slot.
    """

    missed: int = 0
    last_missed: int | None = None
    run: int | None = None


NOTHING_DUE = DueSlots()


class CronSlots:
    """The slots of one cron expression in a timezone."""

    def __init__(self, expression: str, zone: tzinfo) -> None:
        self._expression, self._zone = parse_cron(expression), zone
        self._asked, self._answer = 0, 0

    def after(self, moment: float) -> int:
        """Return the first slot after a moment; both Unix seconds."""
        return int(next_due(self._expression, moment, self._zone))

    def due(self, last: int, now: float, deadline_seconds: float | None) -> DueSlots:
        """Return what has become due after ``last``, the slot that was dealt with before.

        Only the newest slot is run for, however late, unless that is more than the deadline; an
        older one is missed, because its successor is due already.
        """
        slots, slot = list[int](), self._after_last(last)
        while slot <= now:
            slots.append(slot)
            slot = self.after(slot)
        if not slots:
            return NOTHING_DUE
        in_time = deadline_seconds is None or now - slots[-1] <= deadline_seconds
        run = slots.pop() if in_time else None
        return DueSlots(len(slots), slots[-1] if slots else None, run)

    def _after_last(self, last: int) -> int:
        if last != self._asked:  # asked every second, and the answer is the same until it is due
            self._asked, self._answer = last, self.after(last)
        return self._answer
