"""The example for Alertmanager: who is told, and that one cause is one message."""

import re
import subprocess
from itertools import count

import pytest
import yaml

from alerts.generate import FOLDER, GROUPS
from alerts.pace import Pace
from alerts.rule import Alert
from tests.alerts.alertmanager_process import running_alertmanager
from tests.waiting import wait_until

CONFIGURATION = FOLDER / "alertmanager.yml"
ALERTS = [rule for make in GROUPS for rule in make(Pace()).rules if isinstance(rule, Alert)]
SEVERITY = {alert.name: alert.severity for alert in ALERTS}

needs_prometheus = pytest.mark.needs_prometheus
namespaces = map("n{}".format, count())
"""One for each test, so that they can share an Alertmanager."""


@pytest.fixture(scope="module")
def manager(alertmanager, tmp_path_factory):
    directory = tmp_path_factory.mktemp("alertmanager")
    with running_alertmanager(alertmanager, CONFIGURATION, directory) as manager:
        yield manager


@needs_prometheus
def test_amtool_accepts_the_configuration(amtool):
    checked = run(amtool, "check-config", CONFIGURATION)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@needs_prometheus
@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (["alertname=HeadcountBrokerDown", "severity=critical"], "pager"),
        (["alertname=HeadcountFailuresHigh", "severity=warning"], "tickets"),
        (["alertname=SomebodyElses", "severity=critical"], "tickets"),
    ],
)
def test_what_is_critical_pages_and_the_rest_makes_tickets(amtool, labels, receiver):
    tested = run(amtool, "config", "routes", "test", f"--config.file={CONFIGURATION}", *labels)
    assert tested.stdout.split() == [receiver]


def test_every_matcher_of_the_inhibitions_names_an_alert_that_exists():
    for pattern in (p for rule in read_inhibitions() for p in rule["source"] + rule["target"]):
        for part in pattern.split("|"):
            assert any(re.fullmatch(part, name) for name in SEVERITY), part


def test_only_what_pages_hides_other_alerts():
    sources = {pattern for rule in read_inhibitions() for pattern in rule["source"]}
    hiding = {name for name in SEVERITY if any(re.fullmatch(p, name) for p in sources)}
    assert {alert.name for alert in ALERTS if alert.severity == "critical"} >= hiding


# What fires -> what somebody is told of; an alert is its name, and its queue where it has one.
TOLD = {
    "one broken broker is one page": (
        [alert.name for alert in ALERTS if alert.name != "HeadcountBrokerRefusesWrites"],
        {"HeadcountBrokerDown"},
    ),
    "a broker that takes no writes explains workers and Beats whose reports it refuses": (
        [
            "HeadcountBrokerRefusesWrites",
            "HeadcountBeatSilent",
            "HeadcountWorkerSilent",
            "HeadcountQueueWithoutWorkers default",
        ],
        {"HeadcountBrokerRefusesWrites"},
    ),
    "without sidecars nobody believes what is said of queues": (
        ["HeadcountSidecarMissing", "HeadcountQueueStalled low", "HeadcountWorkersMissing"],
        {"HeadcountSidecarMissing"},
    ),
    "one sidecar that shows the past hides nothing that the others see": (
        ["HeadcountTelemetryStale", "HeadcountQueueStalled low", "HeadcountOldestJobTooOld low"],
        {"HeadcountTelemetryStale", "HeadcountQueueStalled low"},
    ),
    "a full broker is full, and explains late jobs and a Beat that cannot tick": (
        [
            "HeadcountBrokerFull",
            "HeadcountBrokerMemoryHigh",
            "HeadcountObjectiveBurnsFast low",
            "HeadcountBeatSilent",
        ],
        {"HeadcountBrokerFull"},
    ),
    "a queue without workers is told of once, and late jobs of another queue too": (
        [
            "HeadcountQueueWithoutWorkers default",
            "HeadcountOldestJobTooOld default",
            "HeadcountObjectiveBurnsFast default",
            "HeadcountOldestJobTooOld low",
            "HeadcountWorkersMissing",
            "HeadcountCronNotSucceeding",
        ],
        {"HeadcountQueueWithoutWorkers default", "HeadcountOldestJobTooOld low"},
    ),
    "a stuck worker, told of first, explains the queue that stands still": (
        ["HeadcountQueueStalled low", "HeadcountWorkerStuck", "HeadcountJobHung low"],
        {"HeadcountWorkerStuck"},
    ),
    "without Beat no cron job runs": (
        ["HeadcountBeatSilent", "HeadcountCronMissed", "HeadcountCronNotSucceeding"],
        {"HeadcountBeatSilent"},
    ),
    "the page about an objective is enough, for its queue": (
        [
            "HeadcountObjectiveBurnsFast low",
            "HeadcountObjectiveBurnsSlowly low",
            "HeadcountFailuresHigh low",
            "HeadcountFailuresHigh default",
        ],
        {"HeadcountObjectiveBurnsFast low", "HeadcountFailuresHigh default"},
    ),
}


@needs_prometheus
@pytest.mark.parametrize(("firing", "told"), TOLD.values(), ids=TOLD)
def test_one_cause_is_told_of_once(manager, firing, told):
    namespace, elsewhere = next(namespaces), next(namespaces)
    manager.tell([as_labels(each, namespace) for each in firing])
    wait_until(lambda: named(manager.active(namespace)) == told, 10)
    # The causes are another installation's: there, what they explain here is told of.
    manager.tell([as_labels(each, elsewhere) for each in set(firing) - told])
    wait_until(lambda: named(manager.active(elsewhere)) - told, 10)


@needs_prometheus
def test_the_urgent_form_of_an_absence_hides_the_other(manager):
    namespace, name = next(namespaces), "HeadcountTelemetryAbsent"
    both = [as_labels(name, namespace) | {"severity": how} for how in ("critical", "warning")]
    manager.tell(both)
    wait_until(
        lambda: [alert["severity"] for alert in manager.active(namespace)] == ["critical"], 10
    )


@needs_prometheus
def test_alerts_that_hide_others_do_not_hide_each_other_until_nobody_is_told(manager):
    namespace = next(namespaces)
    broken_brokers = {"HeadcountBrokerDown", "HeadcountBrokerRefusesWrites"}
    everything = [alert.name for alert in ALERTS if alert.name not in broken_brokers]
    manager.tell([as_labels(each, namespace) for each in everything])
    pages = {"HeadcountSidecarMissing", "HeadcountBrokerFull"}
    wait_until(lambda: named(manager.active(namespace)) >= pages, 10)


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def as_labels(alert, namespace):
    name, _, queue = alert.partition(" ")
    labels = {"alertname": name, "severity": SEVERITY[name], "namespace": namespace}
    return labels | ({"queue": queue} if queue else {})


def named(alerts):
    return {f"{labels['alertname']} {labels.get('queue', '')}".strip() for labels in alerts}


def read_inhibitions():
    """Return the patterns of alerts' names that each inhibition has on its two sides."""
    rules = yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))["inhibit_rules"]
    return [
        {side: patterns_of(rule[f"{side}_matchers"]) for side in ("source", "target")}
        for rule in rules
    ]


def patterns_of(matchers):
    found = (re.fullmatch(r'alertname!?=~?"([^"]+)"', matcher) for matcher in matchers)
    return [match[1] for match in found if match]
