"""A job's delivery in the worker's parent process: where every way to end an attempt is seen.

Celery calls ``on_accepted``, then one or several of ``on_success``, ``on_failure``,
``on_timeout`` and ``_announce_revoked``. The first of them decides the outcome; it travels
with the acknowledgement, so that counting a job and letting go of it are one step.
"""

import time
from typing import Any
from weakref import ref

from billiard.einfo import ExceptionInfo
from billiard.exceptions import TimeLimitExceeded
from celery.exceptions import Ignore, InvalidTaskError, TaskRevokedError
from celery.worker import state
from celery.worker.request import Request

from service.broker.lease import Lease
from service.broker.message import next_attempt
from service.broker.soundness import UnsoundError, check_body, check_headers
from service.telemetry.events import Outcome
from workers.afterwards import failing_quietly
from workers.arguments import bind
from workers.attempt import attempt_of, end_attempt, record_of, uniqueness
from workers.new_job import HIDDEN
from workers.next_delay import delay_of_next
from workers.outcomes import LEDGER_STATE, Failure, failure_of, outcome_of, storable, unwrap
from workers.packing import add_foreign_headers, pack, trace_packed
from workers.worker import Worker


class JobRequest(Request):
    """One attempt of one job."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # create_request_cls() defines these two again in a subclass of this class.
        super().__init_subclass__(**kwargs)
        if "on_success" in cls.__dict__:
            cls.on_success = JobRequest._on_success
            cls.execute_using_pool = JobRequest._execute_using_pool

    def __init__(self, message: Any, **options: Any) -> None:
        # Decoded once: the child is given the arguments, not their JSON to decode again.
        payload = message.payload
        options |= {"body": payload, "decoded": True}
        check_headers(message.headers)
        check_body(message.body, payload)
        try:
            super().__init__(message, **options)
        except InvalidTaskError:  # quotes what it says
            raise UnsoundError("its header 'eta' or 'expires' is no time") from None
        add_foreign_headers(self._request_dict)
        info = message.delivery_info or {}
        # Taken out: what is left in there is pickled on the way to the child.
        self.acknowledged: bool = False
        self._lease: Lease | None = info.pop("lease", None)
        self._next: tuple[str, float] | None = None
        self._traceback = ""
        queue = self._lease.queue if self._lease else info.get("routing_key") or ""
        redelivered = bool(info.get("redelivered"))
        self._attempt = attempt_of(queue, self._type, self._request_dict, redelivered)
        if self._lease is not None:
            # The child needs it to say which lease a message it publishes continues.
            self._delivery_info["lease_tag"] = self._attempt.lease_tag = self._lease.tag
        if self._app.tracing is not None:
            self._attempt.traced = self._app.tracing.choose(self._request_dict)
            self._delivery_info["span"] = self._attempt.traced.name
        worker = getattr(self._task, "worker", None)
        if worker is not None and worker.log_arguments:
            self._attempt.arguments = self._loggable(worker)
        self._app.attempts.receive(self._attempt)

    def _loggable(self, worker: type[Worker]) -> dict[str, Any]:
        try:
            bound = bind(worker, self._args, self._kwargs)
        except TypeError:  # sent by name, with arguments that do not fit: perform will say so
            return {}
        return {name: bound[name] for name in worker.log_arguments if name in bound}

    def info(self, safe: bool = True) -> dict[str, Any]:
        """Return what remote control is told of a running job; Celery would tell its arguments."""
        told: dict[str, Any] = super().info(safe=True)
        return told

    def _execute_using_pool(self, pool: Any, **_: Any) -> Any:
        """Hand the job to a slot, as Celery does but for how it is packed.

        One that cannot be handed over is dead. Celery lets go of the slot as of a revoked one's.
        """
        try:
            if self.revoked():
                raise TaskRevokedError(self.id)
            hard, soft = self.time_limits
            result = pool.apply_async(
                trace_packed,
                args=(self._type, self.id, pack(self._request_dict), self._payload),
                accept_callback=self.on_accepted,
                timeout_callback=self.on_timeout,
                callback=self.on_success,
                error_callback=self.on_failure,
                soft_timeout=soft or self._task.soft_time_limit,
                timeout=hard or self._task.time_limit,
                correlation_id=self.id,
            )
        except TaskRevokedError:
            raise
        except Exception as error:
            self._end(Outcome.FAILED, Failure(type(error).__name__, "no process can be given it"))
            state.task_ready(self)
            raise TaskRevokedError(self.id) from error
        self._apply_result = None if result is None else ref(result)
        return result

    # -- how an attempt ends

    def on_accepted(self, pid: int, time_accepted: float) -> None:
        """A slot began the job."""
        self._attempt.start(time_accepted)
        super().on_accepted(pid, time_accepted)

    def _on_success(self, failed__retval__runtime: tuple[Any, Any, Any], **_: Any) -> None:
        """The child answered: with a result, or with an error it caught."""
        if isinstance(failed__retval__runtime, ExceptionInfo):
            self.on_failure(failed__retval__runtime)  # raised around the job, or SystemExit
            return
        failed, answer, runtime = failed__retval__runtime
        if self._attempt.traced is not None:
            self._attempt.traced.told = True
        if failed:
            error = unwrap(answer.exception)
            if isinstance(error, (SystemExit, KeyboardInterrupt)):
                raise error
            self.on_failure(answer, return_ok=True)
            return
        self._end(Outcome.SUCCEEDED)
        state.task_ready(self)
        shown = HIDDEN if self.ignore_result else answer
        self.send_event("task-succeeded", result=shown, runtime=runtime)

    def on_failure(
        self, exc_info: Any, send_failed_event: bool = True, return_ok: bool = False
    ) -> None:
        """The attempt raised, or its process is gone."""
        error = unwrap(exc_info.exception)
        if isinstance(error, (SystemExit, KeyboardInterrupt)):
            self._app.children.exits(self.worker_pid)
        if self._attempt.outcome is not None and isinstance(error, TimeLimitExceeded):
            return  # on_timeout came first and has dealt with it
        self._traceback = storable(str(exc_info.traceback))
        if self._tried_again(error):
            return
        if not self._already_cancelled:
            self._end(outcome_of(error), failure_of(error))
        if isinstance(error, MemoryError):  # Celery raises it again, and the worker exits
            state.task_ready(self)
            self.send_event("task-failed", exception=repr(error), traceback=self._traceback)
            return
        with failing_quietly("telling result store, chord and errbacks of a failure"):
            super().on_failure(exc_info, send_failed_event, return_ok)
        if isinstance(error, Ignore):  # Celery says nothing, and Flower shows it as running
            runtime = self._attempt.duration_seconds
            self.send_event("task-succeeded", result=HIDDEN, runtime=runtime)

    def on_timeout(self, soft: bool, timeout: float) -> None:
        """A time limit has passed; at the hard one the child is killed."""
        if not soft:
            self._app.children.timed_out(self.worker_pid)
            error = TimeLimitExceeded(timeout)
            if self._attempt.outcome is not None or self._tried_again(error):
                return  # on_failure came first and has dealt with it
            self._end(Outcome.TIMED_OUT, failure_of(error))
        super().on_timeout(soft, timeout)

    def _announce_revoked(self, reason: str, terminated: bool, signum: Any, expired: bool) -> None:
        self._end(Outcome.EXPIRED if expired else Outcome.REVOKED)
        super()._announce_revoked(reason, terminated, signum, expired)

    def given_back(self) -> None:
        """The worker ends before the job: it will run again, elsewhere, as the same attempt.

        Its lease is let go of only when its process is gone.
        """
        self._decide(Outcome.RETRIED, Failure("WorkerShutdown", "its worker was stopped"))

    # -- trying again

    def _tried_again(self, error: BaseException) -> bool:
        """Put the next attempt in this one's place, if there is to be one."""
        ended_on_purpose = self._already_revoked or self._already_cancelled
        if self._lease is None or self._attempt.outcome is not None or ended_on_purpose:
            return False
        delay = delay_of_next(self._task, self._attempt.number, error)
        if delay is None:
            return False
        now, failure = time.time(), failure_of(error)
        message = next_attempt(
            self._message, now + delay, now, str(failure or ""), self._delivery_info.get("span")
        )
        self._next = (message, now + delay)
        self._end(Outcome.RETRIED, failure)
        state.task_ready(self)
        self.send_event("task-retried", exception=repr(failure), traceback="")
        return True

    # -- letting go

    def _end(self, outcome: Outcome, failure: Failure | None = None) -> None:
        """Decide the outcome and let go: whatever Celery does next may fail, as storing results."""
        if self._decide(outcome, failure):
            self.acknowledge()

    def _decide(self, outcome: Outcome, failure: Failure | None) -> bool:
        """Account for the end of the attempt; return False if it had ended before."""
        return end_attempt(self._app.attempts, self._attempt, outcome, failure)

    def acknowledge(self) -> None:
        """Let go of the lease the way the attempt ended; before its end, do nothing."""
        outcome = self._attempt.outcome
        if self.acknowledged or outcome is None:
            return
        self.acknowledged = True
        if self._lease is None:
            self._on_ack(None, self._connection_errors)
        elif self._next is not None:
            self._lease.again(*self._next)
        else:
            self._let_go(self._lease, outcome)

    def reject(self, requeue: bool = False) -> None:
        """Let go as :meth:`acknowledge` does; whether to requeue was decided before."""
        if not self.acknowledged:
            self._end(Outcome.RETRIED if requeue else Outcome.REJECTED)
            self.send_event("task-rejected", requeue=requeue)

    def _let_go(self, lease: Lease, outcome: Outcome) -> None:
        job_id, unique = self.id, uniqueness(self._request_dict)
        match LEDGER_STATE.get(outcome):
            case "succeeded":
                lease.succeed(job_id, unique)
            case "discarded":
                lease.discard(job_id, unique)
            case "released":  # gone already, if the child has published what continues it
                lease.release()
            case _:
                record = record_of(self._attempt, self._message.headers, self._traceback)
                lease.bury(job_id, record, unique)
