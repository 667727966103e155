"""Both environments build, are what Kubernetes takes, and have the names people type."""

import json
import os
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest
import yaml

from tests.deploy.manifests import (
    KUBERNETES,
    OVERLAYS,
    built,
    containers,
    named,
    of_kind,
    overlay,
)

OLDEST, NEWEST = "1.29", kubernetes_validate.latest_version()
"""The oldest has init containers that stay, which the worker's sidecar is."""

SCHEMAS = Path(__file__).parent / "schemas"
FULLEST = ("preview-to-zero", "production-autoscaled")


def unfit(manifests, version):
    """What Kubernetes, Prometheus's operator or KEDA would refuse: unknown fields, wrong values."""
    for one in manifests:
        own = SCHEMAS / f"{one['kind']}.json"
        try:
            if own.exists():
                jsonschema.validate(one, json.loads(own.read_text()))
            else:
                kubernetes_validate.validate(one, version, strict=True)
        except (jsonschema.ValidationError, kubernetes_validate.ValidationError) as error:
            yield f"{one['kind']} {one['metadata']['name']}: {error.message}"


@pytest.mark.parametrize(
    ("name", "version"), [(FULLEST[0], NEWEST), (FULLEST[1], NEWEST), (FULLEST[1], OLDEST)]
)
def test_kubernetes_takes_an_overlay(name, version):
    assert list(unfit(overlay(name), version)) == []


def test_kubernetes_takes_what_a_cluster_needs_once():
    manifests = built("monitoring")
    assert {one["kind"] for one in manifests} == {"PrometheusRule", "ConfigMap"}
    assert list(unfit(manifests, NEWEST)) == []


@pytest.mark.parametrize("wrong", [{"replicas": "three"}, {"replica": 3}])
def test_a_wrong_value_and_an_unknown_field_are_found(wrong):
    worker = named(overlay("preview"), "Deployment", "worker-deployment")
    spoilt = {**worker, "spec": {**worker["spec"], **wrong}}
    assert len(list(unfit([spoilt], NEWEST))) == 1


def test_an_unknown_field_of_a_pod_monitor_is_found():
    monitor = of_kind(overlay("preview"), "PodMonitor")[0]
    spoilt = {**monitor, "spec": {**monitor["spec"], "podMetricsEndpoint": []}}
    assert len(list(unfit([spoilt], NEWEST))) == 1


@pytest.mark.parametrize(("name", "replicas", "more"), [("preview", 1, 5), ("production", 3, 10)])
def test_the_documented_scaling_commands_name_what_is_there(name, replicas, more):
    namespace = f"headcount-{name}"
    deployment = named(overlay(name), "Deployment", f"{namespace}-worker-deployment")
    assert deployment["metadata"]["name"] == f"{namespace}-worker-deployment"
    assert deployment["metadata"]["namespace"] == namespace
    assert deployment["spec"]["replicas"] == replicas
    page = (KUBERNETES.parent / "README.md").read_text()
    scale = f"kubectl scale deployment {namespace}-worker-deployment --replicas={more}"
    assert f"{scale} -n {namespace}\n" in page


@pytest.mark.parametrize("name", OVERLAYS)
def test_everything_is_in_the_overlays_namespace_which_it_makes(name):
    [namespace] = of_kind(overlay(name), "Namespace")
    others = [one for one in overlay(name) if one is not namespace]
    assert {one["metadata"]["namespace"] for one in others} == {namespace["metadata"]["name"]}


def test_another_application_changes_prefix_and_namespace_and_nothing_else(tmp_path):
    build_beside(tmp_path, "shop")
    manifests = built(tmp_path / "shop")
    deployment = named(manifests, "Deployment", "worker-deployment")
    assert deployment["metadata"]["name"] == "flask-react-template-preview-worker-deployment"
    assert "headcount-preview" not in yaml.dump_all(manifests)
    assert list(unfit(manifests, NEWEST)) == []


def build_beside(folder, name):
    """Copy the preview overlay for another application, as someone would beside ours."""
    ours, theirs = KUBERNETES / "overlays" / "preview", folder / name
    theirs.mkdir()
    for path in ours.iterdir():
        text = path.read_text().replace("headcount-preview", "flask-react-template-preview")
        (theirs / path.name).write_text(text.replace("../..", os.path.relpath(KUBERNETES, theirs)))


@pytest.mark.parametrize("components", [["external-broker"], ["external-broker", "broker-ca"]])
def test_a_broker_elsewhere_takes_the_place_of_the_one_in_the_cluster(tmp_path, components):
    ours = os.path.relpath(KUBERNETES, tmp_path)
    kustomization = {
        "namePrefix": "shop-",
        "namespace": "shop",
        "resources": [f"{ours}/base"],
        "components": [f"{ours}/components/{one}" for one in components],
    }
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    manifests = built(tmp_path)
    assert of_kind(manifests, "StatefulSet") == []
    assert list(unfit(manifests, NEWEST)) == []
    for name, one in containers(manifests):
        assert {"secretRef": {"name": "broker-variables", "optional": True}} in one["envFrom"], name
    with_certificate = [
        name for name, one in containers(manifests)
        if any(mount["name"] == "broker-ca" for mount in one["volumeMounts"])
    ]  # fmt: skip
    assert len(with_certificate) == (
        len(list(containers(manifests))) if "broker-ca" in components else 0
    )


@pytest.mark.parametrize("name", FULLEST)
def test_an_autoscaled_deployment_leaves_its_size_to_the_autoscaler(name):
    deployment = named(overlay(name), "Deployment", "-worker-deployment")
    [autoscaler] = of_kind(overlay(name), "HorizontalPodAutoscaler", "ScaledObject")
    assert "replicas" not in deployment["spec"]
    assert autoscaler["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
