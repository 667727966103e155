"""The whole stack with the real embedded Valkey; stubs stand in for the Python processes."""

import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from service.serve.embedded import embedded_broker_url
from service.settings import load_settings
from tests.integration.serve.running_program import is_alive, wait_until_gone
from tests.waiting import wait_until

UP = "Ctrl-C stops everything"


@pytest.fixture
def broker_url(stack_environ):
    """Return the running embedded broker's address, as another terminal finds it."""
    settings = load_settings(stack_environ)
    return lambda: embedded_broker_url(settings)


@pytest.fixture
def state_dir(stack_environ):
    return Path(stack_environ["HEADCOUNT_STATE_DIR"])


def jobs_at(address):
    """Return the number of critical jobs, None while the broker is not back."""
    try:
        return redis.Redis.from_url(address).llen("critical")
    except redis.ConnectionError:
        return None


def stop(run):
    run.signal(signal.SIGINT)
    assert run.exit_status() == 0, run.text()


def test_the_stack_comes_up_says_where_things_are_and_stops(serve, stack_environ, state_dir):
    run = serve()
    run.wait_for(UP)
    for name in ("HTTP", "METRICS", "FLOWER"):
        port = stack_environ[f"HEADCOUNT_{name}_PORT"]
        assert [line for line in run.lines if f"http://127.0.0.1:{port}/" in line]
    below = run.descendants()
    stop(run)
    assert not any(map(is_alive, below))
    assert not list((state_dir / "pids").iterdir())
    assert run.position("broker stopped") > run.position("sidecar stopped")


def test_another_terminal_finds_the_broker_while_it_runs(serve, broker_url):
    assert broker_url() is None
    run = serve()
    run.wait_for(UP)
    assert redis.Redis.from_url(broker_url()).ping()
    stop(run)
    assert broker_url() is None


def test_the_password_is_for_this_user_alone_and_on_no_command_line(serve, broker_url, state_dir):
    run = serve()
    run.wait_for(UP)
    password = (state_dir / "broker" / "password").read_text().strip()
    assert password in broker_url()
    assert stat.S_IMODE(state_dir.stat().st_mode) == 0o700
    for name in ("password", "valkey.conf"):
        assert stat.S_IMODE((state_dir / "broker" / name).stat().st_mode) == 0o600
    assert not [line for line in run.lines if password in line]
    command_lines = [" ".join(process.cmdline()) for process in run.descendants()]
    assert not [line for line in command_lines if password in line]
    stop(run)


def test_without_its_password_the_broker_refuses(serve, state_dir):
    run = serve()
    run.wait_for(UP)
    port = int((state_dir / "broker" / "port").read_text())
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port, retry=Retry(NoBackoff(), 0)).ping()
    stop(run)


def test_jobs_survive_a_restart_at_the_same_address(serve, broker_url):
    first = serve()
    first.wait_for(UP)
    address = broker_url()
    redis.Redis.from_url(address).lpush("critical", *range(1000))
    stop(first)
    second = serve()
    second.wait_for(UP)
    assert broker_url() == address
    assert redis.Redis.from_url(address).llen("critical") == 1000
    stop(second)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
def test_kill_9_leaves_nothing_and_the_next_serve_has_the_jobs(serve, broker_url):
    first = serve()
    first.wait_for(UP)
    address = broker_url()
    redis.Redis.from_url(address).lpush("critical", *range(1000))
    below = first.descendants()
    first.signal(signal.SIGKILL)
    second = serve()  # at once: the lock went with the first, its broker may still be saving
    second.wait_for(UP)
    wait_until_gone(below)
    assert redis.Redis.from_url(broker_url()).llen("critical") == 1000
    stop(second)


def test_what_an_earlier_serve_left_running_is_stopped_first(serve, state_dir):
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as left:
        (state_dir / "pids").mkdir(parents=True)
        (state_dir / "pids" / "worker.pid").write_text(f"{left.pid}\n")
        run = serve()
        run.wait_for("left running: worker")
        assert left.wait(5) == -signal.SIGTERM
    run.wait_for(UP)
    stop(run)


def test_a_broker_that_is_killed_comes_back_with_its_jobs(serve, broker_url, state_dir):
    run = serve()
    run.wait_for(UP)
    address = broker_url()
    redis.Redis.from_url(address).lpush("critical", *range(1000))
    pid_file = state_dir / "pids" / "broker.pid"
    pid = int(pid_file.read_text())
    time_of_kill = time.monotonic()
    psutil.Process(pid).send_signal(signal.SIGKILL)
    wait_until(lambda: pid_file.exists() and int(pid_file.read_text() or pid) != pid, 10)
    assert broker_url() == address
    assert time.monotonic() - time_of_kill >= 0.5
    wait_until(lambda: jobs_at(address) == 1000, 10)
    stop(run)


def test_a_second_serve_on_the_same_state_is_refused_with_the_firsts_pid(serve):
    first = serve()
    first.wait_for(UP)
    second = serve()
    assert second.exit_status() == 1
    assert "already runs on" in second.lines[0]
    assert f"(pid {first.pid})" in second.lines[0]
    assert len(second.lines) == 1
    stop(first)


def test_taken_ports_are_all_named_with_the_variables_that_move_them(serve, stack_environ):
    names = ("HTTP", "FLOWER")
    ports = [int(stack_environ[f"HEADCOUNT_{name}_PORT"]) for name in names]
    with (
        socket.create_server(("127.0.0.1", ports[0])),
        socket.create_server(("0.0.0.0", ports[1])),
    ):
        run = serve()
        assert run.exit_status() == 1
    assert len(run.lines) == 2
    for line, name, port in zip(run.lines, names, ports, strict=True):
        assert line.startswith(f"port {port}, wanted by")
        assert f"HEADCOUNT_{name}_PORT" in line


def test_an_address_that_is_not_this_machines_is_refused_with_its_variable(serve):
    run = serve(HEADCOUNT_HOST="192.0.2.1")
    assert run.exit_status() == 1
    assert "HEADCOUNT_HOST" in run.lines[0]


def test_a_state_directory_that_cannot_be_made_is_refused_with_its_variable(serve, tmp_path):
    (tmp_path / "file").touch()
    run = serve(HEADCOUNT_STATE_DIR=str(tmp_path / "file"))
    assert run.exit_status() == 1
    assert "HEADCOUNT_STATE_DIR" in run.lines[0]
