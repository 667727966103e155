"""The names in CONTRACT.md, on which other people's tools rely, are those of the code."""

import re
from pathlib import Path

import pytest

from service.queues import QUEUE_NAMES
from service.settings import Settings
from service.telemetry.catalogue import SIDECAR_METRICS, WORKER_METRICS
from service.telemetry.events import ChildExit, Outcome
from workers import Worker

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT.parent / "shared" / "CONTRACT.md"

pytestmark = pytest.mark.skipif(not CONTRACT.exists(), reason="CONTRACT.md is not here")

NOT_IN_THE_CONTRACT = {
    "HEADCOUNT_SENTINEL_MASTER",
    "HEADCOUNT_SENTINEL_USER",
    "HEADCOUNT_SENTINEL_PASSWORD",
    "HEADCOUNT_FLOWER_USER",
    "HEADCOUNT_FLOWER_PASSWORD",
    "HEADCOUNT_SHUTDOWN_GRACE_SECONDS",
    "HEADCOUNT_CHILD_MEMORY_MIB",
    "HEADCOUNT_CANARIES",
    "HEADCOUNT_GRAFANA_URL",
}
METRICS_BESIDE_THE_CONTRACT = {
    "headcount_dead_overflow_total",
    "headcount_broker_writable",
    "headcount_canary_round_trip_seconds",
    "headcount_canary_last_success_timestamp_seconds",
}


def section(number):
    text = CONTRACT.read_text() if CONTRACT.exists() else ""
    parts = re.split(r"^## (\d+)\. ", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True)).get(str(number), "")


def rows(number):
    """The cells of all tables of a section, without their headings."""
    lines = re.findall(r"^\| (.*?) ?\|$", section(number), flags=re.MULTILINE)
    table = [[cell.strip() for cell in re.split(r"(?<!\\) ?\|(?: |$)", line)] for line in lines]
    return [cells for cells in table if "`" in cells[0]]


def quoted(text):
    return re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


# -- commands


def commands():
    import typer

    from service.cli import build_app

    group = typer.main.get_command(build_app())
    found = {}
    for name, command in group.commands.items():
        found[name] = command
        for inner, its in getattr(command, "commands", {}).items():
            found[f"{name} {inner}"] = its
    return found


COMMANDS = {
    "serve", "worker", "beat", "flower", "sidecar", "check", "queues", "workers", "enqueue", "job",
    "dead", "dead list", "dead show", "dead retry", "dead drop",
}  # fmt: skip
COMMANDS_BESIDE_THE_CONTRACT = {
    "running", "top", "ledger", "ledger show", "ledger settle",
}  # fmt: skip


def test_there_are_just_these_commands():
    assert commands().keys() == COMMANDS | COMMANDS_BESIDE_THE_CONTRACT


def test_the_contract_names_these_commands():
    words = re.findall(r"[a-z]+", " ".join(cells[0] for cells in rows(1) if "make" not in cells[0]))
    assert {name.split()[-1] for name in COMMANDS} <= set(words)


def test_options_of_the_contract_exist():
    found = {
        name: {option for parameter in command.params for option in parameter.opts}
        for name, command in commands().items()
    }
    assert {"--in", "--at"} <= found["enqueue"]
    assert "--json" in found["queues"] & found["workers"]
    assert "--all" in found["dead retry"] & found["dead drop"]


def test_the_makefile_has_the_targets_of_the_contract():
    text = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([\w .-]+?):(?!=)", text, flags=re.MULTILINE))
    made = {word for target in targets for word in target.split()}
    wanted = {cells[0].strip("`").split()[1] for cells in rows(1) if cells[0].startswith("`make")}
    assert wanted
    assert wanted | {f"serve-{p}" for p in ("worker", "beat", "flower", "sidecar")} <= made


# -- settings


def shown(value):
    """A default as the contract writes it."""
    if isinstance(value, tuple):
        return ",".join(value)
    return str(getattr(value, "key", value))


