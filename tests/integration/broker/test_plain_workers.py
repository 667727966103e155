"""Plain Celery workers and publishers beside ours on one broker: nothing is lost or doubled."""

import time
from collections import Counter
from itertools import count

import pytest

from service.broker import keys
from tests import sample_jobs as jobs
from tests.integration.broker import plain_worker
from tests.integration.broker.plain_worker import PlainWorker
from tests.waiting import wait_until
from workers.process_app import process_app

AN_HOUR = 3600
LEASE_SECONDS = 3

pytestmark = pytest.mark.usefixtures("enqueues_here")


@pytest.fixture
def start_plain(broker, tmp_path, notes):
    """Start plain Celery workers; ``start_plain(PLAIN_ACKS_LATE=1)``."""
    numbers, started = count(), []

    def start(**variables):
        variables = {"CELERY_BROKER_URL": broker.url, "NOTES": notes.path, **variables}
        started.append(PlainWorker(tmp_path / f"plain-{next(numbers)}.log", variables))
        return started[-1].wait_until_ready()

    yield start
    for worker in started:
        if not worker.ended:
            worker.kill_all()


@pytest.fixture
def delay(broker):
    """Enqueue as a plain Celery application does; the job's id."""

    def send(task, *args, queue="default", **options):
        with plain_worker.app.connection_for_write(broker.url) as connection:
            options |= {"queue": queue, "connection": connection}
            return plain_worker.app.send_task(task.name, args, **options).id

    return send


def test_every_job_runs_once_whoever_enqueued_and_whoever_takes_it(
    broker, start, start_plain, delay, notes
):
    dead = jobs.Fail.perform_async()
    ours = start("worker", broker_url=broker.url)
    wait_until(lambda: ours.attempts(dead.id), 10)
    complaints_before = complaints(ours)
    plain = start_plain()
    counted = [jobs.Nap.perform_async(0.05, f"ours-{n}").id for n in range(30)]
    counted += [jobs.CriticalNap.perform_async(0.05, f"urgent-{n}").id for n in range(10)]
    counted += [jobs.Nap.perform_in(1, 0.05, f"later-{n}").id for n in range(10)]
    uncounted = [delay(jobs.Nap, 0.05, f"plain-{n}") for n in range(30)]
    uncounted += [delay(jobs.CriticalNap, 0.05, f"rush-{n}", queue="critical") for n in range(10)]
    delayed = [delay(jobs.Nap, 0.05, f"held-{n}", countdown=1) for n in range(10)]
    uncounted += delayed
    wait_until(lambda: ends(notes) >= 100 and at_rest(broker), 30)

    assert set(Counter(notes.lines()).values()) == {1}
    assert ends(notes) == 100
    done_by_ours = {line["job_id"] for line in ours.finished()} - {dead.id}
    assert plain.succeeded() + len(done_by_ours) == 100
    assert 0 < plain.succeeded() < 100, "one of them did nothing"
    assert not done_by_ours - {*counted, *uncounted}
    assert [job.id for job in broker.dead_jobs()] == [dead.id]
    check_books(broker, done_by_ours, set(counted), set(uncounted), set(delayed))
    assert (ours.ended, plain.ended) == (False, False)
    assert not plain.complained()
    assert complaints(ours) == complaints_before
    assert (ours.stop(), plain.stop()) == (0, 0)


def test_plain_jobs_are_missing_in_the_ledger_only_until_they_are_taken(broker, start, delay):
    for n in range(3):
        delay(jobs.Nap, 0, n)
    assert broker.drifts() == {"default": -3}
    start("worker", broker_url=broker.url)
    wait_until(lambda: broker.ledger("default").succeeded == 3, 10)
    assert broker.drifts() == {}


def test_drift_left_by_plain_workers_is_set_right_by_hand(broker, start_plain, notes):
    plain = start_plain()
    for n in range(3):
        jobs.Nap.perform_async(0, n)
    wait_until(lambda: ends(notes) == 3 and at_rest(broker), 10)
    assert plain.stop() == 0
    assert broker.drifts() == {"default": 3}
    broker.client.hincrby(keys.LEDGER, "default:moved", 3)
    assert broker.drifts() == {}


def test_what_a_killed_plain_worker_held_comes_back_after_an_hour(
    broker, start, start_plain, delay, notes
):
    plain = start_plain(PLAIN_ACKS_LATE=1)
    jobs.Nap.perform_async(1, "ours")
    delay(jobs.Nap, 1, "plain")
    wait_until(lambda: len(notes.lines()) == 2, 10)
    plain.kill_all()
    assert broker.client.hlen(keys.UNACKED) == 2
    pass_time(broker, AN_HOUR + 1)
    ours = start("worker", broker_url=broker.url)
    wait_until(lambda: ends(notes) == 2 and at_rest(broker), 20)
    assert sorted(notes.lines()) == sorted(
        ["start 1 ours", "start 1 plain"] * 2 + ["end 1 ours", "end 1 plain"]
    )
    assert broker.ledger("default").succeeded == 2
    assert broker.drifts() == {}
    assert complaints(ours) == []


def test_a_plain_worker_that_is_stopped_gives_back_what_it_holds(
    broker, start, start_plain, delay, notes
):
    plain = start_plain()
    delay(jobs.Nap, 0, "plain", countdown=4)
    wait_until(lambda: broker.client.hlen(keys.UNACKED) == 1, 10)
    assert plain.stop() == 0
    start("worker", broker_url=broker.url)
    wait_until(lambda: ends(notes) == 1 and at_rest(broker), 15)
    assert broker.drifts() == {}


