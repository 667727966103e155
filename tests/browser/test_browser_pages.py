"""The sidecar's pages in a real browser."""

import re
import struct

import pytest

from tests.browser.chromium import find_chromium
from tests.waiting import wait_until

QUEUES = ["critical", "default", "low"]
OUTAGE = "Connection refused"
SMALLEST_PICTURE_BYTES = 20_000
"""An empty page takes 6,000."""


@pytest.fixture(scope="module")
def chromium():
    return find_chromium()


@pytest.fixture
def address(start, broker):
    """Where a sidecar answers whose broker holds two jobs in ``default`` and nothing else."""
    broker.client.lpush("default", "{}", "{}")
    sidecar = start("sidecar", broker_url=broker.url)
    return f"http://127.0.0.1:{sidecar.http_port}"


def rows(document):
    """Return the document's table rows as lists of texts."""
    return [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]
        for row in re.findall(r"<tr>(.*?)</tr>", document, re.S)
    ]


def test_the_status_page_shows_the_queues_with_their_jobs(chromium, address):
    page = chromium.render(f"{address}/")
    shown = {row[0]: row[1] for row in rows(page.document) if row and row[0] in QUEUES}
    assert shown == {"critical": "0", "default": "2", "low": "0"}
    assert list(shown) == QUEUES
    assert "no live worker" in page.document


def test_the_docs_page_lists_the_endpoints(chromium, address):
    page = chromium.render(f"{address}/docs")
    for path in ("/health", "/health/live", "/health/ready", "/queues", "/workers", "/metrics"):
        assert f"GET {path}<" in page.document
    assert "GET /queues/{name}<" in page.document


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_the_browser_has_nothing_to_complain_about_and_nothing_to_run(chromium, address, path):
    page = chromium.render(address + path)
    assert page.complaints == []
    assert "<script" not in page.document


def test_the_status_page_says_down_and_shows_no_figures_without_a_broker(
    chromium, start, own_broker
):
    sidecar = start("sidecar", broker_url=own_broker.url)
    own_broker.stop()
    page = wait_until(
        lambda: chromium.render(f"http://127.0.0.1:{sidecar.http_port}/").about(OUTAGE), 15
    )
    assert ">Down<" in page.document
    assert not [row for row in rows(page.document) if row]


@pytest.mark.parametrize(("path", "width"), [("/", 1280), ("/", 400), ("/docs", 1280)])
def test_a_picture_of_the_page_is_not_empty(chromium, address, tmp_path, path, width):
    picture = tmp_path / "page.png"
    chromium.picture(address + path, picture, width, 1000)
    content = picture.read_bytes()
    assert struct.unpack(">II", content[16:24])[1] == 1000
    assert len(content) > SMALLEST_PICTURE_BYTES
