"""What jobs and whatever they call say: JSON lines that name the job, and no argument of it."""

import pytest

from service.telemetry.correlation import correlation
from tests import sample_jobs as jobs
from tests.waiting import wait_until
from workers.process_app import process_app

SECRET = "hunter2-xyzzy"

pytestmark = pytest.mark.usefixtures("enqueues_here")


@pytest.fixture
def worker(broker, start):
    return start("worker", broker_url=broker.url)


def test_every_line_is_json_and_says_the_basics(broker, worker):
    for job_class in (jobs.Note, jobs.Fail, jobs.KillSelf, jobs.HardLimit, jobs.SoftLimit):
        job_class.perform_async()
    broker.push("default", b"garbage")
    wait_until(lambda: len(worker.finished()) == 6, 15)
    assert worker.stop() == 0
    for line in worker.lines():
        assert {"timestamp", "level", "event", "logger"} <= line.keys(), line
        assert line["timestamp"].endswith("Z")
        assert line["level"] in ("debug", "info", "warning", "error", "critical")


def test_prints_and_third_party_lines_say_which_job_they_are_of(worker):
    with correlation("order-4711"):
        job = jobs.Parent.perform_async("speaker")
    wait_until(lambda: len(worker.finished()) == 2, 10)
    [printed] = worker.lines("printed by speaker")
    [logged] = worker.lines("logged by speaker")
    about = {
        "queue": "default", "task": jobs.Parent.name, "job_id": job.id,
        "attempt": 1, "correlation_id": "order-4711",
    }  # fmt: skip
    for line in (printed, logged):
        assert {name: line.get(name) for name in about} == about
    assert (printed["logger"], logged["logger"]) == ("stdout", "third.party")
    assert logged["level"] == "warning"


def test_a_correlation_id_reaches_the_job_and_its_children(worker):
    with correlation("order-4712"):
        job = jobs.Parent.perform_async("parent")
    wait_until(lambda: len(worker.finished()) == 2, 10)
    assert {line["correlation_id"] for line in worker.finished()} == {"order-4712"}
    assert [line["job_id"] for line in worker.finished() if line["job_id"] != job.id]


def test_without_a_caller_s_id_the_first_job_s_is_the_correlation_id(worker):
    job = jobs.Parent.perform_async("parent")
    wait_until(lambda: len(worker.finished()) == 2, 10)
    assert {line["correlation_id"] for line in worker.finished()} == {job.id}


def test_bulk_and_retried_jobs_keep_the_correlation_id(worker):
    with correlation("order-4713"):
        jobs.Note.perform_bulk([("one",), ("two",)])
        jobs.FailTwice.perform_async("three")
    wait_until(lambda: len(worker.finished()) == 5, 10)
    assert {line["correlation_id"] for line in worker.finished()} == {"order-4713"}


def test_no_job_speaks_in_another_s_name(broker, start):
    worker = start("worker", broker_url=broker.url, HEADCOUNT_CONCURRENCY=1)
    ids = {}
    for n in range(6):
        ids[f"said by {n}"] = jobs.Say.perform_async(f"said by {n}", fail=n % 2 == 1).id
    wait_until(lambda: len(worker.finished()) == 6, 10)
    said = [line for line in worker.lines() if line["event"].startswith("said by")]
    assert {line["event"]: line["job_id"] for line in said} == ids
    assert all(line["customer"] == line["event"] for line in said), "bound by the job itself"
    others = [line for line in worker.lines() if "customer" in line and line not in said]
    assert [line["job_id"] for line in others if line["customer"] not in ids] == []


def test_the_line_of_a_failed_attempt_has_its_traceback(worker):
    jobs.FailTwice.perform_async("trace")
    wait_until(lambda: len(worker.finished()) == 3, 10)
    attempts = [line for line in worker.lines() if "next in" in line["event"]]
    assert [line["attempt"] for line in attempts] == [1, 2]
    assert "ValueError: not yet" in str(attempts[0]["exception"])


def test_arguments_are_in_no_line_however_the_job_ends(broker, start):
    worker = start("worker", broker_url=broker.url, HEADCOUNT_LOG_LEVEL="debug")
    for job_class in (jobs.Secretive, jobs.SecretiveFails, jobs.SecretiveRetries,
                      jobs.SecretiveIsKilled, jobs.SecretiveTimesOut):  # fmt: skip
        job_class.perform_async(SECRET, also=SECRET)
    process_app().send_task("no.such.Task", (SECRET,), {"also": SECRET})
    process_app().send_task(jobs.Secretive.name, (SECRET, SECRET, SECRET))
    process_app().send_task("tests.sample_jobs.plain_note", (SECRET,))
    revoked = jobs.Secretive.perform_in(0.5, SECRET)
    process_app().control.revoke(revoked.id)
    for bad in (f'["{SECRET}"', f'{{"{SECRET}": 1}}', f'[["{SECRET}"]]'):
        broker.push("default", bad)
    nap = jobs.Nap.perform_async(0.1, secret=SECRET)
    wait_until(lambda: worker.attempts(revoked.id) and not broker.pending(), 20)
    worker.stop()
    assert [line for line in worker.text().splitlines() if SECRET in line] == []
    assert worker.attempts(nap.id)[0]["arguments"] == {"seconds": 0.1}
    shown = " ".join(str(job) for job in broker.dead_jobs())
    assert SECRET not in shown


def test_a_quieter_log_leaves_out_what_went_well(broker, start):
    worker = start("worker", broker_url=broker.url, wait=False, HEADCOUNT_LOG_LEVEL="error")
    jobs.Note.perform_async("fine")
    jobs.Fail.perform_async("not fine")
    wait_until(lambda: worker.finished() and not broker.pending(), 10)
    assert [line["outcome"] for line in worker.finished()] == ["failed"]
