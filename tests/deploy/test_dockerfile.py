"""The image's recipe: what is in it, who runs it, and how its processes are started."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.healthcheck import ADDRESSES, address
from service.settings import Settings
from tests.deploy.manifests import DEPLOY
from tests.programs import installed

ROOT = DEPLOY.parent
TEXT = (DEPLOY / "Dockerfile").read_text()
INSTRUCTIONS = re.findall(
    r"^([A-Z]+) ((?:.*\\\n)*.*)$", re.sub(r"^ *#.*\n", "", TEXT, flags=re.MULTILINE), re.MULTILINE
)
RUNTIME = INSTRUCTIONS[max(n for n, (name, _) in enumerate(INSTRUCTIONS) if name == "FROM") :]


def the(name):
    [found] = [text for instruction, text in RUNTIME if instruction == name]
    return found


def test_hadolint_finds_nothing():
    beside = shutil.which("hadolint", path=Path(sys.executable).parent)
    done = subprocess.run(
        [beside or installed("hadolint"), DEPLOY / "Dockerfile"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_both_stages_stand_on_one_base_that_may_be_named_by_digest():
    bases = [text for name, text in INSTRUCTIONS if name == "FROM"]
    assert bases == ["${BASE} AS build", "${BASE}"]
    assert re.search(r"^ARG BASE=python:3\.\d+-slim-\w+$", TEXT, re.MULTILINE)


def test_the_last_stage_runs_nothing_and_starts_processes_without_a_shell():
    assert "RUN" not in {name for name, _ in RUNTIME}
    assert the("ENTRYPOINT") == '["/opt/headcount/bin/headcount"]'
    assert the("CMD") == '["worker"]'
    assert "CMD [" in the("HEALTHCHECK")


def test_the_user_is_a_number_other_than_roots():
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", the("USER"))


def test_labels_say_what_it_is():
    for name in ("title", "description", "source", "licenses", "version", "revision"):
        assert f"org.opencontainers.image.{name}=" in the("LABEL")


def test_the_version_is_the_projects():
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert f"ARG VERSION={version[1]}" in TEXT


def test_its_ports_are_those_that_processes_listen_on():
    fields = {str(field.alias): field.default for field in Settings.model_fields.values()}
    ports = {fields[variable] for variable, _, _ in ADDRESSES.values()}
    assert {int(port) for port in the("EXPOSE").split()} == ports
    assert {usual for _, usual, _ in ADDRESSES.values()} == ports


def test_all_that_the_wheel_is_made_of_gets_into_the_build_and_nothing_else():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    project = (ROOT / "pyproject.toml").read_text()
    packages = re.search(r"^packages = \[(.*)\]", project, re.MULTILINE)[1]
    assert "*" in lines
    assert let_in == {
        *re.findall(r'"(\w+)"', packages),
        *("pyproject.toml", "README.md", "LICENSE"),
        *("requirements/build.lock", "requirements/runtime.lock"),
        *("deploy/install.sh", "deploy/healthcheck.py"),
    }
    assert all((ROOT / path).exists() for path in let_in)


@pytest.mark.parametrize("lock", ["build", "runtime"])
def test_whatever_is_installed_is_pinned_by_hash(lock):
    script = (DEPLOY / "install.sh").read_text()
    assert f'--require-hashes -r "$source/requirements/{lock}.lock"' in script


@pytest.mark.parametrize(
    ("command_line", "asked"),
    [
        (["/opt/headcount/bin/python", "/opt/headcount/bin/headcount", "worker"], "9808/metrics"),
        (["/sbin/docker-init", "--", "headcount", "sidecar"], "8000/health/live"),
        (["headcount", "flower"], "5555/healthcheck"),
    ],
)
def test_the_health_check_asks_what_the_container_runs(command_line, asked):
    assert address(command_line, {}) == f"http://127.0.0.1:{asked}"


def test_the_health_check_minds_ports_that_were_set_and_what_listens_nowhere():
    other = {"HEADCOUNT_HTTP_PORT": "8001", "HEADCOUNT_METRICS_PORT": "0"}
    assert address(["headcount", "sidecar"], other) == "http://127.0.0.1:8001/health/live"
    assert address(["headcount", "worker"], other) is None
    assert address(["headcount", "beat"], other) is None
