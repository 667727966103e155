"""Where a job is, and what can be done with a dead one."""

from datetime import UTC, datetime

import pytest

from service.broker.dead_set import dead_record
from tests.waiting import wait_until


def fields(text):
    lines = text.replace("next run", "next_run").splitlines()
    return dict(line.split(None, 1) for line in lines)


def test_a_waiting_job_is_ready(said, jobs):
    jobs.enqueue("one", "low")
    assert fields(said("job", "one")) == {
        "id": "one", "state": "ready", "queue": "low", "task": "mail.Send", "attempts": "0",
    }  # fmt: skip


def test_a_delayed_job_is_scheduled_and_says_when(said):
    job_id = said("enqueue", "Note", "--at", "2040-01-31T09:00Z").strip()
    found = fields(said("job", job_id))
    assert found["state"] == "scheduled"
    assert found["next_run"] == "2040-01-31T09:00:00+00:00"


def test_a_job_that_a_worker_holds_is_running(said, jobs):
    jobs.enqueue("one")
    jobs.reserve()
    found = fields(said("job", "one"))
    assert (found["state"], found["attempts"]) == ("running", "1")


def test_a_running_job_says_which_process_holds_it(said, start, broker, notes):
    worker = start("worker", broker_url=broker.url)
    job_id = said("enqueue", "NapOnce", "[30]").strip()
    wait_until(notes.lines, 10)
    found = dict(line.split("  ", 1) for line in said("job", job_id).splitlines())
    assert found["held by"].strip().endswith(f", process {worker.pid}")


def test_a_job_waiting_for_its_next_attempt_says_what_ended_the_last(said, start, broker):
    start("worker", broker_url=broker.url)
    job_id = said("enqueue", "FailSlowly").strip()
    wait_until(lambda: broker.queue("default").scheduled == 1, 10)
    text = said("job", job_id)
    assert "ValueError: never" in text
    assert "attempts    1" in text


def test_a_dead_job_is_dead_and_says_why(said, jobs):
    jobs.die("one")
    text = said("job", "one")
    assert "dead" in text
    assert "boom" in text
    assert "headcount dead show one" in text


def test_a_job_that_is_nowhere_is_an_error(headcount):
    done = headcount("job", "nope")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("no job 'nope' is waiting, scheduled, running or dead")


def test_a_job_is_not_mistaken_for_one_that_only_mentions_it(headcount, said):
    said("enqueue", "Note", '["mentioned"]')
    assert headcount("job", "mentioned").returncode == 1


# -- dead


@pytest.fixture
def dead(jobs):
    """Three dead jobs: a and b of default, c of low."""
    jobs.die("a", "b")
    jobs.die("c", queue="low")


@pytest.mark.usefixtures("dead")
def test_dead_list_shows_the_newest_first(said):
    _, *rows, total = said("dead", "list").splitlines()
    assert [row.split()[0] for row in rows] == ["c", "b", "a"]
    assert total == "3 of 3 dead jobs"
    assert "2 of 2" in said("dead", "list", "--queue", "default")
    assert "1 of 3" in said("dead", "list", "--limit", "1")


def test_dead_list_of_nothing_says_so(said):
    assert said("dead", "list").endswith("0 of 0 dead jobs\n")


@pytest.mark.usefixtures("dead")
def test_dead_show_tells_what_there_is_to_know(said):
    shown = said("dead", "show", "a")
    for word in ("default", "mail.Send", "failed", "boom", datetime.now(UTC).strftime("%Y-%m-%dT")):
        assert word in shown


def test_dead_show_has_the_message_for_who_asks_and_it_cannot_steer_a_terminal(said, jobs):
    jobs.push(b"\n\x1b[2J not json \xff")
    record = dead_record(job_id="x", headers={}, queue="low", outcome="unknown", error="\x1b[31m")
    jobs.end(jobs.reserve_unread(), "dead", "x", record)
    shown = said("dead", "show", "x")
    assert r"\x1b[31m" in shown
    assert "not json" not in shown
    assert said("dead", "show", "x", "--message").endswith("\n\\x1b[2J not json \\xff\n")
    assert r"\x1b[31m" in said("dead", "list")


@pytest.mark.usefixtures("dead")
def test_dead_retry_puts_one_job_back(said, jobs):
    assert said("dead", "retry", "a") == "retried a\n"
    assert (jobs.waiting(), jobs.state().dead) == (["a"], 1)


@pytest.mark.usefixtures("dead")
def test_dead_drop_forgets_one_job(said, jobs):
    assert said("dead", "drop", "a") == "dropped a\n"
    assert (jobs.waiting(), jobs.state().dead) == ([], 1)


@pytest.mark.usefixtures("dead")
def test_all_means_all_of_a_queue_or_of_all(said, jobs):
    assert said("dead", "retry", "--all", "--queue", "default") == "retried 2 dead jobs\n"
    assert sorted(jobs.waiting()) == ["a", "b"]
    assert said("dead", "drop", "--all") == "dropped 1 dead jobs\n"
    assert said("dead", "retry", "--all") == "retried 0 dead jobs\n"
    assert jobs.drifts() == [0, 0, 0]
