"""Brokers behind TLS: certificates are checked, and long replies arrive whole."""

import psutil
import pytest

from service.errors import EnqueueError
from tests import sample_jobs as jobs
from tests.integration.broker.whole_round import WholeRound
from tests.tls_front import Certificates, TlsFront
from tests.waiting import wait_until
from workers.process_app import process_app

LONGER_THAN_A_RECORD = 300_000
"""Characters; a TLS record holds 16,384 bytes."""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def front(broker, certificates):
    with TlsFront(broker.port, certificates) as front:
        yield front


@pytest.fixture
def whole(broker, front, certificates, start, enqueue_on, notes):
    url = f"rediss://127.0.0.1:{front.port}/0?ssl_ca_certs={certificates.authority}"
    return WholeRound(url, broker, start, enqueue_on, notes)


def test_everything_works_over_tls(broker, front, whole):
    worker = whole.start("worker")
    whole.perform_jobs(worker)
    whole.look()
    assert worker.stop(15) == 0
    assert broker.drifts() == {}


def test_nothing_is_sent_around_the_tls_that_was_asked_for(broker, front, whole):
    worker = whole.start("worker")
    wait_until(lambda: broker.client.hlen("headcount:workers") == 1, 5)
    everyone = [psutil.Process(worker.pid), *worker.children()]
    reached = {one.raddr.port for process in everyone for one in process.net_connections()
               if one.status == psutil.CONN_ESTABLISHED}  # fmt: skip
    assert front.port in reached
    assert broker.port not in reached


@pytest.mark.parametrize("pool", ["prefork", "threads", "solo"])
def test_replies_longer_than_a_tls_record_are_read_whole_and_at_once(broker, whole, notes, pool):
    worker = whole.start("worker", "--pool", pool, HEADCOUNT_PREFETCH=10)
    jobs.Note.perform_bulk([(n, "x" * LONGER_THAN_A_RECORD) for n in range(30)])
    wait_until(lambda: len(worker.finished()) == 30, 20)
    wait_until(lambda: not broker.pending(), 5)
    assert {line["outcome"] for line in worker.finished()} == {"succeeded"}
    assert worker.metric("headcount_broker_reconnects_total") == 0
    assert broker.drifts() == {}
    waits = [line["wait_seconds"] for line in worker.finished()]
    assert max(waits) < 10


def test_an_idle_worker_wakes_at_once_over_tls(broker, whole, notes):
    worker = whole.start("worker")
    for n in range(5):
        job = jobs.Note.perform_async(n)
        wait_until(lambda one=job: worker.attempts(one.id), 5)
        assert worker.attempts(job.id)[0]["wait_seconds"] < 0.5


def test_remote_control_works_over_tls(whole):
    worker = whole.start("worker")
    for _ in range(3):
        [answer] = process_app().control.ping(timeout=2)
        assert list(answer.values()) == [{"ok": "pong"}]
    assert not worker.said("Traceback")


@pytest.mark.parametrize(
    "options",
    ["", "?ssl_cert_reqs=required", "?ssl_ca_certs={other}"],
    ids=["none", "required", "other"],
)
def test_an_unknown_authority_is_refused_in_one_line(
    broker, front, start, enqueue_on, notes, tmp_path, options
):
    other = Certificates(tmp_path / "other").authority
    url = f"rediss://:5ECR3T@127.0.0.1:{front.port}/0{options.format(other=other)}"
    whole = WholeRound(url, broker, start, enqueue_on, notes)
    status, checked = whole.headcount("check")
    [line] = [line for line in checked.splitlines() if line.startswith("problem")]
    assert status == 1
    assert line.startswith(f"problem  broker: rediss://127.0.0.1:{front.port}/0: ")
    assert "certificate verify failed" in line.lower()
    with pytest.raises(EnqueueError, match=r"(?i)certificate verify failed") as caught:
        jobs.Note.perform_async("never")
    assert "5ECR3T" not in f"{caught.value}{checked}"
    assert broker.pending() == 0


def test_a_certificate_of_another_host_is_refused_unless_told_otherwise(
    broker, front, certificates, start, enqueue_on, notes
):
    url = f"rediss://localhost:{front.port}/0?ssl_ca_certs={certificates.authority}"
    whole = WholeRound(url, broker, start, enqueue_on, notes)
    refused = whole.headcount("enqueue", "tests.sample_jobs.Note")
    assert refused[0] == 1
    assert "hostname mismatch" in refused[1].lower()
    whole.url += "&ssl_check_hostname=false"
    assert whole.headcount("enqueue", "tests.sample_jobs.Note")[0] == 0
    assert broker.queue("default").ready == 1


def test_a_broker_may_ask_for_the_client_s_certificate(
    broker, certificates, start, enqueue_on, notes
):
    with TlsFront(broker.port, certificates, clients_ca=True) as front:
        url = f"rediss://127.0.0.1:{front.port}/0?ssl_ca_certs={certificates.authority}"
        whole = WholeRound(url, broker, start, enqueue_on, notes)
        assert whole.headcount("enqueue", "tests.sample_jobs.Note")[0] == 1
        whole.url += f"&ssl_certfile={certificates.certificate}&ssl_keyfile={certificates.key}"
        assert whole.headcount("enqueue", "tests.sample_jobs.Note")[0] == 0
    assert broker.queue("default").ready == 1
