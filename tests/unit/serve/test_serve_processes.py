"""Which processes the stack has, what they are given and what is printed about them."""

import signal
import sys
from pathlib import Path

import pytest

from service.errors import ServeError
from service.serve.embedded import EmbeddedBroker, broker_process, valkey_config, valkey_program
from service.serve.ports import require_free_ports
from service.serve.processes import build_stack, child_environment, port_uses
from service.serve.summary import summary_lines
from service.settings import load_settings

BROKER_URL = "redis://:secret@broker.example:6379/2"
NO_PROGRAMS = {"PATH": ""}


def settings_of(**environ):
    return load_settings({"CELERY_BROKER_URL": BROKER_URL, **environ})


def stack_of(tmp_path, **environ):
    return build_stack(settings_of(**environ), NO_PROGRAMS, tmp_path, on_terminal=False)


def process_of(stack, name):
    return next(process for process in stack.processes if process.name == name)


def test_a_configured_broker_is_used_and_none_is_embedded(tmp_path):
    stack = stack_of(tmp_path)
    assert [process.name for process in stack.processes] == ["worker", "beat", "flower", "sidecar"]
    assert stack.broker is None
    assert all(process.env["CELERY_BROKER_URL"] == BROKER_URL for process in stack.processes)


def test_python_processes_are_commands_of_this_very_python(tmp_path):
    assert process_of(stack_of(tmp_path), "beat").argv == (sys.executable, "-m", "service", "beat")


def test_the_worker_gets_its_grace_and_five_seconds_more(tmp_path):
    stack = stack_of(tmp_path, HEADCOUNT_SHUTDOWN_GRACE_SECONDS="12")
    assert process_of(stack, "worker").grace_seconds == 17


def test_the_sidecar_answers_as_long_as_the_worker_drains(tmp_path):
    stack = stack_of(tmp_path)
    assert process_of(stack, "sidecar").stops_after(process_of(stack, "worker"))


def test_without_a_metrics_port_the_worker_is_not_asked_for_metrics(tmp_path):
    stack = stack_of(tmp_path, HEADCOUNT_METRICS_PORT="0")
    assert process_of(stack, "worker").ready is None


def test_results_go_to_the_broker_unless_said_otherwise():
    env = child_environment(settings_of(), {}, BROKER_URL, on_terminal=False)
    assert env["CELERY_RESULT_BACKEND"] == BROKER_URL
    other = settings_of(CELERY_RESULT_BACKEND="redis://results.example/1")
    env = child_environment(other, {}, BROKER_URL, on_terminal=False)
    assert env["CELERY_RESULT_BACKEND"] == "redis://results.example/1"


def test_log_lines_are_for_people_only_on_a_terminal_and_unless_said_otherwise():
    def format_of(settings, *, on_terminal):
        env = child_environment(settings, {}, BROKER_URL, on_terminal=on_terminal)
        return env.get("HEADCOUNT_LOG_FORMAT")

    assert format_of(settings_of(), on_terminal=True) == "console"
    assert format_of(settings_of(), on_terminal=False) is None
    assert format_of(settings_of(HEADCOUNT_LOG_FORMAT="json"), on_terminal=True) is None


def test_a_port_given_to_two_listeners_is_refused_with_both_variables():
    uses = port_uses(settings_of(HEADCOUNT_METRICS_PORT="8000"), has_prometheus=False)
    with pytest.raises(ServeError, match=r"8000.*HEADCOUNT_HTTP_PORT.*HEADCOUNT_METRICS_PORT"):
        require_free_ports("127.0.0.1", uses)


def test_the_summary_names_every_address_and_a_command_but_no_password():
    text = "\n".join(summary_lines(settings_of(), None, has_prometheus=True))
    for port in (8000, 5555, 9090, 9808):
        assert f"http://127.0.0.1:{port}/" in text
    assert "redis://broker.example:6379/2" in text
    assert "headcount enqueue workers.jobs.health_check.HealthCheckWorker" in text
    assert "secret" not in text


def test_the_summary_says_where_the_embedded_brokers_password_is():
    broker = EmbeddedBroker(Path("/state/broker"), 20001, "secret")
    text = "\n".join(summary_lines(load_settings({}), broker, has_prometheus=False))
    assert "redis://127.0.0.1:20001/0" in text
    assert "/state/broker/password" in text
    assert "secret" not in text
    assert "Prometheus" not in text


def test_a_listener_on_all_addresses_is_shown_at_one_that_answers():
    text = "\n".join(summary_lines(settings_of(HEADCOUNT_HOST="::"), None, has_prometheus=False))
    assert "http://127.0.0.1:8000/health" in text


def test_the_embedded_broker_loses_and_evicts_nothing_and_is_local():
    lines = valkey_config(EmbeddedBroker(Path("/a b"), 20001, "secret")).splitlines()
    assert {
        "bind 127.0.0.1",
        "port 20001",
        "requirepass secret",
        'dir "/a b/data"',
        "appendonly yes",
        "appendfsync everysec",
        "maxmemory-policy noeviction",
        'save ""',
    } <= set(lines)


def test_an_orphaned_broker_may_still_save():
    broker = EmbeddedBroker(Path("/state/broker"), 20001, "secret")
    assert broker_process(broker, {}).orphan_signal == signal.SIGTERM


def test_the_embedded_brokers_program_exists():
    assert valkey_program().is_file()
