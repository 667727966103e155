"""A runbook can be followed: all that it tells its reader to type, open or look at exists."""

import json
import re

import pytest

from alerts.generate import GROUPS
from alerts.objectives import FAST, SLOW
from alerts.pace import Pace
from alerts.rule import Alert
from service.broker import keys
from service.queues import QUEUES
from tests.alerts.metric_use import SERIES
from tests.alerts.rule_files import ALERTS
from tests.contract import runbook_commands as commands
from tests.contract.runbook_text import FOLDER, ROOT, read, runbooks

PAGES = [*runbooks(), read(FOLDER / "README.md"), read(ROOT / "docs" / "objectives.md")]
each_runbook = pytest.mark.parametrize("runbook", runbooks(), ids=lambda one: one.path.stem)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda one: one.path.stem)
TYPED = re.compile(r"(headcount|make|redis-cli|curl|kill) \S|[A-Z_]+=\S+ headcount ")
SHIPPED_KEYS = {name for name in vars(keys).values() if isinstance(name, str)}
KEYLESS = {"bgsave", "replicaof", "ping", "info", "config", "time"}


def severities(name):
    return {alert["labels"]["severity"] for alert in ALERTS if alert["alert"] == name}


def typed(page):
    """Its command lines, and the commands between backticks."""
    spans = [span for span in page.spans if TYPED.match(span) and "…" not in span]
    return [line for line in [*page.commands, *spans] if not line.startswith("export ")]


@each_page
def test_every_command_on_a_page_exists(page):
    assert [wrong for line in typed(page) if (wrong := commands.problem(line))] == []


@pytest.mark.parametrize(
    "line",
    [
        "headcount restart",
        "headcount dead purge",
        "headcount dead list --since 1h",
        "headcount job",
        "make server",
        "HEADCOUNT_QUEUE=low headcount worker",
        "HEADCOUNT_QUEUES=slow headcount worker",
        "curl -s localhost:8000/helth",
        "curl -s localhost:8001/health",
        'curl -s "localhost:9090/api/v1/query?query=max(headcount_queue_size)"',
        "headcount check | less",
        "kill -TERM $(pgrep headcount)",
        "rm -rf .headcount",
    ],
)
def test_a_command_that_does_not_exist_is_noticed(line):
    assert commands.problem(line) != ""


@each_page
def test_the_broker_knows_every_redis_command_and_ours_are_the_keys(page, broker):
    for line in typed(page):
        words = commands.redis_words(line)
        if not words:
            continue
        assert broker.client.execute_command("COMMAND INFO", words[0]) != [None], line
        if words[0] not in KEYLESS:
            used = broker.client.execute_command("COMMAND GETKEYS", *words)
            assert set(used) <= SHIPPED_KEYS, line


@each_page
def test_settings_and_metrics_that_a_page_names_exist(page):
    assert set(re.findall(r"\b(?:HEADCOUNT|CELERY)_[A-Z_]+\b", page.text)) <= commands.VARIABLES
    metrics = set(re.findall(r"(?<!:)\bheadcount_[a-z0-9_]+", page.text))
    # What grep looks for may be the beginning of several names.
    assert [one for one in metrics if not any(name.startswith(one) for name in SERIES)] == []


@each_page
def test_addresses_between_backticks_are_the_sidecars(page):
    paths = {span for span in page.spans if re.fullmatch(r"/[a-z/]*", span)}
    assert paths <= commands.sidecar_paths() | {"/"}


@each_page
def test_links_lead_to_files_and_sections_that_exist(page):
    for link in page.links:
        name, _, anchor = link.partition("#")
        target = page.path.parent / name if name else page.path
        assert target.exists(), link
        headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}
        assert not anchor or anchor in anchors, link


@each_runbook
def test_panels_that_a_runbook_names_are_on_a_dashboard(runbook):
    boards = (ROOT / "dashboards" / "json").glob("*.json")
    titles = {title for path in boards for title in panel_titles(json.loads(path.read_text()))}
    assert set(runbook.panels) <= titles


def panel_titles(board):
    for panel in board.get("panels", []):
        yield panel.get("title", "")
        yield from panel_titles(panel)


@each_runbook
def test_a_runbook_can_be_read_in_a_minute_and_says_how_urgent_it_is(runbook):
    assert 25 <= len(runbook.lines) <= 60
    said = set(re.findall(r"critical|warning", runbook.text.splitlines()[2].lower()))
    assert said == severities(runbook.path.stem)


@each_runbook
def test_a_runbook_has_something_to_type_and_an_order_to_try_things_in(runbook):
    parts = re.split(r"^## ", runbook.text, flags=re.MULTILINE)
    confirm, do = parts[3], parts[4]
    assert re.search(r"^    \S", confirm, re.MULTILINE)
    assert re.search(r"^1\. ", do, re.MULTILINE)


def test_the_page_on_objectives_says_what_the_queues_promise():
    text = (ROOT / "docs" / "objectives.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\d+) s .*\| (\d+) % \| (\d+) % \|$", text, re.MULTILINE)
    promised = [
        (one.name, one.wait_threshold_seconds, one.wait_objective, one.success_objective)
        for one in QUEUES
    ]
    assert [(name, int(s), int(wait) / 100, int(good) / 100) for name, s, wait, good in rows] == (
        promised
    )
    for long, short, rate in (*FAST, *SLOW):
        assert f"{rate} over {long[:-1]} {long[-1]}" in text
        assert f"and {short[:-1]} {short[-1]}" in text


def test_the_table_has_every_alert_in_the_order_of_the_rules_with_its_severity():
    rows = re.findall(
        r"^\| \[(\w+)\]\((\w+)\.md\) \| ([a-z ]+) \| .+\. \|$",
        (FOLDER / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert all(name == file for name, file, _ in rows)
    listed = {name: set(severity.split(" or ")) for name, _, severity in rows}
    assert listed == {alert["alert"]: severities(alert["alert"]) for alert in ALERTS}
    rules = [rule for make in GROUPS for rule in make(Pace()).rules]
    ordered = dict.fromkeys(rule.name for rule in rules if isinstance(rule, Alert))
    assert [name for name, _, _ in rows] == list(ordered)
