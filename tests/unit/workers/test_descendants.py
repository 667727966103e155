"""Who counts as a worker's children."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import wait_until
from workers import descendants as module
from workers.descendants import descendants

GRANDPARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"


@pytest.mark.parametrize("proc", ["/proc", "/no/such/place"])
def test_children_of_children_are_found_with_and_without_the_systems_list(monkeypatch, proc):
    monkeypatch.setattr(module, "PROC", Path(proc))
    with subprocess.Popen([sys.executable, "-c", GRANDPARENT], stdin=subprocess.PIPE) as parent:
        wait_until(lambda: len(list(descendants(parent.pid))) == 1, 10)
        assert parent.pid in [one.pid for one in descendants(os.getpid())]
        parent.communicate(b"\n")
