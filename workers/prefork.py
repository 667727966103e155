"""Celery's prefork pool, but for how soon, and at what cost, worker and children hear each other.

While a worker drains, Celery asks one child after the other, and waits half a second for each
that has nothing to say. Beside many long jobs, one that had ended long before would be given back
and run again. Every third killed child is noticed only five seconds later. And where two die at
once, a job that the second had begun runs again, as if it had not. So does one that a child was
given in the moment in which its worker is told to stop.

A job for an idle child is written at once, in one go. Celery waits for the event loop to say that
the pipe takes something, which costs a turn of the loop, and joins and leaves it for that.
"""

import os
from collections.abc import Callable, Mapping
from functools import partial
from multiprocessing.connection import wait
from select import PIPE_BUF
from typing import Any

from celery.concurrency.asynpool import AsynPool, ResultHandler
from celery.concurrency.prefork import TaskPool
from kombu.asynchronous.hub import Hub

from workers.pipes import Pipe

PATIENCE_SECONDS = 0.5
LOOK_AGAIN_SECONDS = 0.02


class PromptResultHandler(ResultHandler):
    """Takes all that a child has said at once; while draining, waits for whichever speaks first."""

    def hear(self, child: Any) -> None:
        """Take what a child has said since; raises as :meth:`Pipe.arrived`."""
        for message in child.outq.arrived():
            self.on_state_change(message)

    def _make_process_result(self, hub: Any) -> Callable[[int], None]:
        def on_result_readable(fileno: int) -> None:
            child = self.fileno_to_outq.get(fileno)
            if child is None:
                hub.remove_reader(fileno)
                return
            try:
                self.hear(child)
            except BlockingIOError:
                return
            except (OSError, EOFError):
                hub.remove_reader(fileno)

        return on_result_readable

    def _flush_outqueue(
        self,
        fileno: int,
        remove: Callable[[int], Any],
        children: Mapping[int, Any],
        on_state_change: Callable[[Any], None],
    ) -> None:
        child = children.get(fileno)
        if child is None:
            remove(fileno)
        elif not wait([fileno], timeout=0):
            wait(list(children), PATIENCE_SECONDS)  # its turn, and that of others, comes again
        else:
            try:
                self.hear(child)
            except (OSError, EOFError):
                remove(fileno)


class PromptAsynPool(AsynPool):
    """Celery's pool of processes with that handler."""

    ResultHandler = PromptResultHandler
    _quick_put: Callable[[Any], None]

    def create_process_queues(self) -> tuple[Pipe, Pipe, None]:
        """Return a new child's pipes: for jobs, for what it says, and none for Celery's synack."""
        return Pipe(wnonblock=True), Pipe(rnonblock=True), None

    def register_with_event_loop(self, hub: Any) -> None:
        """Join the event loop."""
        hub.remove_writer = partial(_remove_writer, hub)
        super().register_with_event_loop(hub)

    def process_flush_queues(self, proc: Any) -> None:
        """Hear the last words of a child that is gone."""
        try:
            while True:
                self._result_handler.hear(proc)
        except (OSError, EOFError):
            return

    def flush(self) -> None:
        """Forget the jobs that no child has been given.

        Celery also forgets those that a child has not yet said it has begun: it would run them, and
        nobody would hear of it.
        """
        given = {
            number: job
            for number, job in self._cache.items()
            if job._write_to is not None and not job._accepted
        }
        for number in given:
            del self._cache[number]
        super().flush()
        self._cache.update(given)
        self._busy_workers.update(job._write_to.inqW_fd for job in given.values())

    def on_job_process_down(self, job: Any, pid_gone: int) -> None:
        """Give a job to another child if the one that is gone had not begun it.

        Celery asks who is gone, hears them, and asks again here: one that died in between has not
        been heard yet, and the job it had begun would run twice.
        """
        if not job._accepted and (child := job._write_to or job._scheduled_for):
            self.process_flush_queues(child)
            if job._accepted:
                return  # to be dealt with when Celery next asks who is gone
        super().on_job_process_down(job, pid_gone)

    def _create_write_handlers(self, hub: Any) -> None:
        super()._create_write_handlers(hub)
        put_off, write_later = self._quick_put, hub.consolidate_callback
        waiting, children = self.outbound_buffer, self._all_inqueues

        def write_waiting() -> None:
            if not waiting:
                return
            idle = children - self._busy_workers - self._active_writes
            while waiting and idle:
                fileno = idle.pop()
                if not self._write(waiting[0], fileno):
                    write_later([fileno, *idle])
                    return
                waiting.popleft()

        def send_job(message: Any) -> None:
            put_off(message)
            write_waiting()

        self._quick_put, self.on_poll_start = send_job, write_waiting

    def _write(self, job: Any, fileno: int) -> bool:
        """Write a job to an idle child in one go; return False if that takes Celery's way.

        Celery writes length and job apart, and wakes the child twice: a tenth of a no-op job's CPU.
        """
        header, body, size = job._payload
        child = self._fileno_to_inq.get(fileno)
        if child is None or job._accepted or len(header) + size > PIPE_BUF:
            return False
        try:
            os.write(fileno, b"".join((header, body)))  # all of it or nothing, if it is that short
        except OSError:
            return False
        job._scheduled_for = job._write_to = child
        self._busy_workers.add(fileno)
        self.write_stats[child.index] += 1
        return True

    def _event_process_exit(self, hub: Any, child: Any) -> None:
        # A dying process closes its files a moment before its parent may wait for it. Celery
        # looks once, and next when it tidies up, seconds later.
        super()._event_process_exit(hub, child)
        if child.exitcode is None:
            hub.call_later(LOOK_AGAIN_SECONDS, self._event_process_exit, hub, child)


class PreforkPool(TaskPool):
    """What a worker takes as its pool."""

    Pool = PromptAsynPool


def _remove_writer(hub: Any, fd: Any) -> None:
    """Stop watching a pipe to a child, if it is watched.

    Celery says so after every job, and the kernel refuses.
    """
    if not isinstance(fd, int) or fd in hub.writers:
        Hub.remove_writer(hub, fd)
