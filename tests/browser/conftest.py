"""A browser without a window, and a whole Headcount to look at."""

from typing import NamedTuple

import pytest
from playwright.sync_api import sync_playwright

from tests.broker_process import BrokerProcess
from tests.headcount_process import Processes
from tests.programs import installed

LAPTOP = 1366, 900


class Stack(NamedTuple):
    broker: BrokerProcess
    address: str


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """A worker with two slots, a Beat and a sidecar on a broker of their own."""
    directory = tmp_path_factory.mktemp("stack")
    with BrokerProcess(directory / "broker") as broker, Processes(directory) as processes:
        for command in ("worker", "beat"):
            processes.start(command, broker_url=broker.url, wait=False)
        sidecar = processes.start("sidecar", broker_url=broker.url)
        yield Stack(broker, f"http://127.0.0.1:{sidecar.http_port}")


@pytest.fixture(scope="module")
def chromium():
    program = installed("chromium", "chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def complaints():
    """What the browser complained about: errors, blocked scripts and styles, lost files."""
    return []


@pytest.fixture
def blank(chromium, complaints):
    """Open an empty page in a profile of its own; ``options`` are Playwright's."""
    profiles = []

    def blank(size=LAPTOP, **options):
        profile = chromium.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        profiles.append(profile)
        page = profile.new_page()
        page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield blank
    for profile in profiles:
        profile.close()


@pytest.fixture
def visit(blank):
    """Open an address."""

    def visit(address, **options):
        page = blank(**options)
        page.goto(address)
        return page

    return visit
