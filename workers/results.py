"""What enqueuing returns: a handle on one job."""

from typing import Any

from celery.result import AsyncResult

from service.errors import ResultNotKeptError


class JobResult(AsyncResult):
    """A job's handle; ``.id`` is the job's id.

    ``keeps_result`` is whether the job's class has ``store_result = True``.
    """

    def __init__(self, job_id: str, app: Any, task_name: str, keeps_result: bool) -> None:
        self.task, self.keeps_result = task_name, keeps_result
        super().__init__(job_id, app=app, task_name=task_name)

    def __del__(self) -> None:
        """Stop waiting for the result, as Celery does; here nobody waits for one not kept."""
        if self.keeps_result:  # asking the backend takes a quarter of a bulk enqueue's time
            super().__del__()

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """Return the job's return value, waiting for it.

        Raises:
            ResultNotKeptError: the job's class keeps none; waiting would never end.
        """
        if not self.keeps_result:
            raise ResultNotKeptError(
                f"{self.task} keeps no result; allowed: .get() on a job whose class sets "
                "store_result = True"
            )
        return super().get(*args, **kwargs)
