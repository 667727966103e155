"""A Celery schedule that is due when a cron expression says so."""

from datetime import datetime
from typing import Any

from celery.schedules import BaseSchedule, schedstate

from workers.cron import next_due, parse_cron


class CronSchedule(BaseSchedule):
    """Due at the times of a cron expression in the app's timezone."""

    def __init__(self, expression: str, app: Any) -> None:
        super().__init__(app=app)
        self.expression = parse_cron(expression)

    def due_after(self, moment: float) -> float:
        """Return the first due time after a moment; both Unix seconds."""
        return next_due(self.expression, moment, self.app.settings.timezone)

    def is_due(self, last_run_at: datetime) -> schedstate:
        """Return whether a run is due since the last, and the seconds until to ask again."""
        now = self.now().timestamp()
        due = self.due_after(last_run_at.timestamp())
        if due > now:
            return schedstate(is_due=False, next=due - now)
        return schedstate(is_due=True, next=self.due_after(now) - now)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CronSchedule) and other.expression == self.expression

    def __hash__(self) -> int:
        return hash(self.expression)
