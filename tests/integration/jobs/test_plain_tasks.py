"""Plain Celery tasks beside worker classes: run, retried, chained, and counted like the rest."""

from collections import Counter

import pytest
from celery import chain, chord, group

from tests.waiting import wait_until
from workers.process_app import process_app

TASK = "tests.sample_jobs.{}".format


def test_a_plain_task_succeeds(account):
    job = send("plain_note", "plain and simple")
    account.shows(job.id, "succeeded", task=TASK("plain_note"))


def test_a_plain_task_fails(account):
    job = send("plain_fail", "plain trouble")
    account.shows(job.id, "failed", task=TASK("plain_fail"), error="plain trouble")


def test_a_plain_retry_is_the_same_job_until_its_retries_are_used_up(account, module_notes):
    job = send("plain_retry", "plainly")
    account.shows(job.id, "retried", "failed", task=TASK("plain_retry"), error_type="ValueError")
    assert [line for line in module_notes.lines() if "plainly" in line] == [
        "plainly 0", "plainly 1",
    ]  # fmt: skip


def test_a_task_without_retries_left_fails_without_telling_its_arguments(account):
    job = send("plain_retry_silently", "S3CRET")
    error = "it has no retries left"
    account.shows(job.id, "failed", task=TASK("plain_retry_silently"), error=error)
    assert "S3CRET" not in account.worker.text()


def test_a_retry_into_another_queue_is_moved(account, module_notes):
    job = send("plain_move", "mover")
    account.settle(2)
    lines = account.worker.attempts(job.id)
    assert [(line["queue"], line["outcome"], line["attempt"]) for line in lines] == [
        ("default", "retried", 1), ("low", "succeeded", 2),
    ]  # fmt: skip
    assert "mover 1 low" in module_notes
    assert account.ledger("default") == {"enqueued": 1, "moved": 1}
    assert account.ledger("low") == {"enqueued": 1, "succeeded": 1}
    assert account.broker.drifts() == {}


def test_a_retry_with_other_arguments_is_the_same_job(account, module_notes):
    job = send("plain_change", 1)
    account.shows(job.id, "retried", "succeeded", task=TASK("plain_change"))
    assert "changed to 2" in module_notes
    assert "changed to 1" not in module_notes


def test_a_replaced_task_and_its_replacement_both_end(account, module_notes):
    job = send("plain_replace", "stand-in")
    account.settle(2)
    assert "stand-in" in module_notes
    assert account.processed() == Counter({
        ("default", TASK("plain_replace"), "succeeded"): 1,
        ("default", TASK("plain_note"), "succeeded"): 1,
    })  # fmt: skip
    assert {line["attempt"] for line in account.worker.attempts(job.id)} == {1}
    assert account.ledger("default") == {"enqueued": 2, "succeeded": 2}
    assert account.broker.drifts() == {}


def test_a_chain_runs_link_by_link(account, module_notes):
    chain(*(signature("plain_note", f"link {n}") for n in range(3))).apply_async()
    account.settle(3)
    assert [line for line in module_notes.lines() if "link" in line] == [
        "link 0", "link 1", "link 2",
    ]  # fmt: skip
    assert account.ledger("default") == {"enqueued": 3, "succeeded": 3}
    assert account.broker.drifts() == {}


def test_a_group_runs_side_by_side(account, module_notes):
    group(signature("plain_note", f"member {n}") for n in range(4)).apply_async()
    account.settle(4)
    assert sum("member" in line for line in module_notes.lines()) == 4
    assert account.ledger("default") == {"enqueued": 4, "succeeded": 4}


def test_a_chord_of_jobs_that_keep_results_is_summed_up(account, module_notes):
    header = [process_app().signature("tests.sample_jobs.Keep", (n,)) for n in (1, 2, 39)]
    body = process_app().signature(TASK("add"))
    sum_of = chord(header, body).apply_async()
    assert sum_of.get(timeout=10) == 42
    account.settle(4)
    assert "sum 42" in module_notes
    assert account.ledger("default") == {"enqueued": 4, "succeeded": 4}
    assert account.broker.drifts() == {}


def test_a_compressed_message_of_another_application_is_retried(account):
    from celery import Celery

    stranger = Celery("stranger", broker=account.broker.url)
    job = stranger.send_task(TASK("plain_retry"), ("zipped",), queue="default", compression="gzip")
    account.shows(job.id, "retried", "failed", task=TASK("plain_retry"), error_type="ValueError")


@pytest.mark.parametrize(
    "options", [{"countdown": 0.5}, {"queue": "low"}, {"priority": 9}, {"compression": "gzip"}]
)
def test_celery_s_own_ways_to_enqueue_are_counted(account, options):
    job = process_app().send_task(TASK("plain_note"), ("celery's way",), **options)
    queue = options.get("queue", "default")
    account.shows(job.id, "succeeded", task=TASK("plain_note"), queue=queue)


def test_a_job_of_an_application_that_knows_nothing_of_headcount_is_run_and_counted(
    account, module_notes
):
    from celery import Celery

    stranger = Celery("stranger", broker=account.broker.url)
    job = stranger.send_task(TASK("plain_note"), ("from a stranger",), queue="default")
    wait_until(lambda: "from a stranger" in module_notes, 10)
    account.shows(job.id, "succeeded", task=TASK("plain_note"))


def send(name, *args):
    return process_app().send_task(TASK(name), args)


def signature(name, *args):
    return process_app().signature(TASK(name), args, immutable=True)
