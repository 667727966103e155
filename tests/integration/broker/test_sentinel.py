"""Brokers behind Sentinel: whoever is master now gets the jobs, and none is lost on the way."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from service.errors import EnqueueError
from tests import sample_jobs as jobs
from tests.integration.broker.whole_round import WholeRound, get, page
from tests.sentinel_processes import MASTER_NAME, SentinelProcesses
from tests.waiting import wait_until
from workers.process_app import process_app

PASSWORD, SENTINELS_OWN = "p@ss5ECR3T", "wATCH5ECR3T"


@pytest.fixture
def down_after_milliseconds():
    return 1000


@pytest.fixture
def watched(tmp_path, down_after_milliseconds):
    with SentinelProcesses(
        tmp_path / "watched",
        password=PASSWORD,
        own_password=SENTINELS_OWN,
        down_after_milliseconds=down_after_milliseconds,
    ) as watched:
        yield watched


@pytest.fixture
def whole(watched, start, enqueue_on, notes, monkeypatch):
    variables = {
        "HEADCOUNT_SENTINEL_MASTER": MASTER_NAME,
        "HEADCOUNT_SENTINEL_PASSWORD": SENTINELS_OWN,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return WholeRound(watched.url, watched.master, start, enqueue_on, notes, **variables)


def test_everything_works_behind_sentinels(watched, whole):
    worker = whole.start("worker")
    whole.perform_jobs(worker)
    everyone = [worker, *whole.look()]
    [answer] = process_app().control.ping(timeout=1)
    assert list(answer.values()) == [{"ok": "pong"}]
    asked = process_app().control.inspect(timeout=2)
    for told in (asked.stats(), asked.conf(with_defaults=True)):
        assert "jobs" in str(told)
        assert "5ECR3T" not in str(told)
    assert worker.stop(15) == 0
    assert not [one.command for one in everyone if "5ECR3T" in one.text()]


def test_a_dead_sentinel_is_not_missed(watched, whole):
    watched.sentinels[0].kill()
    worker = whole.start("worker")
    whole.perform_jobs(worker)
    assert worker.stop(15) == 0


def test_a_failover_loses_no_job_and_runs_none_twice(watched, whole, notes):
    worker, sidecar = whole.start("worker"), whole.start("sidecar")
    flower = whole.start("flower")
    napping = [jobs.Nap.perform_async(3, n) for n in range(2)]
    waiting = [jobs.Note.perform_async("waited", n) for n in range(10)]
    retried = jobs.FailTwice.perform_async("retried")
    later = jobs.Note.perform_in(4, "later")
    wait_until(lambda: len(notes.lines()) == 2, 10)
    watched.wait_until_replicated()
    former = watched.master
    former.kill()
    with pytest.raises(EnqueueError):
        jobs.Note.perform_async("nobody leads")
    master = watched.wait_until_another_leads(former)
    after = [jobs.Note.perform_async("after", n) for n in range(5)]
    once = [*napping, *waiting, later, *after]
    # More than a lease: the answer to a reservation may have died with the master.
    wait_until(lambda: not master.pending(), 90, f"jobs are left: {worker.log}")
    assert not worker.ended
    ends = [tuple(worker.outcomes(job.id)) for job in once]
    assert set(ends) == {("succeeded",)}
    assert worker.outcomes(retried.id)[-1] == "succeeded"
    assert len(notes.lines()) == 2 * 2 + 10 + 3 + 1 + 5
    assert master.drifts() == {}
    wait_until(lambda: get(sidecar.http_port, "/health")["checks"]["ledger"]["status"] == "ok", 15)
    wait_until(lambda: page(flower.flower_port, "/broker").count("<td>critical</td>"), 15)
    wait_until(lambda: process_app().control.ping(timeout=1), 20)
    assert worker.stop(15) == 0


def test_jobs_follow_a_master_that_was_only_demoted(watched, whole, notes):
    """The former master lives on as a replica, and refuses what is written to it."""
    worker = whole.start("worker")
    before = jobs.Note.perform_async("before")
    wait_until(lambda: worker.attempts(before.id) and not watched.master.pending(), 10)
    watched.wait_until_replicated()
    former = watched.master
    watched.sentinels[0].client.execute_command("SENTINEL", "FAILOVER", MASTER_NAME)
    master = watched.wait_until_another_leads(former)
    wait_until(lambda: former.client.role()[0] == b"slave", 20)
    after = wait_until(enqueued, 20)
    wait_until(lambda: worker.attempts(after.id) and not master.pending(), 20)
    assert worker.outcomes(after.id) == ["succeeded"]
    assert master.drifts() == {}


@pytest.mark.parametrize("down_after_milliseconds", [200])  # sooner than enqueuers give up
def test_what_a_broker_did_while_another_took_over_is_not_believed(watched, whole, notes):
    """It hung, and does what it was sent when it goes on, as if it still led."""
    before = jobs.Note.perform_async("before")  # which connects
    watched.wait_until_replicated()
    former = watched.master
    former.freeze()
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(jobs.Note.perform_async, "asked", n) for n in range(4)]
        master = watched.wait_until_another_leads(former)
        former.thaw()
        accepted = [one.result().id for one in asked if one.exception() is None]
    worker = whole.start("worker")
    wait_until(lambda: not master.pending(), 20)
    ended = {line["job_id"] for line in worker.finished()}
    assert ended >= {before.id, *accepted}
    assert len(notes.lines()) == len(set(notes.lines()))


def test_a_broker_that_refuses_as_its_replicas_follow_another_is_left(
    tmp_path, enqueue_on, monkeypatch
):
    monkeypatch.setenv("HEADCOUNT_SENTINEL_MASTER", MASTER_NAME)
    options = {"min-replicas-to-write": 1}
    with SentinelProcesses(
        tmp_path / "three", replicas=2, options=options, down_after_milliseconds=200
    ) as three:
        enqueue_on(three)
        jobs.Note.perform_async("before")  # which connects
        three.wait_until_replicated()
        former = three.master
        former.freeze()
        master = three.wait_until_another_leads(former)
        wait_until(lambda: master.client.info("replication")["min_slaves_good_slaves"], 20)
        former.thaw()
        wait_until(lambda: refuses(former), 10)
        jobs.Note.perform_async("after")
        assert master.queue("default").ready == 2


def refuses(broker):
    """Whether it takes no writes, and has not been told that another leads."""
    if broker.client.role()[0] != b"master":
        pytest.skip("it has been told already")
    try:
        broker.client.set("written", 1)
    except redis.ResponseError as error:
        return "NOREPLICAS" in str(error)
    return False


def test_a_wrong_name_of_the_master_is_said(whole):
    whole.variables["HEADCOUNT_SENTINEL_MASTER"] = "another"
    status, checked = whole.headcount("check")
    assert status == 1
    assert "No master found for 'another'" in checked
    assert "5ECR3T" not in checked


def enqueued():
    try:
        return jobs.Note.perform_async("after")
    except EnqueueError:
        return None
