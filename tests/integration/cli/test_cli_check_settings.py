"""The self-check of the environment: names, values that do not fit, places that do not answer."""

import json
import time

import pytest

from tests.broker_process import BrokerProcess
from tests.integration.cli.findings import findings
from tests.tls_front import Certificates, TlsFront

KUBERNETES = {
    "HEADCOUNT_SERVICE_HOST": "10.0.0.1",
    "HEADCOUNT_SERVICE_PORT_HTTP": "8000",
    "HEADCOUNT_PORT": "tcp://10.0.0.1:8000",
    "HEADCOUNT_PORT_8000_TCP_ADDR": "10.0.0.1",
}


@pytest.fixture
def lines(headcount):
    """What the self-check says beside "ok", given these variables."""

    def lines(**variables):
        done = headcount("check", **variables)
        assert done.stderr == ""
        return findings(done)

    return lines


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("HEADCOUNT_QUEUE", "HEADCOUNT_QUEUES"),
        ("HEADCOUNT_WORKERSS", "HEADCOUNT_WORKERS"),
        ("HEADCOUNT_LAESE_SECONDS", "HEADCOUNT_LEASE_SECONDS"),
        ("HEADCOUNT_TIMEZONF", "HEADCOUNT_TIMEZONE"),
        ("headcount_prefetch", "HEADCOUNT_PREFETCH"),
        ("HEADCOUNT_PREFETCH_", "HEADCOUNT_PREFETCH"),
        ("CELERY_BROKER_URI", "CELERY_BROKER_URL"),
    ],
)
def test_a_variable_one_slip_away_from_a_setting_is_named(lines, name, meant):
    [line] = lines(**{name: "x"})
    assert line == f"problem  settings: {name} is no setting, and is ignored; mend: {meant}"


def test_what_kubernetes_sets_is_no_slip(lines):
    assert lines(**KUBERNETES, HEADCOUNT_ANYTHING="else", CELERY_LOADER="app") == []


@pytest.mark.parametrize("name", ["CELERY_BROKER_READ_URL", "CELERY_BROKER_WRITE_URL"])
def test_a_variable_that_celery_prefers_is_named(lines, name):
    [line, *_] = lines(**{name: "redis://:secret@127.0.0.1:2/0"})
    assert line.startswith(f"problem  settings: {name} is set, and Celery prefers it")
    assert "secret" not in line


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"HEADCOUNT_SENTINEL_MASTER": "jobs"}, "HEADCOUNT_SENTINEL_MASTER without effect"),
        ({"HEADCOUNT_FLOWER_USER": "ann"}, "only one is set, so Flower listens on the loopback"),
        ({"HEADCOUNT_HTTP_PORT": "5555"}, "HEADCOUNT_HTTP_PORT and HEADCOUNT_FLOWER_PORT are both"),
    ],
)
def test_settings_that_do_not_fit_are_a_warning(lines, variables, said):
    [line] = lines(**variables)
    assert line.startswith("warning  settings: ")
    assert said in line


def test_a_result_store_that_does_not_answer_is_named_without_its_password(lines):
    [line] = lines(CELERY_RESULT_BACKEND="redis://:secret@127.0.0.1:1/0")
    assert line.startswith("problem  results: redis://127.0.0.1:1/0: ")
    assert "secret" not in line


def test_a_result_store_that_answers_is_no_problem(lines, own_broker):
    assert lines(CELERY_RESULT_BACKEND=own_broker.url) == []


def test_a_broker_with_a_password_is_no_problem(lines, tmp_path):
    with BrokerProcess(tmp_path / "locked", "p@ss:/word") as locked:
        assert lines(CELERY_BROKER_URL=locked.url, CELERY_RESULT_BACKEND=locked.url) == []


def test_a_broker_behind_tls_is_no_problem(lines, broker, tmp_path):
    certificates = Certificates(tmp_path)
    with TlsFront(broker.port, certificates) as front:
        url = f"rediss://127.0.0.1:{front.port}/0?ssl_ca_certs={certificates.authority}"
        assert lines(CELERY_BROKER_URL=url, CELERY_RESULT_BACKEND=broker.url) == []


@pytest.mark.parametrize("url", ["", "redis://127.0.0.1:1/0"])
def test_without_a_broker_all_else_is_said_as_well(headcount, url):
    done = headcount(
        "check",
        CELERY_BROKER_URL=url,
        HEADCOUNT_WORKERS="no_such_module,tests.sample_jobs",
        HEADCOUNT_QUEUES="default,critical",
        HEADCOUNT_CONCURENCY="3",
    )
    assert done.returncode == 1
    for said in (
        "HEADCOUNT_CONCURENCY is no setting",
        "there is no module 'no_such_module'",
        "tests.sample_jobs.LowNap goes to 'low'",
        "problem  broker: redis://127.0.0.1:1/0: " if url else "CELERY_BROKER_URL is not set",
    ):
        assert said in done.stdout


def test_a_frozen_broker_does_not_keep_it_waiting(headcount, own_broker):
    own_broker.freeze()
    begun = time.monotonic()
    done = headcount("check", CELERY_BROKER_URL=own_broker.url)
    seconds = time.monotonic() - begun
    own_broker.thaw()
    assert "problem  broker: " in done.stdout
    assert seconds < 10  # it gives up after one second; the rest is for a busy machine


def test_programs_are_told_the_same(headcount):
    done = headcount("check", "--json", HEADCOUNT_QUEUE="low")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert told[0] == {
        "level": "problem",
        "subject": "settings",
        "detail": "HEADCOUNT_QUEUE is no setting, and is ignored; mend: HEADCOUNT_QUEUES",
    }
    assert {finding["level"] for finding in told[1:]} == {"ok"}


def contents(broker):
    return {key: broker.client.dump(key) for key in broker.client.scan_iter()}


def test_it_changes_nothing_in_the_broker_and_asks_over_one_connection(headcount, broker):
    broker.client.lpush("default", "{}")
    before = broker.client.info("stats")["total_connections_received"]
    held = contents(broker)
    headcount("check")
    connections = broker.client.info("stats")["total_connections_received"] - before
    assert contents(broker) == held
    assert connections == 1


def test_versions_that_nobody_tested_are_named(lines, tmp_path):
    installed = tmp_path / "celery-5.6.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: celery\nVersion: 5.6.0\n")
    [line] = lines(PYTHONPATH=str(tmp_path))
    assert line.startswith("problem  versions: celery 5.6.0 is installed, and Headcount needs")
    assert line.endswith("mend: pip install 'celery[redis]~=5.7.0'")
