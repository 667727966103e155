"""Jobs that somebody called off, or that came too late: discarded, and never begun again."""

from tests import sample_jobs as jobs
from tests.waiting import wait_until
from workers.process_app import process_app


def test_a_job_revoked_while_it_waits_is_never_begun(account, module_notes):
    blockers = [jobs.Nap.perform_async(1.5) for _ in range(2)]
    wait_until(lambda: account.broker.queue("default").leased == 2, 10)
    job = jobs.Note.perform_async("revoked while waiting")
    revoke(job.id)
    account.settle(3)
    assert account.worker.outcomes(job.id) == ["revoked"]
    assert [account.worker.outcomes(one.id) for one in blockers] == [["succeeded"]] * 2
    assert "revoked while waiting" not in module_notes
    assert account.ledger("default") == {"enqueued": 3, "succeeded": 2, "discarded": 1}
    assert account.broker.drifts() == {}


def test_a_running_job_is_revoked_with_its_process(account, module_notes):
    job = jobs.Nap.perform_async(31)
    wait_until(lambda: "start 31 None" in module_notes, 10)
    revoke(job.id, terminate=True, signal="SIGKILL")
    account.shows(job.id, "revoked", task=jobs.Nap.name)
    assert "end 31 None" not in module_notes


def test_a_running_job_is_revoked_by_a_signal_it_could_catch(account, module_notes):
    job = jobs.Nap.perform_async(32)
    wait_until(lambda: "start 32 None" in module_notes, 10)
    revoke(job.id, terminate=True)
    account.shows(job.id, "revoked", task=jobs.Nap.name)
    assert "end 32 None" not in module_notes


def test_a_scheduled_job_is_revoked_when_it_is_due(account, module_notes):
    job = jobs.Note.perform_in(1, "revoked on schedule")
    revoke(job.id)
    account.shows(job.id, "revoked", task=jobs.Note.name)
    assert "revoked on schedule" not in module_notes


def test_a_job_that_comes_too_late_expires(account, module_notes):
    job = jobs.ShortLived.perform_async()
    account.shows(job.id, "expired", task=jobs.ShortLived.name)
    assert "too late" not in module_notes


def test_a_job_expires_while_it_waits_for_a_slot(account, module_notes):
    blockers = [jobs.Nap.perform_async(1.5) for _ in range(2)]
    wait_until(lambda: account.broker.queue("default").leased == 2, 10)
    job = jobs.LivesASecond.perform_async()
    account.settle(3)
    assert account.worker.outcomes(job.id) == ["expired"]
    assert [account.worker.outcomes(one.id) for one in blockers] == [["succeeded"]] * 2


def test_a_delayed_job_expires_only_after_its_due_time(account):
    job = jobs.LivesASecond.perform_in(1.5)
    account.shows(job.id, "succeeded", task=jobs.LivesASecond.name)


def revoke(job_id, **options):
    process_app().control.revoke(job_id, reply=True, timeout=1, **options)
