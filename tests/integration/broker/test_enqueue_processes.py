"""Web servers run threads and fork: each process enqueues over connections of its own."""

import os
import subprocess
import sys

from tests.headcount_process import ROOT

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
