"""The Flask example on a real broker."""

import time

import pytest

from service.broker.keys import LEDGER
from tests.waiting import wait_until


@pytest.fixture
def client():
    from examples.flask_app import create_app

    return create_app().test_client()


def test_a_requests_id_follows_it_into_its_job_and_is_echoed(
    broker, enqueues_here, client, run_worker
):
    worker = run_worker(broker.url)
    answer = client.post("/invoices/7", headers={"X-Request-ID": "flask-42"})
    assert (answer.status_code, answer.headers["X-Request-ID"]) == (202, "flask-42")
    end = wait_until(worker.finished, 20)[0]
    assert (end["job_id"], end["outcome"]) == (answer.json["job_id"], "succeeded")
    assert end["correlation_id"] == "flask-42"


def test_without_a_broker_it_answers_503_soon(own_broker, enqueue_on, client):
    enqueue_on(own_broker)
    own_broker.stop()
    asked_at = time.monotonic()
    answer = client.post("/invoices/7")
    assert time.monotonic() - asked_at < 10
    assert answer.status_code == 503
    assert "was not enqueued" in answer.json["detail"]


def test_wrong_input_is_refused_and_nothing_is_enqueued(broker, enqueues_here, client):
    assert client.post("/invoices/seven").status_code == 404
    assert not broker.client.exists("critical", LEDGER)
