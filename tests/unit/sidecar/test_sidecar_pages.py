import re
from html.parser import HTMLParser

import pytest

from service.errors import BrokerError
from tests.unit.sidecar.snapshots import a_cron_entry, a_queue, a_snapshot, a_worker

HOSTILE = """</code><script>alert("1")</script><img src=x onerror='alert(2)'>&amp;$title${style}"""
HOSTILE_PARTS = ("<script", "<img", "onerror='")


class Page(HTMLParser):
    """Collects a page's elements, text and addresses."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.text, self.addresses = [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.addresses += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def show(broker, snapshots):
    def show(snapshot):
        broker.snapshot = snapshot
        snapshots.refresh()

    return show


def test_the_status_page_shows_queues_workers_and_cron_entries(client, show):
    show(a_snapshot(a_queue("low", ready=12_345, oldest_ready_age_seconds=125.0)))
    page = Page(client.get("/").text)
    for words in ("12,345", "2 min 5 s", "worker@pod-a", "live", "jobs.Report", "in 30 s"):
        assert words in page.text


@pytest.mark.parametrize(
    ("snapshot", "headline"),
    [
        (a_snapshot(), "All is well"),
        (a_snapshot(beat_last_tick=None), "Working, but not well"),
        (a_snapshot(workers=()), "Down"),
    ],
)
def test_the_status_page_says_first_how_things_are(client, show, snapshot, headline):
    show(snapshot)
    assert f"<h1>{headline}</h1>" in client.get("/").text


def test_the_status_page_shows_why_and_no_figures_during_an_outage(client, broker, snapshots):
    broker.failure = BrokerError("redis://broker refuses connections")
    snapshots.refresh()
    answer = client.get("/")
    assert answer.status_code == 200
    assert "refuses connections" in answer.text
    assert "<table" not in answer.text


def test_hostile_names_do_not_become_markup(client, show):
    hostile_worker = a_worker(HOSTILE, host=HOSTILE, queues=(HOSTILE,))
    hostile_entry = a_cron_entry(HOSTILE, schedule=HOSTILE, queue=HOSTILE, next_due=0.0)
    show(a_snapshot(workers=(hostile_worker,), cron=(hostile_entry,)))
    text = client.get("/").text
    assert not [part for part in HOSTILE_PARTS if part in text]
    assert Page(text).text.count(HOSTILE) >= 7


def test_a_hostile_failure_does_not_become_markup(client, broker, snapshots):
    broker.failure = BrokerError(HOSTILE)
    snapshots.refresh()
    text = client.get("/").text
    assert not [part for part in HOSTILE_PARTS if part in text]


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_pages_need_no_script_and_load_nothing_from_elsewhere(client, path):
    answer = client.get(path)
    page = Page(answer.text)
    assert "script" not in page.elements
    assert not re.findall(r"url\(|@import", answer.text)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_the_status_page_reloads_itself(client):
    assert '<meta http-equiv="refresh" content="5">' in client.get("/").text
    assert "http-equiv" not in client.get("/docs").text


@pytest.mark.parametrize(
    ("host", "flower"),
    [
        ("jobs.example:8000", "http://jobs.example:5555"),
        ("[::1]:8000", "http://[::1]:5555"),
        ('"><script>', "http://127.0.0.1:5555"),
    ],
)
def test_links_lead_to_the_host_the_browser_came_to(client, host, flower):
    addresses = Page(client.request("GET", "/", {"host": host}).text).addresses
    assert flower in addresses
    assert {"metrics", "docs"} <= set(addresses)


def test_docs_list_every_endpoint_with_its_summary(client):
    page = Page(client.get("/docs").text)
    operations = client.get("/openapi.json").json()["paths"].items()
    for path, methods in operations:
        assert f"GET {path}" in page.text
        assert methods["get"]["summary"] in page.text
    assert "openapi.json" in page.addresses
