"""What the status page shows of a running stack, in a real browser."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.made_up_state import HOSTILE, SECRET, dead_jobs, hostile_cron_entry
from tests.sample_jobs import LowNap, LowNote

PHONE, LAPTOP, WALL = (375, 812), (1366, 900), (2560, 1440)
SOON = 15_000
"""Milliseconds: Beat reports every ten seconds."""


@pytest.fixture
def enqueueing(stack, enqueue_on):
    enqueue_on(stack.broker)


def headline(page):
    return page.get_by_role("heading", level=1)


def dead_rows(page):
    return page.locator("#dead tbody tr")


def test_a_healthy_stack_is_seen_to_be_well(stack, visit, complaints):
    page = visit(stack.address)
    expect(headline(page)).to_have_text("All is well", timeout=SOON)
    assert page.title() == "All is well · Headcount"
    expect(page.get_by_role("region", name="Workers").get_by_text("live")).to_be_visible()
    expect(page.get_by_role("region", name="Cron")).to_contain_text("HealthCheckWorker")
    for name in ("Flower", "Prometheus", "Metrics", "API"):
        expect(page.get_by_role("navigation").get_by_role("link", name=name)).to_be_visible()
    assert complaints == []


@pytest.mark.usefixtures("enqueueing")
def test_a_busy_stack_is_seen_at_work_without_a_reload(stack, visit, complaints):
    page = visit(stack.address)
    page.evaluate("stays = true")
    LowNap.perform_bulk([(0.3,) for _ in range(20)])
    low = page.get_by_role("article", name="low")
    expect(low).to_contain_text("Running 2", timeout=SOON)
    expect(low.get_by_role("img")).to_have_accessible_name(re.compile("highest [1-9]"))
    expect(page.locator(".totals")).to_contain_text("of 2 slots")
    expect(low).to_contain_text("none waits", timeout=SOON)
    assert page.evaluate("stays")
    assert complaints == []


@pytest.mark.usefixtures("enqueueing")
def test_an_update_leaves_scroll_focus_selection_and_open_details_alone(stack, visit):
    with dead_jobs(stack.broker.client, 3):
        page = visit(stack.address, size=PHONE)
        expect(dead_rows(page)).to_have_count(3)
        page.get_by_text("How to look at them").click()
        page.locator("#dead summary").focus()
        page.evaluate("getSelection().selectAllChildren(document.querySelector('#dead h2'))")
        before = page.evaluate("scrollY")
        LowNote.perform_bulk([("x",) for _ in range(3)])
        shown = page.locator("time").first.get_attribute("datetime")
        expect(page.locator("time").first).not_to_have_attribute("datetime", shown)
        after = page.evaluate("[scrollY, document.activeElement.localName, `${getSelection()}`]")
        assert after == [before, "summary", "Dead jobs"]
        assert before > 0
        expect(page.get_by_text("headcount dead retry ID")).to_be_visible()


def test_ten_thousand_dead_jobs_are_ten_rows_and_their_number(stack, visit):
    with dead_jobs(stack.broker.client, 10_000):
        page = visit(stack.address)
        expect(page.get_by_text("The newest 10 of 10,000.")).to_be_visible(timeout=SOON)
        expect(dead_rows(page)).to_have_count(10)
        assert len(page.content()) < 60_000


def test_hostile_names_and_errors_are_text_and_secrets_are_not_there(stack, visit, complaints):
    client = stack.broker.client
    with dead_jobs(client, 2, task=HOSTILE), hostile_cron_entry(client):
        page = visit(stack.address)
        expect(dead_rows(page)).to_have_count(2)
        expect(dead_rows(page).first).to_contain_text(HOSTILE)
        expect(page.get_by_role("region", name="Cron")).to_contain_text(HOSTILE)
        assert page.locator("main script, img").count() == 0
        assert page.evaluate("typeof stolen") == "undefined"
        assert SECRET not in page.content()
        assert complaints == []


def test_a_script_that_gets_into_the_page_does_not_run(stack, visit, complaints):
    page = visit(stack.address)
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "stolen = 1";
          document.body.append(script);
        }"""
    )
    assert page.evaluate("typeof stolen") == "undefined"
    assert "Content Security Policy" in complaints[0]


def test_without_scripts_the_page_is_whole_and_the_browser_reloads_it(stack, visit):
    page = visit(stack.address, java_script_enabled=False)
    assert page.locator("article").count() == 3
    assert page.locator("noscript meta[http-equiv=refresh]").count() == 1


@pytest.mark.parametrize("path", ["/", "/docs"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_is_accessible_and_fits_phone_laptop_and_wall(stack, visit, path, scheme):
    with dead_jobs(stack.broker.client, 11), hostile_cron_entry(stack.broker.client):
        page = visit(stack.address + path, color_scheme=scheme)
        if path == "/":
            expect(dead_rows(page)).to_have_count(10)
        for width, height in (PHONE, LAPTOP, WALL):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") == width
        for width, height in (PHONE, LAPTOP):
            page.set_viewport_size({"width": width, "height": height})
            found = Axe().run(page).response["violations"]
            assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_everything_that_can_be_operated_is_reached_by_keyboard(stack, visit):
    with dead_jobs(stack.broker.client, 1):
        page = visit(stack.address)
        expect(dead_rows(page)).to_have_count(1)
        reached = []
        for _ in range(8):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.textContent.trim()"))
        assert reached[:5] == ["Headcount", "Flower", "Prometheus", "Metrics", "API"]
        page.locator("#dead summary").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("headcount dead retry ID")).to_be_visible()
