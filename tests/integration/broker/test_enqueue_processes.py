"""Web servers run threads and fork: each process enqueues over connections of its own."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psutil

from tests.headcount_process import ROOT
from tests.sample_jobs import Note
from tests.waiting import wait_until

THREADS = 120
"""More than redis-py gives connections to by itself."""

PROGRAM = """
import os, threading
from tests.sample_jobs import Note

def enqueue(many):
    for n in range(many):
        Note.perform_async(n)

enqueue(1)
threads = [threading.Thread(target=enqueue, args=(100,)) for _ in range(20)]
for thread in threads:
    thread.start()
children = []
for _ in range(20):
    child = os.fork()
    if not child:
        enqueue(10)
        os._exit(0)
    children.append(child)
for thread in threads:
    thread.join()
enqueue(9)
assert not any(os.waitpid(child, 0)[1] for child in children)
"""
JOBS = 1 + 20 * 100 + 20 * 10 + 9


def test_threads_and_forked_children_enqueue_every_job_once(broker):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={**os.environ, "CELERY_BROKER_URL": broker.url}, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert broker.queue("default").ready == JOBS
    assert broker.ledger("default").enqueued == JOBS


def test_more_threads_than_connections_of_one_client_wait_out_a_silence(own_broker, enqueue_on):
    enqueue_on(own_broker)
    Note.perform_async("connected, and the scripts known")
    own_broker.freeze()
    with ThreadPoolExecutor(THREADS) as threads:
        jobs = [threads.submit(Note.perform_async, n) for n in range(THREADS)]
        wait_until(lambda: connections_to(own_broker.port) >= THREADS, 10)
        own_broker.thaw()
    assert len({job.result().id for job in jobs}) == THREADS
    assert own_broker.queue("default").ready == THREADS + 1


def connections_to(port):
    found = psutil.Process().net_connections("tcp")
    return sum(bool(one.raddr) and one.raddr.port == port for one in found)