def test_a_plain_worker_s_own_restoring_leaves_renewed_leases_alone(
    broker, start, start_plain, notes
):
    ours = start("worker", broker_url=broker.url, HEADCOUNT_LEASE_SECONDS=LEASE_SECONDS)
    job = jobs.Nap.perform_async(2.5 * LEASE_SECONDS)
    wait_until(notes.lines, 10)
    start_plain(PLAIN_VISIBILITY_SECONDS=LEASE_SECONDS)
    wait_until(lambda: ours.attempts(job.id), 15)
    assert len(notes.lines()) == 2
    assert broker.ledger("default").succeeded == 1
    assert broker.drifts() == {}


def test_plain_workers_take_over_what_the_last_of_ours_held(broker, start, start_plain, notes):
    ours = start("worker", broker_url=broker.url)
    jobs.Nap.perform_async(1, "ours")
    wait_until(notes.lines, 10)
    ours.kill()
    pass_time(broker, AN_HOUR + 1)
    plain = start_plain(PLAIN_VISIBILITY_SECONDS=AN_HOUR)
    wait_until(lambda: ends(notes) == 1 and at_rest(broker), 15)
    assert notes.lines() == ["start 1 ours"] * 2 + ["end 1 ours"]
    assert not plain.complained()


def test_a_plain_worker_sees_a_scheduled_job_only_once_a_sidecar_has_promoted_it(
    broker, start, start_plain, delay, notes
):
    plain = start_plain()
    jobs.Nap.perform_in(0.2, 0, "scheduled")
    delay(jobs.Nap, 0.5, "meanwhile")
    wait_until(lambda: "end 0.5 meanwhile" in notes, 10)
    assert broker.queue("default").scheduled == 1
    start("sidecar", broker_url=broker.url)
    wait_until(lambda: "end 0 scheduled" in notes and at_rest(broker), 10)
    assert plain.succeeded() == 2


def test_a_plain_job_with_an_eta_waits_in_the_broker_and_outlives_the_worker(
    broker, start, delay, notes
):
    first = start("worker", broker_url=broker.url)
    due = time.time() + 6
    job_id = delay(jobs.NoteTime, countdown=6)
    wait_until(lambda: broker.queue("default").scheduled == 1, 5, "not on the schedule")
    first.kill()
    assert broker.drifts() == {}
    second = start("worker", broker_url=broker.url)
    wait_until(lambda: second.attempts(job_id), 12)
    [line] = notes.lines()
    assert 0 <= float(line) - due < 2
    [attempt] = second.attempts(job_id)
    assert (attempt["outcome"], attempt["attempt"]) == ("succeeded", 1)
    assert attempt["wait_seconds"] < 2
    assert broker.drifts() == {}


def test_plain_jobs_with_a_priority_are_left_to_plain_workers(
    broker, start, start_plain, delay, notes
):
    start("worker", broker_url=broker.url)
    delay(jobs.Nap, 0, "privileged", priority=9)
    delay(jobs.Nap, 0, "usual")
    wait_until(lambda: "end 0 usual" in notes and at_rest(broker), 10)
    assert broker.client.llen("default\x06\x169") == 1
    start_plain()
    wait_until(lambda: "end 0 privileged" in notes, 10)


def test_a_job_that_a_plain_worker_retries_is_still_the_same_job(broker, start, start_plain, notes):
    plain = start_plain()
    job = process_app().send_task(jobs.plain_retry.name, ("again",))
    wait_until(lambda: plain.said("Retry in 1s"), 10)
    assert plain.stop() == 0
    ours = start("worker", broker_url=broker.url)
    wait_until(lambda: ours.attempts(job.id), 15)
    wait_until(lambda: at_rest(broker), 5)
    assert notes.lines() == ["again 0", "again 1"]
    assert ours.outcomes(job.id) == ["failed"]
    assert broker.drifts() == {}


def check_books(broker, done_by_ours, counted, uncounted, delayed):
    """``delayed`` plain jobs may have been adopted, scheduled, and then run by a plain worker."""
    drift = sum(broker.drifts().values())
    adopted_in_vain = drift - len(counted - done_by_ours)
    assert 0 <= adopted_in_vain <= len(delayed - done_by_ours)
    ledgers = [broker.ledger(queue) for queue in ("critical", "default")]
    adopted = len(uncounted & done_by_ours) + adopted_in_vain
    assert sum(ledger.succeeded for ledger in ledgers) == len(done_by_ours)
    assert sum(ledger.dead for ledger in ledgers) == 1
    assert sum(ledger.enqueued for ledger in ledgers) == 1 + len(counted) + adopted


def pass_time(broker, seconds):
    """Let every job held have been taken so much earlier."""
    for tag in broker.client.zrange(keys.UNACKED_INDEX, 0, -1):
        broker.client.zincrby(keys.UNACKED_INDEX, -seconds, tag)


def at_rest(broker):
    """Whether no job waits, and neither kind of worker holds one."""
    held = broker.client.hlen(keys.UNACKED) + broker.client.zcard(keys.UNACKED_INDEX)
    return not held and not broker.pending()


def ends(notes):
    return sum(words[0] == "end" for words in notes.words())


def complaints(worker):
    return [line for line in worker.lines() if line["level"] in ("error", "critical")]
