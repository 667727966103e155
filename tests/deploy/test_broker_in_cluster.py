"""The broker's StatefulSet: memory for the worst it does, a name, and a volume that stays."""

import pytest

from tests.deploy.manifests import KUBERNETES, OVERLAYS, containers, named, of_kind, overlay
from tests.deploy.quantities import mebibytes

each_overlay = pytest.mark.parametrize("name", OVERLAYS)
CONFIG = KUBERNETES / "components" / "valkey" / "valkey.conf"


def stateful_set(name):
    return named(overlay(name), "StatefulSet", "-valkey-stateful-set")


def memory(name, kind):
    [valkey] = [one for label, one in containers(overlay(name)) if label.endswith("/valkey")]
    return mebibytes(valkey["resources"][kind]["memory"])


@each_overlay
def test_its_memory_suffices_while_it_rewrites_its_file_and_everything_changes(name):
    [most] = [line for line in CONFIG.read_text().splitlines() if line.startswith("maxmemory ")]
    data = int(most.split()[1].removesuffix("mb"))
    assert 2.5 * data < memory(name, "limits")


@each_overlay
def test_it_asks_for_all_its_memory_and_is_evicted_last(name):
    assert memory(name, "requests") == memory(name, "limits")


@each_overlay
def test_it_is_governed_by_a_headless_service_that_selects_it(name):
    spec = stateful_set(name)["spec"]
    [service] = [
        one for one in of_kind(overlay(name), "Service")
        if one["metadata"]["name"] == spec["serviceName"]
    ]  # fmt: skip
    assert service["spec"]["clusterIP"] == "None"
    assert service["spec"]["selector"] == spec["selector"]["matchLabels"]


@each_overlay
def test_nobody_moves_it_to_save_a_node(name):
    annotations = stateful_set(name)["spec"]["template"]["metadata"]["annotations"]
    assert annotations["cluster-autoscaler.kubernetes.io/safe-to-evict"] == "false"
    assert annotations["karpenter.sh/do-not-disrupt"] == "true"


@each_overlay
def test_its_volume_outlives_it(name):
    retention = stateful_set(name)["spec"]["persistentVolumeClaimRetentionPolicy"]
    assert set(retention.values()) == {"Retain"}
