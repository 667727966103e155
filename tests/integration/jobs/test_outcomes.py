"""Every way a worker class's attempt can end: it is counted, logged and entered once."""

from itertools import pairwise

import pytest

from tests import sample_jobs as jobs
from tests.waiting import wait_until


def test_a_job_that_returns_succeeds(account):
    job = jobs.Note.perform_async("hello")
    account.shows(job.id, "succeeded", task=jobs.Note.name, correlation_id=job.id)
    line = account.worker.attempts(job.id)[0]
    assert line["level"] == "info"
    assert 0 <= line["wait_seconds"] < 5
    assert 0 <= line["duration_seconds"] < 5


def test_an_exception_without_retries_fails(account):
    job = jobs.Fail.perform_async("no such invoice")
    account.shows(
        job.id, "failed", task=jobs.Fail.name,
        level="error", error_type="ValueError", error="no such invoice",
    )  # fmt: skip
    assert "raise ValueError(text)" in account.dead(job.id).traceback


def test_a_job_is_retried_until_it_succeeds(account, module_notes):
    job = jobs.FailTwice.perform_async("third time")
    account.shows(job.id, "retried", "retried", "succeeded", task=jobs.FailTwice.name)
    first = account.worker.attempts(job.id)[0]
    assert (first["level"], first["error_type"], first["error"]) == (
        "warning", "ValueError", "not yet",
    )  # fmt: skip
    assert [f"third time {n}" in module_notes for n in range(3)] == [True] * 3


def test_retries_wait_longer_each_time(account):
    job = jobs.FailSteadily.perform_async()
    account.shows(job.id, "retried", "retried", "failed", task=jobs.FailSteadily.name)
    ended = [at(line) for line in account.worker.attempts(job.id)]
    delays = [later - earlier for earlier, later in pairwise(ended)]
    assert 0.5 <= delays[0] < 1.5
    assert 1.0 <= delays[1] < 2.0


def test_a_job_that_used_up_its_retries_is_dead(account):
    job = jobs.FailAlways.perform_async()
    account.shows(job.id, "retried", "retried", "failed", task=jobs.FailAlways.name, error="never")


def test_a_soft_time_limit_times_out(account):
    job = jobs.SoftLimit.perform_async()
    account.shows(job.id, "timed_out", task=jobs.SoftLimit.name, error_type="SoftTimeLimitExceeded")
    assert account.worker.attempts(job.id)[0]["duration_seconds"] < 5


def test_a_hard_time_limit_times_out(account):
    job = jobs.HardLimit.perform_async()
    account.shows(job.id, "timed_out", task=jobs.HardLimit.name, error_type="TimeLimitExceeded")
    wait_until(lambda: child_exits(account, "timed_out"), 5)


def test_a_hard_time_limit_is_retried_like_an_error(account):
    job = jobs.HardLimitAlways.perform_async()
    account.shows(job.id, "retried", "timed_out", task=jobs.HardLimitAlways.name)


def test_a_job_whose_process_is_killed_is_lost(account):
    job = jobs.KillSelf.perform_async()
    account.shows(job.id, "lost", task=jobs.KillSelf.name, error_type="WorkerLostError")
    wait_until(lambda: child_exits(account, "killed"), 5)


def test_a_job_whose_process_is_killed_is_tried_again(account, module_notes):
    job = jobs.KillSelfOnce.perform_async("phoenix")
    account.shows(job.id, "retried", "succeeded", task=jobs.KillSelfOnce.name)
    assert "phoenix 1" in module_notes


def test_a_job_that_kills_every_process_is_lost_in_the_end(account):
    job = jobs.KillSelfAlways.perform_async()
    account.shows(job.id, "retried", "lost", task=jobs.KillSelfAlways.name)


def test_a_job_that_exits_its_process_is_lost(account):
    job = jobs.Exit.perform_async()
    account.shows(job.id, "lost", task=jobs.Exit.name)
    wait_until(lambda: child_exits(account, "error"), 5)


def test_a_job_that_exits_its_process_is_tried_again(account, module_notes):
    job = jobs.ExitOnce.perform_async("leaver")
    account.shows(job.id, "retried", "succeeded", task=jobs.ExitOnce.name)
    assert "leaver 1" in module_notes


@pytest.mark.parametrize(
    ("job_class", "outcomes"),
    [(jobs.OutOfMemory, ("failed",)), (jobs.OutOfMemoryAlways, ("retried", "failed"))],
)
def test_a_job_out_of_memory_fails_and_the_worker_goes_on(account, job_class, outcomes):
    job = job_class.perform_async()
    account.shows(job.id, *outcomes, task=job_class.name, error_type="MemoryError")
    after = jobs.Note.perform_async("still here")
    wait_until(lambda: account.worker.attempts(after.id), 5)


def test_a_result_that_is_no_json_fails(account):
    job = jobs.Unserialisable.perform_async()
    account.shows(job.id, "failed", task=jobs.Unserialisable.name)
    assert "JSON" in account.dead(job.id).error


def test_a_rejected_job_is_discarded(account):
    job = jobs.RejectIt.perform_async()
    account.shows(job.id, "rejected", task=jobs.RejectIt.name)


def test_rejecting_for_another_try_ends_when_the_retries_are_used_up(account):
    job = jobs.RejectIt.perform_async(requeue=True)
    account.shows(job.id, "retried", "rejected", task=jobs.RejectIt.name)


def test_an_ignored_job_counts_as_succeeded(account):
    job = jobs.IgnoreIt.perform_async()
    account.shows(job.id, "succeeded", task=jobs.IgnoreIt.name)


def test_an_exception_nobody_can_pickle_fails_under_its_name(account):
    job = jobs.FailUnpicklably.perform_async()
    account.shows(job.id, "failed", task=jobs.FailUnpicklably.name, error_type="OddError")


def test_an_exception_nobody_can_pickle_is_retried(account):
    job = jobs.FailUnpicklablyAlways.perform_async()
    task = jobs.FailUnpicklablyAlways.name
    account.shows(job.id, "retried", "failed", task=task, error_type="OddError")


def test_an_error_whose_text_is_no_utf_8_is_retried_and_ends(account):
    job = jobs.FailOnAFile.perform_async()
    error = r"caf\udce9.txt"
    account.shows(job.id, "retried", "failed", task=jobs.FailOnAFile.name, error=error)
    assert account.dead(job.id).error == error


def test_arguments_that_do_not_fit_fail_like_any_error(account):
    job = send(jobs.Fail, "one", "two", "three")
    account.shows(job.id, "failed", task=jobs.Fail.name, error_type="TypeError")


def at(line):
    from datetime import datetime

    return datetime.fromisoformat(line["timestamp"]).timestamp()


def child_exits(account, reason):
    return account.worker.metric("headcount_worker_child_exits_total", reason=reason)


def send(worker, *args):
    from workers.process_app import process_app

    return process_app().send_task(worker.name, args)
