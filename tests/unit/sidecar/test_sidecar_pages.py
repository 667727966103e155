"""What the sidecar's pages say, and that nothing in them becomes markup."""

import base64
import hashlib
import re

import pytest

from service.broker.snapshot import DeadEntry, LedgerCounts
from service.errors import BrokerError
from service.settings import load_settings
from service.sidecar.app import create_app
from service.sidecar.pages.work_tables import MOST_ROWS
from tests.unit.sidecar.app_client import AppClient
from tests.unit.sidecar.page_parser import Page
from tests.unit.sidecar.snapshots import HOST, NOW, a_cron_entry, a_queue, a_snapshot, a_worker

HOSTILE = """</code><script>alert("1")</script><img src=x onerror='alert(2)'>&amp;$title${style}"""
HOSTILE_PARTS = ("<script>alert", "<img", "onerror='")
LONG = "x" * 10_000


@pytest.fixture
def page(client):
    return lambda path="/": Page(client.get(path).text)


def a_dead_job(job_id="job-1", **changes):
    known = {"task": "shop.Charge", "error_type": "CardError", "outcome": "failed", "attempts": 4}
    return DeadEntry(job_id, "critical", died_at=NOW - 90, **{**known, **changes})


def test_it_shows_queues_workers_and_cron_entries(page, show):
    show(a_snapshot(a_queue("low", ready=12_345, oldest_ready_age_seconds=125.0)))
    words = page().words
    assert "12,345 ready" in words
    assert "oldest waits 2 min 5 s, 5 min allowed" in words
    assert "worker@pod-a critical, default, low live 0 of 8 1 s ago" in words
    assert "jobs.Report * * * * * to low 30 s ago success 29 s ago in 30 s 0" in words


@pytest.mark.parametrize(
    ("snapshot", "headline", "title"),
    [
        (a_snapshot(), "All is well", "All is well · Headcount"),
        (a_snapshot(beat_last_tick=None), "Working, but not well", "Degraded: beat · Headcount"),
        (a_snapshot(workers=()), "Down", "Down: workers · Headcount"),
    ],
)
def test_it_says_first_how_things_are(page, show, snapshot, headline, title):
    show(snapshot)
    shown = page()
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", shown.source) == [headline]
    assert f"<title>{title}</title>" in shown.source


def test_what_is_wrong_comes_before_what_is_well(page, show):
    show(a_snapshot(beat_last_tick=None))
    words = page().words
    assert words.index("Beat has never reported") < words.index("every job accounted for")


def test_it_shows_why_and_no_figures_during_an_outage(client, outage):
    outage()
    answer = client.get("/")
    words = Page(answer.text).words
    assert answer.status_code == 200
    assert "refuses connections" in words
    assert "No figures are shown: the last are of 22:13:20 UTC" in words
    assert not {"table", "svg"} & set(Page(answer.text.partition("<main")[2]).elements)


def test_the_ledger_adds_up_in_the_open(page, show):
    counts = LedgerCounts(enqueued=30, succeeded=10, dead=5, discarded=4, moved=3)
    show(a_snapshot(a_queue("critical", ready=2, scheduled=2, leased=3, ledger=counts)))
    words = page().words
    assert "succeeded 10 5 5 + dead 5 0 0 + discarded 4 0 0 + moved 3 0 0" in words
    assert "+ ready 2 0 0 + scheduled 2 0 0 + running 3 0 0 = enqueued 30 5 5" in words
    assert "drift +1 0 0" in words


def test_dead_jobs_say_what_failed_where_and_when_and_how_to_retry(page, show):
    show(a_snapshot(a_queue("critical", dead=12), newest_dead=(a_dead_job(),)))
    words = page().words
    assert "shop.Charge job-1 CardError failed, 4 attempts critical 1 min 30 s ago" in words
    assert "The newest 1 of 12." in words
    assert "headcount dead retry ID" in words


def test_a_dead_job_whose_message_says_nothing_is_shown_all_the_same(page, show):
    entry = a_dead_job(task=None, error_type=None, outcome="unknown", attempts=1)
    show(a_snapshot(newest_dead=(entry,)))
    assert "unknown task job-1 unknown unknown, 1 attempt critical" in page().words


def test_without_dead_jobs_there_is_nothing_to_retry(page):
    words = page().words
    assert "No job is dead." in words
    assert "headcount dead" not in words


def test_hostile_names_do_not_become_markup(page, show):
    worker = a_worker(HOSTILE, host=HOSTILE, queues=(HOSTILE,))
    entry = a_cron_entry(HOSTILE, schedule=HOSTILE, queue=HOSTILE, next_due=0.0)
    dead = a_dead_job(HOSTILE, task=HOSTILE, error_type=HOSTILE)
    show(a_snapshot(workers=(worker,), cron=(entry,), newest_dead=(dead,)))
    shown = page()
    assert not [part for part in HOSTILE_PARTS if part in shown.source]
    assert shown.text.count(HOSTILE) >= 9


def test_a_hostile_failure_does_not_become_markup(page, broker, snapshots):
    broker.failure = BrokerError(HOSTILE)
    snapshots.refresh()
    shown = page()
    assert not [part for part in HOSTILE_PARTS if part in shown.source]
    assert HOSTILE in shown.text


