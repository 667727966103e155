"""The self-check beside processes that run: those that do not fit each other are named."""

import pytest

from service.broker import keys
from service.broker.process_setup import Announcement, running_processes
from tests.integration.cli.findings import findings
from tests.waiting import wait_until

JOBS = "tests.integration.cli.changing_jobs"


@pytest.fixture
def check(headcount):
    """Run the self-check of the changing jobs; its exit status and what it says beside "ok"."""

    def check(**variables):
        done = headcount("check", **{"HEADCOUNT_WORKERS": JOBS, **variables})
        assert done.stderr == ""
        return done.returncode, findings(done)

    return check


@pytest.fixture
def run(start, broker):
    """Start a process of the changing jobs, and wait until it has said that it is there."""

    def there():
        return len(running_processes(broker.client)) + broker.client.hlen(keys.WORKERS)

    def run(command, **variables):
        before, news = there(), 2 if command == "worker" else 1
        process = start(command, broker_url=broker.url, **{"HEADCOUNT_WORKERS": JOBS, **variables})
        wait_until(lambda: there() == before + news, 10, process.text())
        return process

    return run


def announced(broker, name="beat-1@elsewhere", role="beat", clock=None, **setup):
    clocks = {"clock": clock} if clock else {}
    Announcement(broker.client, name, role, setup, **clocks).repeat()


def test_a_fleet_set_up_alike_is_no_problem(run, check):
    worker, beats = run("worker"), [run("beat"), run("beat")]
    run("sidecar")
    assert check() == (0, [])
    for one in (worker, *beats):
        assert one.stop() == 0
    assert check() == (0, [])


def test_a_worker_set_up_differently_is_named_with_all_that_differs(run, check):
    run("worker", HEADCOUNT_LEASE_SECONDS=10, HEADCOUNT_QUEUES="critical,default")
    elsewhere = "redis://127.0.0.1:1/0"
    status, lines = check(
        WITH_INVOICES="1", CELERY_RESULT_BACKEND=elsewhere, HEADCOUNT_LEASE_SECONDS="60"
    )
    assert status == 1
    assert [line.split(": ")[0] for line in lines] == [
        "problem  results",
        "problem  fleet lease",
        "warning  fleet results",
        "problem  queues",
        "problem  fleet tasks",
        "warning  beat",
    ]
    text = "\n".join(lines)
    assert "HEADCOUNT_LEASE_SECONDS is 10 for worker-" in text
    assert "no running worker consumes low" in text
    assert ": shop.Invoices unknown there, and jobs of default would be dead" in text
    assert "no Beat runs" in text


def test_a_lease_half_as_long_is_a_warning_because_it_may_be_a_change_under_way(run, check):
    run("worker", HEADCOUNT_LEASE_SECONDS=30)
    run("beat")
    status, [line] = check()
    assert (status, line.split(": ")[0]) == (0, "warning  fleet lease")


def test_what_a_worker_knows_and_this_process_does_not_is_a_warning(run, check):
    run("worker", WITH_INVOICES=1)
    run("beat")
    status, [line] = check()
    assert (status, line.split(": ")[0]) == (0, "warning  fleet tasks")
    assert "shop.Invoices known there and not to this process" in line


def test_a_queue_that_another_worker_consumes_may_be_left_out_here(run, check):
    run("worker", HEADCOUNT_QUEUES="critical")
    run("worker", HEADCOUNT_QUEUES="default,low")
    run("beat")
    assert check(HEADCOUNT_QUEUES="low") == (0, [])


def test_a_beat_on_other_settings_is_named(run, check):
    run("beat", HEADCOUNT_TIMEZONE="Europe/Berlin", REPORT_AT="0 2 * * *")
    status, lines = check(WITH_INVOICES="1")
    assert status == 1
    assert [line.split(": ")[0] for line in lines] == ["problem  beat"] * 3
    zone, missing, schedule = lines
    assert "has HEADCOUNT_TIMEZONE=Europe/Berlin, here it is UTC" in zone
    assert "does not know shop.Invoices, and enqueues none of them" in missing
    assert "runs shop.Report at '0 2 * * *', here it is '0 1 * * *'" in schedule


def test_a_cron_entry_that_no_worker_knows_is_named(run, check):
    run("worker")
    run("beat", WITH_INVOICES=1)
    status, lines = check()
    assert status == 1
    assert [line.split(": ")[0] for line in lines] == ["warning  beat", "problem  beat"]
    assert "enqueues shop.Invoices, which no running worker knows" in lines[1]


def test_jobs_that_nobody_knows_are_named_while_they_wait(check, jobs, broker):
    jobs.enqueue("one")
    jobs.enqueue("two", due_in=3600)
    status, [line] = check()
    assert status == 1
    assert "in default jobs wait whose task nobody knows: mail.Send (2)" in line


def test_jobs_that_some_worker_does_not_know_are_named_while_they_wait(run, check, jobs):
    jobs.enqueue("one", queue="low", due_in=3600)
    knows = f"{JOBS},tests.integration.cli.plain_task"
    assert check(HEADCOUNT_WORKERS=knows) == (0, [])
    run("beat")
    run("worker")
    status, [line] = check(HEADCOUNT_WORKERS=knows)
    assert status == 1
    assert "in low jobs wait whose task not every worker of it knows: mail.Send (1)" in line


def test_everybody_knows_celerys_own_tasks(check, jobs):
    jobs.enqueue("one", task="celery.chord_unlock")
    assert check() == (0, [])


def test_jobs_where_no_headcount_worker_looks_are_a_warning(check, broker):
    broker.client.lpush("celery", "{}")
    broker.client.lpush("default\x06\x163", "{}", "{}")
    status, lines = check()
    assert status == 0
    assert [line.split(", ")[0] for line in lines] == [
        "warning  queues: 1 jobs wait in 'celery'",
        r"warning  queues: 2 jobs wait in 'default\x06\x163'",
    ]


def test_clocks_apart_are_named(check, broker):
    seconds, microseconds = broker.client.time()
    now = seconds + microseconds / 1e6
    announced(broker, clock=lambda: now + 90)
    status, [line] = check()
    assert status == 1
    assert line.startswith("problem  fleet clocks: beat-1@elsewhere: ")
    assert "its clock is 1 min 30 s ahead of the broker's" in line


def test_versions_nobody_tested_are_named_and_other_ones_said(check, broker):
    announced(broker, "beat-1@old", versions={"celery": "5.6.1"})
    announced(broker, "beat-1@older", versions={"headcount": "0.0.9"})
    status, lines = check()
    assert status == 1
    assert "problem  fleet versions: beat-1@old: celery 5.6.1 (tested: ~=5.7.0)" in lines[0]
    assert lines[1].startswith("warning  fleet versions: beat-1@older: headcount 0.0.9, here")


def test_a_worker_that_says_nothing_of_its_set_up_is_an_older_one(run, check, broker):
    worker = run("worker")
    run("beat")
    wait_until(lambda: broker.client.hlen(keys.WORKERS), 10, worker.text())
    [name] = broker.client.hkeys(keys.WORKERS)
    broker.client.hdel(keys.PROCESSES, name)
    status, [line] = check()
    assert (status, line.split(": ")[0]) == (0, "warning  fleet")
    assert f"{name.decode()} do not say how they are set up" in line
