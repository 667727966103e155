"""Workers are replaced one after the other under load, as a deployment does it."""

import threading

import pytest

from tests import sample_jobs as jobs
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("enqueues_here")

RESTARTS = 10


def test_ten_rolling_restarts_under_load_lose_and_double_nothing(broker, start, notes):
    expected, done = set(), threading.Event()

    def load():
        number = 0
        while not done.wait(0.04):
            jobs.Nap.perform_async(0.05, number)
            expected.add(str(number))
            number += 1

    serving = [start("worker", broker_url=broker.url)]
    enqueuing = threading.Thread(target=load)
    enqueuing.start()
    try:
        for _ in range(RESTARTS):
            serving.append(start("worker", broker_url=broker.url))
            before = len(notes.lines())
            wait_until(lambda before=before: len(notes.lines()) > before + 10, 20)
            assert serving[-2].stop(20) == 0
    finally:
        done.set()
        enqueuing.join(10)
    wait_until(lambda: not broker.pending(), 30)
    ends = [words[2] for words in notes.words() if words[0] == "end"]
    assert len(expected) > 10 * RESTARTS
    assert sorted(ends) == sorted(expected)
    assert broker.ledger("default").succeeded == len(expected)
    assert broker.drifts() == {}
    outcomes = [line["outcome"] for worker in serving for line in worker.finished()]
    assert outcomes == ["succeeded"] * len(expected)
