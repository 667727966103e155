"""Which jobs of children that are gone had begun: those run no second time."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu.asynchronous import Hub

from tests.waiting import wait_until
from workers.prefork import PromptAsynPool


def begin(place: Path) -> None:
    place.joinpath(str(os.getpid())).touch()
    time.sleep(60)


@pytest.fixture
def pool() -> Iterator[PromptAsynPool]:
    pool, hub = PromptAsynPool(processes=2, threads=False), Hub()
    pool.register_with_event_loop(hub)
    loop = hub.create_loop()
    while len(pool._all_inqueues) < 2:  # until both have said that they are up
        next(loop)
    yield pool
    pool.terminate()


def test_a_job_is_begun_although_its_child_dies_while_another_is_dealt_with(
    pool, tmp_path, monkeypatch
):
    begun = []
    for _ in range(2):
        pool.apply_async(begin, (tmp_path,), accept_callback=lambda pid, _at: begun.append(pid))
    wait_until(lambda: len(list(tmp_path.iterdir())) == 2, 10, "no child begins")
    first, second = (child.pid for child in reversed(pool._pool))  # as Celery looks at them

    kill(second)
    monkeypatch.setattr(pool._result_handler, "on_worker_exit", lambda _pid: kill(first))
    pool._join_exited_workers()
    assert begun == [second, first]
    assert len(pool.outbound_buffer) == 0, "a job that had begun waits to be begun again"


def kill(pid):
    """Kill a child, and wait until it is dead but not yet asked about."""
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
