"""The same judge on kombu's stock transport: it sees losses and repeats, so it would see ours."""

from contextlib import suppress
from itertools import count

import pytest

from tests.chaos.enqueuer import Enqueuer
from tests.chaos.fleet import Fleet
from tests.chaos.jobs import ENDS
from tests.chaos.judge import judge_runs
from tests.chaos.record import END, read_runs
from tests.chaos.silences import Silences
from tests.chaos.stock_celery import StockProcess, app
from tests.notes import Notes
from tests.waiting import wait_until

BACK_SECONDS = 6
"""Two leases of the other tests. Jobs acknowledged late would be back after kombu's hour."""


@pytest.fixture
def notes(tmp_path):
    return Notes(tmp_path / "notes")


@pytest.fixture
def stock(own_broker, tmp_path, notes):
    """Start a fleet of plain Celery workers; ``acks_late`` as named."""
    silences, numbers, fleets = Silences(), count(), []

    def start(acks_late):
        variables = {"CELERY_BROKER_URL": own_broker.url, "NOTES": notes.path, "PYTHONPATH": "."}
        variables |= {"CHAOS_ACKS_LATE": "1" if acks_late else ""}
        one = lambda: StockProcess(tmp_path / f"stock-{next(numbers)}.log", variables)  # noqa: E731
        fleets.append(Fleet(one, silences))
        return fleets[0], silences

    yield start
    for worker in [worker for fleet in fleets for worker in fleet.workers]:
        worker.kill()


@pytest.mark.parametrize("acks_late", [False, True], ids=["acks early", "acks late"])
def test_the_judge_sees_jobs_that_a_killed_stock_worker_loses(own_broker, stock, notes, acks_late):
    fleet, silences = stock(acks_late)
    fleet.add(1)
    enqueuer = Enqueuer()
    enqueue_naps(own_broker, enqueuer, 20, seconds=1)
    wait_until(lambda: len(read_runs(notes.path)) >= 4, 10)
    fleet.kill(fleet.workers[0])
    fleet.wait_until_ready()
    runs = all_that_end(notes, len(enqueuer.accepted))
    verdict = judge_runs(enqueuer, runs, silences)
    print(verdict)
    assert len(verdict.lost) >= 4


def test_the_judge_sees_jobs_that_run_twice_after_a_lost_connection(own_broker, stock, notes):
    fleet, silences = stock(acks_late=True)
    fleet.add(2)
    enqueuer = Enqueuer()
    enqueue_naps(own_broker, enqueuer, 4, seconds=3)
    wait_until(lambda: len(read_runs(notes.path)) == 4, 10)
    own_broker.client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    runs = all_that_end(notes, len(enqueuer.accepted) + 1)
    verdict = judge_runs(enqueuer, runs, silences)
    print(verdict)
    assert verdict.repeated
    assert verdict.doubled


def enqueue_naps(broker, enqueuer, count, seconds):
    with app.connection_for_write(broker.url) as connection:
        for n in range(count):
            send = lambda n=n: app.send_task(  # noqa: E731
                "tests.chaos.stock_celery.nap", (f"nap-{n}", seconds), connection=connection
            )
            enqueuer.record(f"nap-{n}", ENDS, send)


def all_that_end(notes, wanted):
    """Wait until so many runs have ended, or none did for a while; return all runs."""
    with suppress(pytest.fail.Exception):
        wait_until(lambda: ends(notes) >= wanted, BACK_SECONDS)
    return read_runs(notes.path)


def ends(notes):
    return sum(words[0] == END for words in notes.words())
