"""Whoever reaches the broker can write anything there: no worker falls over it, or tells of it."""

import os
import random
import subprocess
import sys
import time

import pytest

from service.broker import keys
from tests import sample_jobs as jobs
from tests.broker_process import BrokerProcess
from tests.enqueuing import enqueuing_on
from tests.headcount_process import ROOT, Processes
from tests.integration.jobs.hostile_messages import SECRET, hostile_messages
from tests.waiting import wait_until

SEED = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(10**6))
ROUNDS = int(os.environ.get("FUZZ_ROUNDS") or 6)
QUEUES = ("critical", "default", "low")
MEMORY = 250 * 2**20
"""Of growth: the largest message is read whole, and looked at in a few copies."""


class Aftermath:
    """A worker, after it was given all of them; ``good`` are the jobs that ran between them."""

    def __init__(self, broker, processes):
        self.broker, self.processes = broker, processes
        self.worker = processes.start("worker", broker_url=broker.url, HEADCOUNT_LOG_LEVEL="debug")
        self.before = sum(self.worker.memory_bytes().values())
        self.peak, self.pushed, self.good = self.before, 0, []
        self._attack(random.Random(SEED))
        wait_until(self._over, 60, f"FUZZ_SEED={SEED}: jobs are left")

    def _attack(self, dice):
        for item in hostile_messages(SEED, ROUNDS):
            queue = dice.choice(QUEUES)
            if dice.random() < 0.2:
                due = dice.choice([0, "-inf", time.time() + dice.random()])
                self.pushed += self.broker.client.zadd(keys.scheduled(queue), {item: due})
            else:
                self.broker.push(queue, item)
                self.pushed += 1
            if dice.random() < 0.2:
                self.good.append(dice.choice(GOOD).perform_async(len(self.good)).id)

    def _over(self):
        assert not self.worker.ended, f"FUZZ_SEED={SEED}"
        self.peak = max(self.peak, sum(self.worker.memory_bytes().values()))
        return not self.broker.pending()

    def headcount(self, *arguments, broker=None):
        environ = os.environ | {"CELERY_BROKER_URL": (broker or self.broker).url}
        return subprocess.run(
            [sys.executable, "-m", "service", *arguments], cwd=ROOT, timeout=60, text=True,
            env=environ, capture_output=True, check=False,
        )  # fmt: skip


GOOD = (jobs.Note, jobs.CriticalNote, jobs.LowNote)


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory):
    directory = tmp_path_factory.mktemp("hostile")
    with (
        BrokerProcess(directory / "broker") as broker,
        enqueuing_on(broker.url),
        Processes(directory) as processes,
    ):
        yield Aftermath(broker, processes)


def test_the_worker_and_its_children_are_still_there(aftermath):
    exits = aftermath.worker.samples("headcount_worker_child_exits_total")
    assert {labels["reason"]: n for labels, n in exits if n} == {}, f"FUZZ_SEED={SEED}"
    assert not aftermath.worker.ended


def test_its_memory_stays_bounded(aftermath):
    assert aftermath.peak - aftermath.before < MEMORY, f"FUZZ_SEED={SEED}"


def test_every_good_job_between_them_ran_once(aftermath):
    ended = [(line["job_id"], line["outcome"]) for line in aftermath.worker.finished()]
    wanted = [(job_id, "succeeded") for job_id in aftermath.good]
    assert sorted(end for end in ended if end[0] in aftermath.good) == sorted(wanted)
    ran = sorted(int(line) for line in aftermath.processes.notes.lines())
    assert ran == list(range(len(aftermath.good)))


def test_every_message_is_accounted_for(aftermath):
    ledgers = [state.ledger for state in aftermath.broker.queues().values()]
    assert aftermath.broker.drifts() == {}, f"FUZZ_SEED={SEED}"
    given = aftermath.pushed + len(aftermath.good)
    assert sum(one.enqueued - one.moved for one in ledgers) >= given
    dead = {job.id for job in aftermath.broker.dead_jobs()}
    assert len(dead) == sum(one.dead for one in ledgers)
    same = {job_id for job_id in dead if job_id.startswith("same-")}
    ends = [line for line in aftermath.worker.finished() if line["job_id"] not in same]
    died = {line["job_id"] for line in ends if line["outcome"] in ("failed", "unknown")}
    assert died == dead - same, f"FUZZ_SEED={SEED}"


def test_nothing_of_what_they_hold_is_told(aftermath):
    told = [line[:500] for line in aftermath.worker.text().splitlines() if SECRET in line]
    assert told == [], f"FUZZ_SEED={SEED}"
    records = aftermath.broker.client.hgetall(keys.DEAD_RECORDS).values()
    assert [one[:500] for one in records if SECRET.encode() in one] == []


def test_people_can_look_at_the_dead_try_them_again_and_drop_them(aftermath):
    total = len(aftermath.broker.dead_jobs())
    listed = aftermath.headcount("dead", "list", "--limit", "100000")
    assert f"{total} of {total} dead jobs" in listed.stdout, listed.stderr
    assert "\x1b" not in listed.stdout
    assert SECRET not in listed.stdout
    assert aftermath.headcount("dead", "retry", "--all").returncode == 0
    wait_until(lambda: not aftermath.broker.pending(), 60, f"FUZZ_SEED={SEED}")
    assert aftermath.broker.drifts() == {}
    assert not aftermath.worker.ended
    assert aftermath.headcount("dead", "drop", "--all").returncode == 0
    assert aftermath.broker.dead_jobs() == []


def test_looking_at_a_broker_full_of_them_works(aftermath, tmp_path):
    with BrokerProcess(tmp_path / "broker") as broker:
        for n, item in enumerate(hostile_messages(SEED, 1)):
            broker.push("default", item)
            broker.client.zadd(keys.scheduled("low"), {item: n})
            broker.client.zadd(keys.dead("default"), {f"dead-{n}": n})
            broker.client.hset(keys.DEAD_RECORDS, f"dead-{n}", item)
            broker.client.hset(keys.DEAD_MESSAGES, f"dead-{n}", item)
        for arguments in (
            ["check"],
            ["job", "same-1"],
            ["dead", "list"],
            ["dead", "retry", "--all"],
        ):
            done = aftermath.headcount(*arguments, broker=broker)
            assert "Traceback" not in done.stderr, (arguments, done.stderr)
            assert SECRET not in done.stdout + done.stderr, arguments
        assert broker.dead_jobs() == []
