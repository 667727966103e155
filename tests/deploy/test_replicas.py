"""Several of a kind: they stand apart, are replaced and evicted one after the other, and scale."""

import pytest

from tests.deploy.manifests import OVERLAYS, named, of_kind, overlay, pods

each_overlay = pytest.mark.parametrize("name", OVERLAYS)
LOCAL_VOLUMES = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"


def kinds(name):
    """The Deployments of which there may be more than one."""
    deployments = of_kind(overlay(name), "Deployment")
    return [
        one for one in deployments if not one["metadata"]["name"].endswith("-flower-deployment")
    ]


def labels(deployment):
    return deployment["spec"]["selector"]["matchLabels"]


@each_overlay
def test_pods_of_a_kind_and_a_revision_are_spread_over_nodes(name):
    for one in kinds(name):
        spread = one["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert "kubernetes.io/hostname" in {rule["topologyKey"] for rule in spread}
        assert all(rule["matchLabelKeys"] == ["pod-template-hash"] for rule in spread)
        assert all(rule["labelSelector"]["matchLabels"] == labels(one) for rule in spread)


@each_overlay
def test_nodes_are_emptied_one_pod_at_a_time_and_also_while_the_broker_is_away(name):
    budgets = {
        tuple(one["spec"]["selector"]["matchLabels"].items()): one["spec"]
        for one in of_kind(overlay(name), "PodDisruptionBudget")
    }
    for one in kinds(name):
        budget = budgets[tuple(labels(one).items())]
        assert budget["maxUnavailable"] == 1
        # Workers are not ready then: they would count as disrupted, and nobody could be evicted.
        assert budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


@each_overlay
def test_a_new_version_is_there_before_an_old_one_goes(name):
    for one in kinds(name):
        strategy = one["spec"]["strategy"]
        assert strategy["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


@each_overlay
@pytest.mark.parametrize("kind", ["worker", "beat"])
def test_a_version_that_ends_at_once_takes_the_place_of_none(name, kind):
    deployment = named(overlay(name), "Deployment", f"-{kind}-deployment")
    assert deployment["spec"]["minReadySeconds"] >= 10


@each_overlay
def test_no_volume_in_a_pod_keeps_a_node_from_being_taken_away(name):
    for one in of_kind(overlay(name), "Deployment"):
        template = one["spec"]["template"]
        scratch = [each["name"] for each in template["spec"]["volumes"] if "emptyDir" in each]
        assert template["metadata"]["annotations"][LOCAL_VOLUMES].split(",") == scratch


@each_overlay
def test_the_first_signal_that_a_process_gets_is_kubernetes_sigterm(name):
    """A second one ends the grace of running jobs: no hook may send one before."""
    for pod_name, pod in pods(overlay(name)):
        for container in [*pod.get("initContainers", ()), *pod["containers"]]:
            assert "lifecycle" not in container, pod_name
