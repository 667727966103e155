"""What an open status page says when its figures are old, in a real browser."""

import pytest
from playwright.sync_api import expect

TEN_MINUTES = 10 * 60_000


@pytest.fixture
def sidecar(start, broker):
    return start("sidecar", broker_url=broker.url)


@pytest.fixture
def open_page(blank):
    """Open a sidecar's page with a clock that the test can put forward."""

    def open_page(sidecar):
        page = blank()
        page.clock.install()
        page.goto(f"http://127.0.0.1:{sidecar.http_port}")
        expect(page.locator("article")).to_have_count(3)
        return page

    return open_page


def notice(page):
    return page.get_by_role("status")


def test_a_broker_that_goes_and_comes_back_is_seen_without_a_reload(visit, start, own_broker):
    sidecar = start("sidecar", broker_url=own_broker.url)
    page = visit(f"http://127.0.0.1:{sidecar.http_port}")
    page.evaluate("stays = true")
    expect(page.locator("article")).to_have_count(3)
    own_broker.stop()
    expect(page.get_by_text("Connection refused")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("Down")
    expect(page.get_by_text("No figures are shown")).to_be_visible()
    expect(page.locator("article, table")).to_have_count(0)
    assert page.title() == "Down: broker, workers, queues, beat, ledger · Headcount"
    own_broker.start()
    expect(page.locator("article")).to_have_count(3, timeout=15_000)
    assert page.evaluate("stays")


def test_a_sidecar_that_is_gone_is_said_to_be(open_page, sidecar):
    page = open_page(sidecar)
    expect(notice(page)).to_be_empty()
    sidecar.kill()
    page.clock.run_for(20_000)
    expect(notice(page)).to_contain_text("The sidecar does not answer. These figures are of")
    expect(page).to_have_title("Old figures · Headcount")
    expect(page.locator("article")).to_have_count(3)


def test_a_tab_that_slept_says_so_until_its_figures_are_new(open_page, sidecar):
    page, held = open_page(sidecar), []

    def hold(route):
        held.append(route)

    page.route("**/?content", hold)
    page.clock.fast_forward(TEN_MINUTES)
    page.clock.run_for(2_000)
    expect(notice(page)).to_contain_text("This tab was asleep. These figures are of")
    for route in held:
        route.continue_()
    expect(notice(page)).to_be_empty()


def test_whatever_else_answers_does_not_take_the_page_s_place(open_page, sidecar):
    page = open_page(sidecar)
    page.route("**/?content", lambda route: route.fulfill(body="<main>Please log in</main>"))
    page.clock.run_for(20_000)
    expect(notice(page)).to_contain_text("The sidecar does not answer")
    expect(page.locator("article")).to_have_count(3)


def test_a_page_made_by_another_version_is_loaded_anew(open_page, sidecar):
    page = open_page(sidecar)
    page.evaluate("document.querySelector('main').dataset.edition = 'an older one'; old = true")
    with page.expect_navigation():
        page.clock.run_for(3_000)
    expect(page.locator("article")).to_have_count(3)
    assert page.evaluate("typeof old") == "undefined"