def test_settings_and_their_defaults_are_those_of_the_contract():
    contract = {name: cells[1] for cells in rows(2) for name in quoted(cells[0])}
    defaults = {
        str(field.alias): "" if field.default is None else shown(field.default)
        for field in Settings.model_fields.values()
    }
    assert contract
    assert defaults.keys() - contract.keys() == {
        *NOT_IN_THE_CONTRACT, "CELERY_BROKER_URL", "CELERY_RESULT_BACKEND",
    }  # fmt: skip
    decided_later = {"HEADCOUNT_LOG_FORMAT": "json", "HEADCOUNT_HEALTH_URL": "/health"}
    for name, default in contract.items():
        expected = decided_later.get(name, defaults[name])
        assert expected in (quoted(default) or [default]), name


def test_the_two_names_that_celery_users_know_are_settings():
    assert {"CELERY_BROKER_URL", "CELERY_RESULT_BACKEND"} <= set(quoted(section(2)))


# -- Python


def test_class_attributes_and_their_defaults_are_those_of_the_contract():
    described = section(3).partition("Further class attributes: ")[2]
    defaults = {
        "retry_backoff": 5,
        "retry_backoff_max": 600,
        "retry_jitter": True,
        "time_limit": None,
        "soft_time_limit": None,
        "expires_in": None,
        "unique_for": None,
        "store_result": False,
        "log_arguments": (),
    }
    assert {*defaults, "name"} <= set(quoted(described))
    assert {name: getattr(Worker, name) for name in defaults} == defaults
    assert (Worker.queue, Worker.max_retries, Worker.cron_schedule) == ("default", 3, None)


def test_a_worker_class_has_these_attributes_and_no_others():
    known = set(quoted(section(3))) | {"queue", "max_retries", "cron_schedule", "perform"}
    known |= {"perform_async", "perform_at", "perform_in", "perform_bulk", "registry"}
    known |= {"cron_deadline"}  # an addition
    ours = {name for name in {*vars(Worker), *Worker.__annotations__} if not name.startswith("_")}
    assert ours <= known


# -- HTTP


def test_the_sidecar_answers_the_contracts_paths():
    from service.settings import load_settings
    from service.sidecar.app import create_app

    class NoSnapshots:
        """Never asked."""

    app = create_app(NoSnapshots(), load_settings({}), "host")  # type: ignore[arg-type]
    schema = set(app.openapi()["paths"])
    routes = {getattr(route, "path", "") for route in app.routes} | schema
    wanted = {one.partition(" ")[2] for cells in rows(4) for one in quoted(cells[0])}
    assert len(wanted) == 8
    assert wanted <= routes


# -- metrics


def metrics_of_the_contract():
    """name -> (kind, labels)."""
    found = {}
    for cells in rows(5):
        kind = cells[1].split()[0]
        words = re.sub(r"\([^)]*\)", "", cells[2]).partition(":")[0]
        labels = tuple(word.strip() for word in words.split(",") if word.strip())
        for name in quoted(cells[0]):
            found[name] = (kind, labels)
    return found


def test_metrics_and_their_labels_are_those_of_the_contract():
    catalogue = {
        metric.name: (metric.kind, metric.labels)
        for metric in (*WORKER_METRICS.values(), *SIDECAR_METRICS.values())
        if metric.name not in METRICS_BESIDE_THE_CONTRACT
    }
    assert catalogue == metrics_of_the_contract()


def test_each_metric_has_one_writer():
    assert not WORKER_METRICS.keys() & SIDECAR_METRICS.keys()


def test_outcomes_and_reasons_are_those_of_the_contract():
    text = section(5)
    assert set(map(str, Outcome)) <= set(quoted(text))
    for reason in ChildExit:
        assert re.search(rf"reason: [\w, ]*\b{reason}\b", text)


# -- broker keys


def test_queues_are_plain_lists_of_these_names():
    assert set(QUEUE_NAMES) <= set(re.findall(r"\w+", section(7)))
