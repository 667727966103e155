"""The FastAPI example: uvicorn, a worker and a broker, all real."""

import os
import time

import pytest

from tests.waiting import wait_until

INVOICE = "examples.web_app.jobs.SendInvoice"


def lines_of(worker, job_id, event):
    """Return the worker's lines about one event of one job."""
    return [line for line in worker.lines(event) if line.get("job_id") == job_id]


def wait_for_end(worker, job_id):
    """Return the canonical line of the job's only attempt."""
    return wait_until(lambda: lines_of(worker, job_id, "job_finished"), 20)[0]


def test_a_requests_id_follows_it_into_its_job_and_is_echoed(broker, run_web, run_worker, tmp_path):
    web, worker = run_web(broker.url), run_worker(broker.url)
    answer = web.post("/invoices/7?urgent=true", request_id="checkout-42")
    assert (answer.status, answer.headers["x-request-id"]) == (202, "checkout-42")
    job_id = answer.body["job_id"]
    end = wait_for_end(worker, job_id)
    assert (end["outcome"], end["task"], end["queue"]) == ("succeeded", INVOICE, "critical")
    assert end["correlation_id"] == "checkout-42"
    assert [line["correlation_id"] for line in lines_of(worker, job_id, "invoice sent")] == [
        "checkout-42"
    ]
    letter = tmp_path / "headcount-shop" / "outbox" / "invoice-7.txt"
    assert letter.read_text() == "URGENT: invoice 7\n"


def test_a_job_can_be_enqueued_for_later(broker, run_web, run_worker):
    web, worker = run_web(broker.url), run_worker(broker.url)
    asked_at = time.time()
    answer = web.post("/pictures/cat.jpg/thumbnail?width=64&delay_seconds=1")
    end = wait_for_end(worker, answer.body["job_id"])
    assert time.time() - asked_at >= 1
    assert end["outcome"] == "succeeded"
    assert end["arguments"] == {"picture": "cat.jpg", "width": 64}
    assert end["correlation_id"] == answer.headers["x-request-id"]


def test_an_invoice_clicked_twice_is_sent_once(broker, run_web):
    web = run_web(broker.url)
    first, second = (web.post("/invoices/7").body["job_id"] for _ in range(2))
    assert first == second
    assert broker.client.llen("critical") == 1


def test_without_a_broker_it_answers_503_soon_and_recovers(own_broker, run_web):
    web = run_web(own_broker.url)
    assert web.post("/invoices/1").status == 202
    own_broker.stop()
    asked_at = time.monotonic()
    answer = web.post("/invoices/2", request_id="unlucky-1")
    assert time.monotonic() - asked_at < 10
    assert (answer.status, answer.headers["retry-after"]) == (503, "10")
    assert answer.headers["x-request-id"] == "unlucky-1"
    assert answer.body["detail"].startswith(f"{INVOICE} was not enqueued: ")
    assert "\n" not in answer.body["detail"]
    assert "Traceback" not in web.text()
    own_broker.start()
    wait_until(lambda: web.post("/invoices/2").status == 202, 10)


def test_a_frozen_broker_is_given_up_within_ten_seconds(own_broker, run_web):
    web = run_web(own_broker.url)
    assert web.post("/invoices/1").status == 202
    own_broker.freeze()
    asked_at = time.monotonic()
    assert web.post("/invoices/2").status == 503
    assert time.monotonic() - asked_at < 10


def test_without_a_setting_it_says_which(run_web):
    answer = run_web(None).post("/invoices/1")
    assert answer.status == 503
    assert answer.body["detail"].startswith("CELERY_BROKER_URL is not set")


def test_the_nightly_job_deletes_what_is_old_enough(tmp_path, monkeypatch):
    from examples.web_app import jobs

    monkeypatch.setattr(jobs, "SHOP", tmp_path)
    (tmp_path / "outbox").mkdir()
    old, young = (tmp_path / "outbox" / name for name in ("old", "young"))
    for path in (old, young):
        path.touch()
    then = time.time() - (jobs.KEEP_DAYS + 1) * 86400
    os.utime(old, (then, then))
    jobs.CleanUp.perform()
    assert list((tmp_path / "outbox").iterdir()) == [young]


@pytest.mark.parametrize("path", ["/invoices/seven", "/pictures/cat.jpg/thumbnail?width=wide"])
def test_wrong_input_is_refused_and_nothing_is_enqueued(broker, run_web, path):
    assert run_web(broker.url).post(path).status == 422
    assert not broker.client.exists("critical", "default", "low")
