"""What the Dockerfile installs, run as the image's user on a read-only disk, each process first."""

import os
import shutil
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.broker_process import BrokerProcess, free_port
from tests.deploy.contained import Containers, may_contain
from tests.deploy.manifests import DEPLOY
from tests.waiting import wait_until

PROCESSES = ("worker", "beat", "sidecar", "flower")
STOPPED_SECONDS = 15
"""The shortest terminationGracePeriodSeconds of a process of ours."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The image's tree, by the script that the Dockerfile runs."""
    if not may_contain():
        pytest.skip("needs root, and mounts of its own")
    target = tmp_path_factory.mktemp("image") / "headcount"
    source = target.with_name("source")
    copy_build_context(source)
    subprocess.run(
        ["sh", DEPLOY / "install.sh", source, target],
        env={**os.environ, "PYTHON": sys.executable}, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return target


@pytest.fixture(scope="module")
def containers(tree, tmp_path_factory):
    """One container for each process, on one broker."""
    directory = tmp_path_factory.mktemp("containers")
    with BrokerProcess(directory / "broker") as broker, Containers(tree, directory, broker) as made:
        for name in PROCESSES:
            made.start(name)
        wait_until(lambda: answers_ok(made.ready_url), 60, "the worker is not ready")
        yield made


def test_nobody_may_write_to_the_tree_and_it_has_no_pip(tree):
    writable = [
        path for path in tree.rglob("*")
        if not path.is_symlink() and path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP)
    ]  # fmt: skip
    assert writable == []
    assert not list(tree.rglob("pip"))
    assert not tree.with_suffix(".tools").exists()


def test_a_job_that_is_enqueued_in_one_container_runs_in_another(containers):
    enqueuer = containers.start("enqueue", "left_behind.LeaveBehind")
    assert enqueuer.wait() == 0, enqueuer.text()
    worker = containers["worker"]
    wait_until(lambda: '"outcome":"succeeded"' in worker.text(), 15, worker.text())
    # Why the manifests have another first process (shareProcessNamespace, init): as the first one
    # a worker reaps its own children, not what their jobs have left behind.
    wait_until(worker.zombies, 10)


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_runs_as_the_images_user_and_is_the_first(containers, name):
    first = containers[name].first
    assert set(first.uids()) == {65532}
    status = Path(f"/proc/{first.pid}/status").read_text()
    lines = dict(line.split(":", 1) for line in status.splitlines())
    assert lines["NSpid"].split()[-1] == "1"
    assert int(lines["CapEff"], 16) == int(lines["CapBnd"], 16) == 0


@pytest.mark.parametrize("name", PROCESSES)
def test_the_health_check_finds_a_process_well(containers, name):
    wait_until(containers[name].is_healthy, 30)


def test_the_health_check_finds_out_that_a_process_does_not_answer(containers, monkeypatch):
    sidecar = containers["sidecar"]
    monkeypatch.setitem(sidecar.env, "HEADCOUNT_HTTP_PORT", str(free_port()))
    assert not sidecar.is_healthy()


def test_the_health_check_finds_out_that_beat_is_frozen(containers):
    beat = containers["beat"]
    beat.first.suspend()
    try:
        assert not beat.is_healthy()
    finally:
        beat.first.resume()
    assert beat.is_healthy()


def test_only_workers_write_and_only_what_children_count_into(containers):
    written = {name: containers[name].written() for name in PROCESSES}
    assert {name for name, files in written.items() if files} == {"worker"}
    prefixes = ("headcount-job-metrics-", "pymp-")
    assert all(file.startswith(prefixes) for file in written["worker"])


def test_first_processes_end_well_when_their_containers_are_stopped(containers):
    started = [containers.start_another(name) for name in PROCESSES]
    for one in started:
        wait_until(one.is_up, 30, one.text())
    assert [one.stop(STOPPED_SECONDS) for one in started] == [0] * len(PROCESSES)
    assert not any("Traceback" in one.text() for one in started)


def copy_build_context(target):
    """Copy what .dockerignore lets into the build."""
    for line in (DEPLOY.parent / ".dockerignore").read_text().splitlines():
        path = DEPLOY.parent / line.removeprefix("!")
        if line.startswith("!") and path.is_dir():
            shutil.copytree(path, target / line[1:], ignore=shutil.ignore_patterns("__pycache__"))
        elif line.startswith("!"):
            (target / line[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target / line[1:])


def answers_ok(address):
    try:
        with urllib.request.urlopen(address, timeout=2):
            return True
    except OSError:
        return False
