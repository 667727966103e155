"""A job that is about to be enqueued, whichever way it goes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from time import time
from typing import TYPE_CHECKING, Any, NamedTuple

from service.broker import keys
from service.broker.publishing import Slot
from workers.arguments import digest

if TYPE_CHECKING:
    from workers.worker import Worker

HIDDEN = "(hidden)"
"""What Flower and ``inspect`` show instead of arguments that may not be logged, and of results
that nobody keeps."""


class NewJob(NamedTuple):
    """One call of ``perform_async`` and its kin, its arguments checked.

    ``bound``: parameter name -> argument. ``due_at``: Unix seconds, None for now. ``slot``: the
    cron slot that is claimed for it.
    """

    worker: "type[Worker]"
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    bound: Mapping[str, Any]
    due_at: float | None = None
    slot: Slot | None = None

    def expires(self) -> datetime | None:
        """Return from when on no attempt is begun any more."""
        if self.worker.expires_in is None:
            return None
        return datetime.fromtimestamp((self.due_at or time()) + self.worker.expires_in, UTC)

    def shown(self) -> str:
        """Return what people may see of its arguments."""
        visible = {name: self.bound[name] for name in self.worker.log_arguments
                   if name in self.bound}  # fmt: skip
        return repr(visible) if visible else HIDDEN

    def unique(self) -> tuple[str, int] | None:
        """Return its uniqueness: the broker's key, and for how many milliseconds."""
        if self.worker.unique_for is None:
            return None
        key = keys.unique(self.worker.name, digest(self.bound))
        return key, max(1, int(self.worker.unique_for * 1000))
