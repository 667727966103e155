"""The names that other people's tools rely on are those of the code: docs/contract.md holds."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
import typer

from service.broker.snapshot import CONFIG_CHECKS, LedgerCounts
from service.cli import build_app
from service.queues import QUEUE_NAMES
from service.settings import Settings, load_settings
from service.sidecar.app import create_app
from service.sidecar.checks import CHECKS
from service.sidecar.collector import QUEUE_STATES
from service.telemetry.catalogue import SIDECAR_METRICS, WORKER_METRICS
from service.telemetry.events import ChildExit, Outcome
from workers import Worker

ROOT = Path(__file__).parents[2]

VALUES = {
    "headcount_worker_child_exits_total": set(ChildExit),
    "headcount_queue_depth": set(QUEUE_STATES),
    "headcount_jobs_total": {field.name for field in fields(LedgerCounts)},
    "headcount_broker_config_ok": set(CONFIG_CHECKS),
    "headcount_health_ok": set(CHECKS),
}
"""Metric -> the values of its last label, where those are a closed set."""


def section(heading, page="contract"):
    """A page's text below a heading, up to the next."""
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    return re.split(rf"^#+ {heading}$", text, flags=re.MULTILINE)[1].partition("\n#")[0]


def rows(text):
    """The cells of a text's tables whose first cell has a name in it."""
    lines = re.findall(r"^\| (.*?) ?\|$", text, flags=re.MULTILINE)
    table = [[cell.strip() for cell in re.split(r" ?\|(?: |$)", line)] for line in lines]
    return [cells for cells in table if "`" in cells[0]]


def quoted(text):
    return re.findall(r"`([^`]+)`", text)


# -- commands


@pytest.fixture(scope="module")
def commands():
    """Name -> command; of groups, those in them."""
    found = {}
    for name, command in typer.main.get_command(build_app()).commands.items():
        inner = getattr(command, "commands", None)
        found |= {f"{name} {one}": its for one, its in inner.items()} if inner else {name: command}
    return found


def test_the_commands_are_just_these(commands):
    named = {one for cells in rows(section("Commands")) for one in quoted(cells[0])}
    ours = {one.removeprefix("headcount ") for one in named if one.startswith("headcount ")}
    assert ours == commands.keys()


def test_every_option_that_is_named_exists(commands):
    for cells in rows(section("Commands")):
        named = {one for one in quoted(cells[1]) if one.startswith("--")}
        there = {
            option
            for name in quoted(cells[0])
            for parameter in getattr(commands.get(name.removeprefix("headcount ")), "params", [])
            for option in parameter.opts
        }
        assert named <= there, cells


def test_the_makefile_has_the_targets_that_are_named():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    made = set(" ".join(re.findall(r"^([\w .-]+?):(?!=)", text, flags=re.MULTILINE)).split())
    named = {one.split()[1] for one in quoted(section("Commands")) if one.startswith("make ")}
    assert "serve-worker" in named
    assert named <= made


# -- settings


def shown(field):
    """A default as the page writes it."""
    value = field.default
    if value is None or value == "":
        return ""
    if isinstance(value, tuple):
        return ",".join(value)
    return str(getattr(value, "key", value)).lower() if value is False else str(value)


DECIDED_LATER = {
    "CELERY_RESULT_BACKEND": "the broker",
    "HEADCOUNT_HEALTH_URL": "the sidecar's `/health`",
    "HEADCOUNT_LOG_FORMAT": "`json` (`console` on a terminal)",
}


def test_the_settings_and_their_defaults_are_just_these():
    text = section("Settings", page="settings")
    page = {name: cells[1] for cells in rows(text) for name in quoted(cells[0])}
    ours = {str(one.alias): shown(one) for one in Settings.model_fields.values()} | DECIDED_LATER
    assert {name: default.strip("`") for name, default in page.items()} == {
        name: default.strip("`") for name, default in ours.items()
    }


# -- Python


def test_a_worker_class_says_of_each_attribute_what_it_means_and_has_no_others():
    described = re.findall(r"^        (\w+): ", Worker.__doc__, flags=re.MULTILINE)
    methods = {"perform", "perform_async", "perform_at", "perform_in", "perform_bulk", "registry"}
    names = {*vars(Worker), *Worker.__annotations__}
    assert {name for name in names if not name.startswith("_")} == {*described, *methods}


# -- HTTP


def test_the_sidecar_answers_just_these_paths():
    class NoSnapshots:
        """Never asked."""

    app = create_app(NoSnapshots(), load_settings({}), "host")  # type: ignore[arg-type]
    named = {one for cells in rows(section("HTTP")) for one in quoted(cells[0])}
    assert named == set(app.openapi()["paths"])


def test_the_health_checks_are_just_these():
    [health] = [cells for cells in rows(section("HTTP")) if cells[0] == "`/health`"]
    assert quoted(health[1])[-len(CHECKS) :] == list(CHECKS)


# -- metrics


def metrics_named(heading):
    """Name -> (type, labels, values of the last label)."""
    found = {}
    for names, kind, labels in rows(section(heading)):
        words, _, values = re.sub(r" ?\([^)]*\)", "", labels).partition(": ")
        its = kind, tuple(filter(None, words.split(", "))), set(filter(None, values.split(", ")))
        found |= dict.fromkeys(quoted(names), its)
    return found


@pytest.mark.parametrize(
    ("heading", "catalogue"), [("Of a worker", WORKER_METRICS), ("Of a sidecar", SIDECAR_METRICS)]
)
def test_the_metrics_and_their_labels_are_just_these(heading, catalogue):
    named = {name: (kind, labels) for name, (kind, labels, _) in metrics_named(heading).items()}
    assert named == {name: (one.kind, one.labels) for name, one in catalogue.items()}


@pytest.mark.parametrize("metric", VALUES)
def test_the_values_of_a_label_are_just_these(metric):
    named = metrics_named("Of a worker") | metrics_named("Of a sidecar")
    assert named[metric][2] == VALUES[metric]


def test_the_outcomes_are_just_these():
    named = [one for cells in rows(section("Metrics")) for one in quoted(cells[0])]
    assert sorted(named) == sorted(map(str, Outcome))


def test_each_metric_has_one_writer():
    assert not WORKER_METRICS.keys() & SIDECAR_METRICS.keys()


# -- the broker


def test_every_queue_is_described_as_a_list_of_its_name():
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    [cells] = [cells for cells in rows(text) if f"`{QUEUE_NAMES[0]}`" in cells[0]]
    assert quoted(cells[0]) == list(QUEUE_NAMES)
