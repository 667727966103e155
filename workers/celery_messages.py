"""How Celery sends the messages of tasks; ``perform_async`` mostly goes past it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from celery.app.amqp import AMQP

from workers.new_job import HIDDEN

if TYPE_CHECKING:
    from workers.tracing.tracing import Tracing


class JobMessages(AMQP):
    """Celery's own, traced where jobs are, and without arguments in what people are shown."""

    def as_task_v2(
        self, *args: Any, argsrepr: str | None = None, kwargsrepr: str | None = None, **options: Any
    ) -> Any:
        """Make a message; its sender may say what Flower and ``inspect`` show of the arguments."""
        shown = {"argsrepr": argsrepr or HIDDEN, "kwargsrepr": kwargsrepr or HIDDEN}
        return super().as_task_v2(*args, **shown, **options)

    def _create_task_sender(self) -> Callable[..., Any]:
        # Not by signals: what listens to them keeps perform_async from going past Celery.
        send: Callable[..., Any] = super()._create_task_sender()
        tracing: Tracing | None = self.app.tracing
        return send if tracing is None else tracing.around(send)
