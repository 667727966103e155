"""Wrong input on the command line: one clear line, no traceback, nothing enqueued."""

import subprocess
import sys
from pathlib import Path

import pytest

from service.broker import keys
from service.queues import QUEUE_NAMES
from tests.programs import skip_but_fail_in_ci

NO_BROKER = {"CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}

WRONG = [
    # name of a worker class
    (["enqueue", "Nope"], {}, "'Nope' is no worker class; known: "),
    (["enqueue", "tests.sample_jobs.Nope"], {}, "is no worker class; known: "),
    (["enqueue", ""], {}, "'' is no worker class; known: "),
    # arguments
    (["enqueue", "Note", "7"], {}, "the arguments are a JSON int; allowed: a list"),
    (["enqueue", "Note", '"x"'], {}, "are a JSON str; allowed: a list"),
    (["enqueue", "Note", "null"], {}, "are a JSON NoneType; allowed: a list"),
    (["enqueue", "Note", "[7"], {}, "the arguments are not JSON (Expecting"),
    (["enqueue", "Note", "[07]"], {}, "the arguments are not JSON"),
    (["enqueue", "Note", ""], {}, "the arguments are not JSON"),
    (["enqueue", "Note", "[" * 5000], {}, "are not JSON"),
    (["enqueue", "Note", "[NaN]"], {}, "words[0] is nan; allowed: finite numbers"),
    (["enqueue", "Note", "[1e999]"], {}, "words[0] is inf; allowed: finite numbers"),
    (["enqueue", "Nap"], {}, "Nap.perform: missing a required argument: 'seconds'"),
    (["enqueue", "Nap", "[1, 2, 3]"], {}, "Nap.perform: too many positional arguments"),
    (["enqueue", "Nap", '{"second": 1}'], {}, "Nap.perform: missing a required argument"),
    # times
    (["enqueue", "Note", "--in", "soon"], {}, "--in 'soon' is wrong; allowed: a number of"),
    (["enqueue", "Note", "--in", "nan"], {}, "seconds=nan is wrong; allowed: a finite number"),
    (["enqueue", "Note", "--in", "inf"], {}, "seconds=inf is wrong; allowed: a finite number"),
    (["enqueue", "Note", "--in", "1e300"], {}, "seconds=1e+300 is wrong; allowed: "),
    (["enqueue", "Note", "--at", "tomorrow"], {}, "--at 'tomorrow' is wrong; allowed: an ISO"),
    (["enqueue", "Note", "--at", "2030-02-30"], {}, "--at '2030-02-30' is wrong; allowed: an ISO"),
    (["enqueue", "Note", "--at", "9999-12-31"], {}, "is wrong; allowed: years"),
    (["enqueue", "Note", "--in", "5", "--at", "2040-01-01"], {}, "--in and --at were both given"),
    # queues
    (["queues", "--json", "--watch"], {}, "--json and --watch were both given; allowed: one of"),
    # the dead set
    (["dead", "show", "nope"], {}, "no dead job has the id 'nope'"),
    (["dead", "retry", "nope"], {}, "no dead job has the id 'nope'"),
    (["dead", "drop", "nope"], {}, "no dead job has the id 'nope'"),
    (["dead", "retry"], {}, "allowed: one ID, or --all"),
    (["dead", "drop", "nope", "--all"], {}, "allowed: one ID, or --all"),
    (["dead", "drop", "nope", "--queue", "low"], {}, "allowed: one ID, or --all"),
    (["dead", "list", "--queue", "urgent"], {}, "--queue 'urgent' is wrong; allowed: critical, "),
    (["dead", "retry", "--all", "--queue", "x"], {}, "--queue 'x' is wrong; allowed: critical, "),
    (["dead", "drop", "nope", "--task", "x"], {}, "allowed: one ID, or --all"),
    (["dead", "retry", "--older-than", "1d"], {}, "allowed: one ID, or --all"),
    (["dead", "list", "--older-than", "7"], {}, "--older-than '7' is wrong; allowed: a number and"),
    (
        ["dead", "list", "--newer-than", "7 days"],
        {},
        "allowed: a number and one of s, m, h, d or w",
    ),
    (
        ["dead", "retry", "--all", "--newer-than", "-1d"],
        {},
        "--newer-than '-1d' is wrong; allowed:",
    ),
    (["dead", "drop", "--all", "--older-than", ""], {}, "--older-than '' is wrong; allowed: "),
    (
        ["dead", "drop", "--all", "--older-than", "2d", "--newer-than", "1d"],
        {},
        "--older-than 2d --newer-than 1d is wrong; allowed: --older-than with the shorter",
    ),
    # settings
    (["queues"], {"CELERY_BROKER_URL": ""}, "CELERY_BROKER_URL is not set; allowed: "),
    (["worker"], {"HEADCOUNT_CONCURRENCY": "0"}, "HEADCOUNT_CONCURRENCY='0' is wrong; allowed: "),
    (["beat"], {"HEADCOUNT_TIMEZONE": "Mars"}, "HEADCOUNT_TIMEZONE='Mars' is wrong; allowed: "),
    (["sidecar"], {"HEADCOUNT_HTTP_PORT": "x"}, "HEADCOUNT_HTTP_PORT='x' is wrong; allowed: "),
    (["flower"], {"HEADCOUNT_HOST": "a b"}, "HEADCOUNT_HOST='a b' is wrong; allowed: "),
    (["serve"], {"HEADCOUNT_PREFETCH": "0"}, "HEADCOUNT_PREFETCH='0' is wrong; allowed: "),
    (["worker"], {"HEADCOUNT_WORKERS": "nope"}, "there is no module 'nope'; allowed: "),
    (["beat"], {"HEADCOUNT_WORKERS": "tests.nope"}, "there is no module 'tests.nope'; allowed: "),
    # a broker that does not answer
    (["queues"], NO_BROKER, "redis://127.0.0.1:1/0: Error 111"),
    (["workers", "--json"], NO_BROKER, "redis://127.0.0.1:1/0: Error 111"),
    (["job", "x"], NO_BROKER, "redis://127.0.0.1:1/0: Error 111"),
    (["dead", "list"], NO_BROKER, "redis://127.0.0.1:1/0: Error 111"),
    (["dead", "retry", "--all"], NO_BROKER, "redis://127.0.0.1:1/0: Error 111"),
    (["dead", "drop", "--all", "--older-than", "1d"], NO_BROKER, "redis://127.0.0.1:1/0: Error"),
    (
        ["enqueue", "Note"],
        NO_BROKER,
        "tests.sample_jobs.Note was not enqueued: redis://127.0.0.1:1/0: Error 111",
    ),
]

USAGE = [
    (["nonsense"], "No such command 'nonsense'"),
    (["enqueue"], "Missing argument 'NAME'"),
    (["enqueue", "Note", "[1]", "[2]"], "unexpected extra argument"),
    (["enqueue", "Note", "--on", "x"], "No such option: --on"),
    (["enqueue", "Note", "--in"], "Option '--in' requires an argument"),
    (["job"], "Missing argument 'ID'"),
    (["queues", "--yaml"], "No such option: --yaml"),
    (["worker", "--pool", "gevent"], "'gevent' is not one of 'prefork', 'threads', 'solo'"),
    (["dead", "show"], "Missing argument 'ID'"),
    (["dead", "bury"], "No such command 'bury'"),
    (["dead", "list", "--limit", "0"], "'--limit'"),
    (["dead", "list", "--limit", "many"], "'--limit'"),
]


def ids(cases):
    return [" ".join(case[0])[:40] for case in cases]


def assert_nothing_enqueued(broker):
    assert [broker.client.llen(queue) for queue in QUEUE_NAMES] == [0, 0, 0]
    assert [broker.client.zcard(keys.scheduled(queue)) for queue in QUEUE_NAMES] == [0, 0, 0]
    assert broker.client.hgetall(keys.LEDGER) == {}


@pytest.mark.parametrize(("arguments", "variables", "words"), WRONG, ids=ids(WRONG))
def test_wrong_input_is_one_clear_line(headcount, broker, arguments, variables, words):
    done = headcount(*arguments, **variables)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr
    assert_nothing_enqueued(broker)


@pytest.mark.parametrize(("arguments", "words"), USAGE, ids=ids(USAGE))
def test_wrong_usage_says_what_was_wrong(headcount, broker, arguments, words):
    done = headcount(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr
    assert_nothing_enqueued(broker)


def test_wrong_settings_are_a_line_each(headcount):
    done = headcount("queues", HEADCOUNT_CONCURRENCY="x", HEADCOUNT_LOG_LEVEL="loud")
    assert done.returncode == 1
    assert [line.split("=")[0] for line in done.stderr.splitlines()] == [
        "HEADCOUNT_CONCURRENCY",
        "HEADCOUNT_LOG_LEVEL",
    ]


def test_a_wrong_worker_class_is_one_line(headcount, tmp_path):
    (tmp_path / "wrong_jobs.py").write_text(
        "from workers import Worker\n\n\nclass Send(Worker):\n    queue = 'urgent'\n\n"
        "    @classmethod\n    def perform(cls): ...\n"
    )
    done = headcount("worker", HEADCOUNT_WORKERS="wrong_jobs", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith(
        "wrong_jobs.Send: queue='urgent' is wrong; allowed: 'critical' | "
    )
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["worker", "beat", "enqueue"])
def test_a_job_module_that_breaks_stops_the_process_with_its_traceback(
    headcount, tmp_path, command
):
    (tmp_path / "broken_jobs.py").write_text("import no_such_dependency\n")
    name = ["Note"] if command == "enqueue" else []
    done = headcount(command, *name, HEADCOUNT_WORKERS="broken_jobs", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert "broken_jobs.py" in done.stdout + done.stderr
    assert "no_such_dependency" in done.stdout + done.stderr


def test_the_installed_command_finds_modules_of_the_directory_one_is_in(broker, tmp_path):
    (tmp_path / "my_jobs.py").write_text(
        "from workers import Worker\n\n\nclass Mine(Worker):\n"
        "    @classmethod\n    def perform(cls): ...\n"
    )
    program = Path(sys.executable).with_name("headcount")
    if not program.exists():
        skip_but_fail_in_ci("the headcount command is not installed")
    subprocess.run(
        [program, "enqueue", "Mine"],
        cwd=tmp_path,
        env={"CELERY_BROKER_URL": broker.url, "HEADCOUNT_WORKERS": "my_jobs"},
        check=True,
        timeout=60,
    )
    assert broker.client.llen("default") == 1