def test_a_page_of_a_great_fleet_stays_small(client, show):
    workers = tuple(a_worker(f"worker-{n}@pod", queues=("low",)) for n in range(2000))
    cron = tuple(a_cron_entry(f"jobs.Report{n}") for n in range(2000))
    dead = (a_dead_job(LONG, task=LONG, error_type=LONG),) * 10
    show(a_snapshot(workers=workers, cron=cron, newest_dead=dead))
    text = client.get("/").text
    assert len(text) < 200_000
    assert Page(text).words.count(f"and {2000 - MOST_ROWS:,} more") == 2


def test_a_cron_entry_that_is_late_says_by_how_much(page, show):
    show(a_snapshot(cron=(a_cron_entry(next_due=NOW - 125),)))
    assert "overdue by 2 min 5 s" in page().words


def test_workers_in_trouble_come_first(page, show):
    workers = (a_worker("a@pod"), a_worker("b@pod", last_seen=NOW - 60))
    show(a_snapshot(workers=workers))
    words = page().words
    assert words.index("b@pod pod-a: critical, default, low silent") < words.index("a@pod")


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_may_load_nothing_and_run_nothing_but_its_own_style_and_script(client, path):
    answer = client.get(path)
    inline = re.findall(r"<(style|script)>(.*?)</\1>", answer.text, re.DOTALL)
    hashes = {
        kind: base64.b64encode(hashlib.sha256(text.encode()).digest()) for kind, text in inline
    }
    policy = dict(
        one.split(" ", 1) for one in answer.headers["content-security-policy"].split("; ")
    )
    allowed = {f"{kind}-src": f"'sha256-{digest.decode()}'" for kind, digest in hashes.items()}
    script = {"connect-src": "'self'"} if path == "/" else {}
    assert policy == {
        "default-src": "'none'",
        **allowed,
        **script,
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
    assert ("script" in hashes) == (path == "/")
    assert not re.findall(r"url\(|@import| style=| on\w+=", answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_without_scripts_the_browser_reloads_the_status_page(client):
    reload = '<noscript><meta http-equiv="refresh" content="5"></noscript>'
    assert reload in client.get("/").text
    assert "http-equiv" not in client.get("/docs").text


def test_what_changes_is_to_be_had_alone(client, show):
    whole, content = client.get("/"), client.get("/?content")
    assert content.text in whole.text
    assert content.text.startswith("<main")
    assert "<script" not in content.text
    assert content.headers["content-security-policy"] == whole.headers["content-security-policy"]
    show(a_snapshot(workers=()))
    assert 'data-title="Down: workers · Headcount"' in client.get("/?content").text


def test_looking_at_the_page_reads_nothing_from_the_broker(client, broker):
    before = broker.reads
    for path in ("/", "/?content", "/docs"):
        client.get(path)
    assert broker.reads == before


@pytest.mark.parametrize(
    ("host", "prometheus"),
    [
        ("jobs.example:8000", "http://jobs.example:9090"),
        ("[::1]:8000", "http://[::1]:9090"),
        ('"><script>', "http://127.0.0.1:9090"),
    ],
)
def test_links_lead_to_the_host_the_browser_came_to(client, host, prometheus):
    addresses = Page(client.request("GET", "/", {"host": host}).text).addresses
    assert prometheus in addresses
    assert {"metrics", "docs"} <= set(addresses)


def test_flower_is_linked_where_it_answers_which_is_here_alone_without_a_password(
    client, snapshots
):
    both = {"HEADCOUNT_FLOWER_USER": "ops", "HEADCOUNT_FLOWER_PASSWORD": "x"}
    protected = AppClient(create_app(snapshots, load_settings(both), HOST))

    def linked(client, host):
        return "Flower" in Page(client.request("GET", "/", {"host": host}).text).words

    assert linked(client, "localhost:8000")
    assert not linked(client, "jobs.example:8000")
    assert linked(protected, "jobs.example:8000")


def test_grafana_is_linked_where_a_setting_says_where_it_is(client, snapshots):
    url = "https://grafana.example/d/headcount-overview?a=1&b=2"
    known = AppClient(create_app(snapshots, load_settings({"HEADCOUNT_GRAFANA_URL": url}), HOST))
    assert url in Page(known.get("/").text).addresses
    assert "Grafana" not in Page(client.get("/").text).words


def test_docs_list_every_endpoint_with_its_summary_and_fields(client, page):
    shown, document = page("/docs"), client.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        assert f"GET {path}" in shown.text
        assert methods["get"]["summary"] in shown.text
    for field in ("queues[].oldest_ready_age_seconds", "checks.*.detail", "workers[].draining"):
        assert field in shown.text
    assert "openapi.json" in shown.addresses


def test_workers_and_dead_jobs_lead_to_their_pages_in_flower(client, page, show):
    show(a_snapshot(workers=(a_worker("worker@pod a/b"),), newest_dead=(a_dead_job('id "1"'),)))
    places = ("worker/worker%40pod%20a%2Fb", "task/id%20%221%22")
    for place in places:
        assert f"flower/{place}" in page().addresses
        answer = client.request("GET", f"/flower/{place}", {"host": "localhost:8000"})
        assert answer.status_code == 307
        assert answer.headers["location"] == f"http://localhost:5555/{place}"


def test_where_flower_does_not_answer_its_links_say_why(client):
    answer = client.request("GET", "/flower/task/1", {"host": "jobs.example:8000"})
    assert answer.status_code == 403
    assert "HEADCOUNT_FLOWER_PASSWORD" in answer.json()["detail"]
