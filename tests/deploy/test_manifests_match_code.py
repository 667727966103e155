"""Every command, variable, port, path and series that the files of deploy/ name exists."""

import json
import re

import pytest
import typer
import yaml

from deploy.secrets import secrets
from service.cli import build_app
from service.settings import Settings, load_settings
from service.sidecar.app import create_app
from service.sidecar.snapshot_cache import SnapshotCache
from tests.deploy.manifests import (
    DEPLOY,
    KUBERNETES,
    OVERLAYS,
    containers,
    named,
    of_kind,
    overlay,
    settings,
)

VARIABLES = {str(field.alias) for field in Settings.model_fields.values()}
DEFAULTS = load_settings({})
PORTS = {
    "worker": {"metrics": DEFAULTS.metrics_port},
    "sidecar": {"http": DEFAULTS.http_port},
    "flower": {"http": DEFAULTS.flower_port},
    "beat": {},
}
"""Command -> the ports it listens on, by their names in the manifests."""

OF_OTHERS = {"worker": "/metrics", "flower": "/healthcheck"}
"""Paths that are not the sidecar's: service/telemetry/metrics_app.py, Flower's own."""

each_overlay = pytest.mark.parametrize("name", OVERLAYS)
IMAGE = (DEPLOY / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def ours(name):
    """Headcount's own containers."""
    return [one for label, one in containers(overlay(name)) if "valkey" not in label]


def sidecar_paths():
    app = create_app(SnapshotCache(lambda: None), DEFAULTS, "here")
    return set(app.openapi()["paths"])


@each_overlay
def test_every_container_runs_a_command_that_exists(name):
    known = set(typer.main.get_command(build_app()).commands)
    commands = [one["args"] for one in ours(name)]
    assert {command for [command] in commands} == PORTS.keys()
    assert {command for [command] in commands} <= known


@each_overlay
def test_the_image_has_the_projects_version(name):
    text = (DEPLOY.parent / "pyproject.toml").read_text()
    [version] = re.findall(r'^version = "(.*)"', text, re.MULTILINE)
    composed = [COMPOSE["services"][command] for command in PORTS]
    assert {one["image"] for one in [*ours(name), *composed]} == {f"headcount:{version}"}


@each_overlay
def test_every_variable_is_a_setting_and_its_value_is_allowed(name):
    given = settings(overlay(name))
    for container in ours(name):
        own = [variable["name"] for variable in container["env"]]
        assert {*own, *given} <= VARIABLES
    made = load_settings(given)
    assert made.concurrency == 8
    assert made.canaries is name.startswith("production")
    assert made.host == "0.0.0.0"


@each_overlay
def test_every_port_is_the_one_that_its_process_listens_on(name):
    for container in ours(name):
        [command] = container["args"]
        declared = {port["name"]: port["containerPort"] for port in container.get("ports", ())}
        assert declared == PORTS[command]


@each_overlay
def test_every_probe_asks_for_a_path_that_is_answered_at_that_port(name):
    paths = sidecar_paths()
    for container in ours(name):
        probes = [container[kind] for kind in container if kind.endswith("Probe")]
        for asked in [probe["httpGet"] for probe in probes if "httpGet" in probe]:
            [command] = container["args"]
            port = PORTS[command].get(asked["port"], asked["port"])
            if port == DEFAULTS.http_port:
                assert asked["path"] in paths
            else:
                assert port in PORTS[command].values()
                assert asked["path"] == OF_OTHERS[command]


@each_overlay
def test_what_probes_run_in_a_container_is_the_images_own_health_check(name):
    ran = {
        " ".join(one["livenessProbe"]["exec"]["command"])
        for one in ours(name) if "exec" in one["livenessProbe"]
    }  # fmt: skip
    asked = re.search(r"HEALTHCHECK .*?CMD (\[.*?\])", IMAGE, re.DOTALL)
    assert ran == {" ".join(json.loads(asked[1]))}


@each_overlay
def test_which_jobs_there_are_is_left_to_the_image(name):
    """Even an empty HEADCOUNT_WORKERS would hide the one that an image sets."""
    assert "HEADCOUNT_WORKERS" not in settings(overlay(name))
    assert not any(
        "HEADCOUNT_WORKERS" in one.get("environment", ()) for one in COMPOSE["services"].values()
    )


@each_overlay
def test_series_come_with_the_job_of_our_rules_and_their_pod_as_the_instance(name):
    for monitor in of_kind(overlay(name), "PodMonitor"):
        [endpoint] = monitor["spec"]["podMetricsEndpoints"]
        labels = {one["targetLabel"]: one for one in endpoint["relabelings"]}
        [kind] = [command for command in PORTS if endpoint["port"] in PORTS[command]][:1]
        assert labels["job"]["replacement"] == f"headcount-{kind}"
        assert labels["instance"]["sourceLabels"] == ["__meta_kubernetes_pod_name"]


@each_overlay
def test_services_monitors_and_policies_name_ports_that_pods_have(name):
    declared = [
        port for _, container in containers(overlay(name)) for port in container.get("ports", ())
    ]
    names = {port["name"] for port in declared}
    for service in of_kind(overlay(name), "Service"):
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= names
    for monitor in of_kind(overlay(name), "PodMonitor"):
        endpoints = monitor["spec"]["podMetricsEndpoints"]
        assert {(one["port"] in names, one["path"]) for one in endpoints} == {(True, "/metrics")}
    let_in = {
        port["port"]
        for policy in of_kind(overlay(name), "NetworkPolicy")
        for rule in policy["spec"].get("ingress", ())
        for port in rule["ports"]
    }
    # All but Flower's, which nothing in the cluster may reach.
    assert let_in == {port["containerPort"] for port in declared} - {DEFAULTS.flower_port}


@each_overlay
def test_secrets_that_pods_read_are_those_that_are_made(name):
    made = {
        one["metadata"]["name"]: one["stringData"].keys()
        for one in secrets("headcount-" + name.split("-")[0])
    }
    for container in ours(name):
        for variable in container["env"]:
            wanted = variable["valueFrom"]["secretKeyRef"]
            assert wanted["key"] in made[wanted["name"]]


@pytest.mark.parametrize("name", ["preview", "production"])
def test_the_broker_urls_that_are_made_lead_to_the_broker_in_the_cluster(name):
    namespace = f"headcount-{name}"
    service = named(overlay(name), "Service", "-valkey-service")
    urls = secrets(namespace)[0]["stringData"]
    for url in urls.values():
        load_settings({"CELERY_BROKER_URL": url})
        host = f"{service['metadata']['name']}.{service['metadata']['namespace']}"
        assert url.endswith(f"@{host}:{service['spec']['ports'][0]['port']}/0")


@pytest.mark.parametrize("name", ["preview-to-zero", "production-autoscaled"])
def test_autoscalers_go_by_a_series_that_the_rules_record(name):
    recorded = "namespace:headcount_jobs_open:sum"
    rules = (KUBERNETES / "monitoring" / "operator-rules.yaml").read_text()
    assert f"record: {recorded}" in rules
    path = KUBERNETES / "overlays" / name
    [text] = [one.read_text() for one in path.glob("*.yaml") if one.name != "kustomization.yaml"]
    assert recorded in text
    slots = settings(overlay(name))["HEADCOUNT_CONCURRENCY"]
    assert f'averageValue: "{slots}"' in text or f'threshold: "{slots}"' in text


def test_the_scaled_object_asks_for_its_own_namespace():
    [scaled] = of_kind(overlay("preview-to-zero"), "ScaledObject")
    [query] = [trigger["metadata"]["query"] for trigger in scaled["spec"]["triggers"]]
    assert f'{{namespace="{scaled["metadata"]["namespace"]}"}}' in query


def test_the_page_names_every_overlay_and_component_and_nothing_that_is_not_there():
    page = (DEPLOY / "README.md").read_text()
    named = set(re.findall(r"`([\w./-]+)`", page))
    there = {
        one.name for kind in ("overlays", "components") for one in (KUBERNETES / kind).iterdir()
    }
    assert there <= named
    files = {one for one in named if re.search(r"\.(py|ya?ml|sh)$|/$", one)}
    places = (DEPLOY, DEPLOY.parent, KUBERNETES)
    assert [one for one in files if not any((place / one).exists() for place in places)] == []


def test_variables_of_the_image_and_of_compose_are_settings():
    text = (DEPLOY / "Dockerfile").read_text()
    text += (DEPLOY / "compose.yaml").read_text() + (DEPLOY / "README.md").read_text()
    named = set(re.findall(r"\b(?:HEADCOUNT|CELERY)_[A-Z_]+\b", text))
    assert named <= VARIABLES
