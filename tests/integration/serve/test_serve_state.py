"""What is kept in the state directory: pid files, ports, private files."""

import os
import socket
import stat
import subprocess
import sys

import psutil
import pytest

from service.errors import ServeError
from service.serve.embedded import prepare_embedded_broker
from service.serve.pid_files import PidFiles
from service.serve.ports import OWN_PORTS, choose_port, is_free
from service.serve.state_dir import hold_state_dir, open_state_dir, write_private
from tests.integration.serve.running_program import wait_until_gone


@pytest.fixture
def sleeper():
    process = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    yield process
    process.kill()
    process.wait()


def test_what_a_killed_serve_left_running_is_stopped_and_forgotten(tmp_path, sleeper):
    pid_files = PidFiles(tmp_path / "pids")
    pid_files.write("worker", sleeper.pid)
    assert pid_files.stop_leftovers(grace_seconds=5) == ["worker"]
    wait_until_gone([psutil.Process(sleeper.pid)] if psutil.pid_exists(sleeper.pid) else [])
    assert not list((tmp_path / "pids").iterdir())


def test_a_number_that_another_process_got_since_is_left_alone(tmp_path, sleeper):
    pid_files = PidFiles(tmp_path / "pids")
    pid_files.write("worker", sleeper.pid)
    an_hour_ago = tmp_path.stat().st_mtime - 3600
    os.utime(tmp_path / "pids" / "worker.pid", (an_hour_ago, an_hour_ago))
    assert pid_files.stop_leftovers(grace_seconds=5) == []
    assert sleeper.poll() is None
    assert not list((tmp_path / "pids").iterdir())


@pytest.mark.parametrize("text", ["", "nonsense", "0x7", "99999999"])
def test_a_damaged_pid_file_is_forgotten(tmp_path, text):
    (tmp_path / "worker.pid").write_text(text)
    assert PidFiles(tmp_path).stop_leftovers(grace_seconds=1) == []
    assert not list(tmp_path.iterdir())


def test_the_lock_is_held_once_and_can_be_had_again_after(tmp_path):
    with (
        hold_state_dir(tmp_path),
        pytest.raises(ServeError, match=rf"already runs .*pid {os.getpid()}"),
        hold_state_dir(tmp_path),
    ):
        pytest.fail("held twice")
    with hold_state_dir(tmp_path):
        pass


def test_the_state_directory_is_made_for_this_user_alone(tmp_path):
    path = open_state_dir(tmp_path / "a" / "state")
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_private_file_is_replaced_and_stays_private(tmp_path):
    path = tmp_path / "password"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_the_broker_keeps_port_and_password_while_the_port_is_free(tmp_path):
    first = prepare_embedded_broker(tmp_path)
    assert prepare_embedded_broker(tmp_path) == first
    with socket.create_server(("127.0.0.1", first.port)):
        moved = prepare_embedded_broker(tmp_path)
    assert moved.port != first.port
    assert moved.password == first.password
    assert f"port {moved.port}\n" in (tmp_path / "broker" / "valkey.conf").read_text()


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_port_taken_on_any_overlapping_address_is_not_free(host):
    port = choose_port("127.0.0.1")
    assert port in OWN_PORTS
    assert is_free("127.0.0.1", port)
    with socket.create_server((host, port)):
        assert not is_free("127.0.0.1", port)
        assert not is_free("0.0.0.0", port)
    assert is_free("127.0.0.1", port)
