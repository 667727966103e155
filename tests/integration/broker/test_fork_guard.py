"""Children are forked while the worker's threads are at work: none inherits a locked lock."""

import subprocess
import sys

PROGRAM = """
import os, sys, threading
from service.broker.fork_guard import ForkGuard

guard, shared, inside = ForkGuard(), threading.Lock(), threading.Event()

def work():
    while True:
        with guard, shared:
            inside.set()

threading.Thread(target=work, daemon=True).start()
inside.wait()
for _ in range(200):
    child = os.fork()
    if not child:
        os._exit(0 if shared.acquire(timeout=1) else 1)
    if os.waitpid(child, 0)[1]:
        sys.exit("a child found the lock locked")
"""


def test_no_child_is_forked_while_a_thread_holds_a_lock():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
