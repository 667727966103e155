"""``headcount top`` and ``queues --watch`` on a terminal, over a real worker and broker."""

import json
import re
import signal

import pytest

from tests.integration.cli.screen import Screen
from tests.jobs_in_broker import Jobs
from tests.sample_jobs import CriticalNap, LowNap, Note
from tests.waiting import wait_until

HOSTILE = [
    "\x1b]0;gotcha\x07\x1b[2J\x1b[31m",
    "shop." + "Endless" * 5_000,
    "送信" * 200 + "。🙂\u0301\u200d\u202e",
    "two\nlines\tand\x00\x7f\x9b2J",
    "[red]markup[/red] :smile: %s {}",
]
OWN_SEQUENCES = re.compile(r"\x1b\[(\?(1049|25|7)[hl]|H|[\d;]*m)")


@pytest.fixture
def screen(broker):
    """Run a full-screen command: ``screen("top", columns=80, lines=24)``."""
    opened = []

    def run(*arguments, **options):
        opened.append(Screen(*arguments, **{"broker_url": broker.url, **options}))
        return opened[-1]

    yield run
    for one in opened:
        one.close()


@pytest.mark.usefixtures("enqueues_here")
def test_top_shows_queues_workers_and_running_jobs_until_q(screen, broker, start, said, notes):
    worker = start("worker", broker_url=broker.url)
    ids = [LowNap.perform_async(30).id]
    wait_until(notes.lines, 10)
    ids.append(CriticalNap.perform_async(30).id)
    Note.perform_in(3600)
    wait_until(lambda: len(notes.lines()) == 2, 10)
    top = screen("top")
    top.shows("s low ")  # the worker has reported for how long it has run
    assert top.line("critical")[:5] == ["critical", "0", "0", "1", "0"]
    assert top.line("default  ")[:5] == ["default", "0", "1", "0", "0"]
    assert "1 live, 2 of 2 slots busy" in top.text()
    assert top.line("live ")[1:3] == ["live", "2/2"]
    running = [line.split() for line in top.lines() if "Nap" in line]
    assert [row[1:3] for row in running] == [["low", ids[0]], ["critical", ids[1]]]
    assert {row[4][-6:] for row in running} == {top.line("live ")[0][-6:]}
    assert top.colour_of("live ") == "green"

    top.resize(140, 40)
    top.shows("slots\n")
    assert top.line("low  ")[-1] == "2"
    top.shows("tests.sample_jobs.CriticalNap")
    printed = said("running").splitlines()
    assert [line.split()[0] for line in printed] == ["id", *ids, "2"]
    assert printed[1].split()[1:3] == ["low", "tests.sample_jobs.LowNap"]
    found = json.loads(said("running", "--json"))
    assert [one["id"] for one in found["jobs"]] == ids
    assert {(one["worker"].split("@")[0], found["leased"]) for one in found["jobs"]} == {
        (f"worker-{worker.metrics_port}", 2)
    }
    top.type("q")
    assert (top.ends(), top.is_as_it_was()) == (0, True)
    assert "Traceback" not in top.raw


@pytest.mark.parametrize("command", [("top",), ("queues", "--watch")])
def test_ctrl_c_ends_it_well_and_leaves_the_terminal_as_it_was(screen, jobs, command):
    jobs.enqueue_many("a", "b", queue="low")
    shown = screen(*command)
    shown.shows("Headcount")
    assert shown.line("low")[:2] == ["low", "2"]
    assert ("Workers" in shown.text()) == (command == ("top",))
    shown.type("\x03")
    assert (shown.ends(), shown.is_as_it_was()) == (0, True)


def test_a_stopped_view_leaves_the_terminal_as_it_was(screen):
    top = screen("top")
    top.shows("Headcount")
    top.signal(signal.SIGTERM)
    assert (top.ends(), top.is_as_it_was()) == (128 + signal.SIGTERM, True)


def test_rates_and_the_time_to_empty_follow_what_happens(screen, jobs):
    jobs.enqueue_many(*[f"job-{n}" for n in range(1000)])
    shown = screen("queues", "--watch")
    shown.shows("1,000")
    for tag in jobs.reserve(500).values():
        jobs.end(tag, "succeeded")
    row = wait_until(lambda: (found := shown.line("default"))[6] not in "-0" and found, 10)
    assert row[1] == "500"
    assert re.fullmatch(r"\d+s", row[7])


def test_names_cannot_steer_the_screen(screen, jobs):
    for name in HOSTILE:
        jobs.push(b"\n" + jobs.message("x" * 400, task=name).encode())
    for _ in HOSTILE:
        jobs.reserve_unread()
    top = screen("top")
    top.shows("5 jobs")
    top.shows("q: quit")
    lines = top.lines()
    assert lines[0].startswith("Headcount")
    assert len([line for line in lines if re.match(r"- +default", line)]) == len(HOSTILE)
    assert all(one.isprintable() for one in OWN_SEQUENCES.sub("", top.raw).split("\r\n"))
    top.type("q")
    assert top.ends() == 0


def test_while_the_broker_is_down_it_says_so_and_comes_back(screen, own_broker):
    Jobs(own_broker.client).enqueue("waits", "low")
    top = screen("top", broker_url=own_broker.url)
    top.shows("Running")
    own_broker.kill()
    top.shows("The broker cannot be read since ")
    top.shows("refused")
    assert "low" not in top.text()
    own_broker.start()
    top.shows("Running")
    assert top.line("low")[1] == "1"
    own_broker.freeze()
    top.shows("Timeout")
    top.type("Q")
    assert (top.ends(), top.is_as_it_was()) == (0, True)
    assert "Traceback" not in top.raw
    assert "broker_unreadable" not in top.raw


def test_it_begins_without_a_broker_and_keeps_trying(screen):
    top = screen("top", broker_url="redis://127.0.0.1:1/0")
    top.shows("refused")
    top.type("q")
    assert top.ends() == 0


# -- where it is no terminal


def test_piped_it_prints_one_frame_with_nothing_cut_off(said, jobs):
    jobs.push(b"\n" + jobs.message("x" * 50, task="shop.jobs." + "Long" * 30).encode())
    jobs.reserve_unread()
    printed = said("top")
    assert "\x1b" not in printed
    assert [line for line in printed.splitlines() if "Long" * 30 in line and "x" * 50 in line]
    assert "0 live, 0 of 0 slots busy" in printed
    assert said("queues", "--watch").splitlines()[3].split()[0] == "queue"


def test_a_terminal_that_cannot_be_painted_on_gets_one_frame(screen):
    top = screen("top", TERM="dumb")
    assert top.ends() == 0
    assert top.lines()[0].startswith("Headcount")
    assert "\x1b" not in top.raw


@pytest.mark.parametrize("command", ["top", "running"])
def test_piped_without_a_broker_it_is_one_line_of_error(headcount, command):
    done = headcount(command, CELERY_BROKER_URL="redis://127.0.0.1:1/0")
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"redis://127.0.0.1:1/0: .*refused.*\n", done.stderr)
