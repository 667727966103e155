"""Passwords, arguments and results: told to nobody, wherever one looks."""

import pytest

from service.settings import load_settings
from tests import sample_jobs as jobs
from tests.enqueuing import enqueuing_on
from tests.integration.stack.guarded_stack import (
    ARGUMENT,
    BROKER,
    WRONG,
    GuardedStack,
    telling,
)
from tests.waiting import wait_until
from workers.process_app import process_app


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with (
        GuardedStack(tmp_path_factory.mktemp("guarded")) as stack,
        enqueuing_on(stack.broker.url, CELERY_RESULT_BACKEND=stack.results.url),
    ):
        stack.dead_job = stack.perform_everything()
        yield stack


def test_no_log_tells_a_secret(stack):
    for process in stack.locked_out:
        wait_until(lambda one=process: "assword" in one.text(), 20, f"{process.log} says nothing")
    assert "UnhealthyError" in stack.worker.text() + stack.plainly.text()
    assert telling(stack.logs()) == {}


def test_no_page_tells_a_secret_with_credentials_or_without(stack):
    pages = stack.pages()
    assert "SecretiveFails" in pages["flower /tasks operator"] + pages["worker /metrics"]
    assert telling(pages) == {}


def test_without_credentials_flower_shows_no_task_and_no_worker(stack):
    for path in ("/", "/workers", "/tasks", "/broker", "/api/workers", "/api/tasks"):
        told = stack.flower_page(path)
        assert "worker-" not in told, path
        assert "tests.sample_jobs" not in told, path


def test_no_process_s_command_line_has_a_secret(stack):
    titles = stack.titles()
    assert len(titles) > 8
    assert telling(titles) == {}


def test_nothing_that_processes_announce_tells_a_secret(stack):
    announced = stack.announcements()
    assert "worker-" in announced["headcount:processes"]
    assert telling(announced) == {}


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",), ("queues",), ("workers", "--json"), ("dead", "list"), ("dead", "show"),
        ("job",), ("running",), ("ledger", "show"),
        ("enqueue", jobs.Secretive.name, f'["{ARGUMENT}'),
        ("enqueue", jobs.Secretive.name, f'["{ARGUMENT}"]', "--in", "600"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_command_prints_a_secret(stack, arguments):
    if arguments in (("dead", "show"), ("job",)):
        arguments = (*arguments, stack.dead_job)
    printed = stack.headcount(*arguments)
    assert printed
    assert telling({"output": printed}) == {}


@pytest.mark.parametrize("command", [("check",), ("queues",), ("dead", "list")])
def test_no_command_prints_the_password_that_was_wrong(stack, command):
    printed = stack.headcount(*command, CELERY_BROKER_URL=stack.broker.url.replace(BROKER, WRONG))
    assert "assword" in printed
    assert telling({"output": printed}) == {}


def test_celery_s_own_reports_tell_no_secret(stack):
    app = process_app()
    told = {"bugreport": app.bugreport()}
    for what in ("conf", "stats", "report"):
        answers = getattr(app.control.inspect(timeout=0.5, limit=1), what)
        told[what] = str(wait_until(answers, 20))
    told["active"] = str(wait_until(app.control.inspect(timeout=2).active, 20))
    assert jobs.Nap.name in told["active"]
    assert telling(told) == {}


def test_settings_that_are_shown_whole_tell_no_secret(stack):
    settings = load_settings({**stack.variables, "CELERY_BROKER_URL": stack.broker.url})
    assert telling({"settings": repr(settings)}) == {}


def test_nothing_listens_beyond_this_machine(stack):
    assert stack.listening_addresses() == {"127.0.0.1"}
