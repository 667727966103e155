"""What every pod has to keep to: no privileges, nothing written, limits, probes, named images."""

import pytest

from tests.deploy.manifests import (
    OVERLAYS,
    containers,
    named,
    of_kind,
    overlay,
    pods,
    settings,
)
from tests.deploy.quantities import mebibytes

LOGS_MEBIBYTES = 64
"""What a node keeps of a container's log, unless told: five files of 10 MiB."""

GIVING_UP_SECONDS = 5
"""For giving back what runs, beyond the grace: docs/settings.md."""

SIDECAR_SECONDS = 3
"""service/sidecar/server.py: what open connections get."""

each_overlay = pytest.mark.parametrize("name", OVERLAYS)


def offenders(name, holds):
    return [one for one, container in containers(overlay(name)) if not holds(container)]


@each_overlay
def test_no_container_may_gain_anything_or_write_outside_its_volumes(name):
    def holds(container):
        context = container["securityContext"]
        return (
            context["allowPrivilegeEscalation"] is False
            and context["readOnlyRootFilesystem"] is True
            and context["capabilities"] == {"drop": ["ALL"]}
        )

    assert offenders(name, holds) == []


@each_overlay
def test_no_pod_runs_as_root_or_speaks_to_kubernetes(name):
    for pod_name, pod in pods(overlay(name)):
        context = pod["securityContext"]
        assert context["runAsNonRoot"] is True, pod_name
        assert context["runAsUser"] > 0, pod_name
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}, pod_name
        assert pod["automountServiceAccountToken"] is False, pod_name
        assert pod["enableServiceLinks"] is False, pod_name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys(), pod_name
        assert not any("hostPath" in volume for volume in pod.get("volumes", ())), pod_name


@each_overlay
def test_every_image_is_named_by_its_version(name):
    images = {container["image"] for _, container in containers(overlay(name))}
    assert images
    for image in images:
        repository, _, tag = image.rpartition(":")
        assert repository, image
        assert tag not in ("", "latest"), image


@each_overlay
def test_every_container_asks_for_what_it_needs_and_has_limits_of_memory_and_disk(name):
    def holds(container):
        requests, limits = container["resources"]["requests"], container["resources"]["limits"]
        return "cpu" in requests and all(
            mebibytes(limits[one]) >= mebibytes(requests[one])
            for one in ("memory", "ephemeral-storage")
        )

    assert offenders(name, holds) == []


@each_overlay
def test_what_a_pod_may_write_fits_into_what_its_containers_may(name):
    for pod_name, pod in pods(overlay(name)):
        written = sum(
            mebibytes(one["emptyDir"]["sizeLimit"]) for one in pod["volumes"] if "emptyDir" in one
        )
        limits = [one["resources"]["limits"]["ephemeral-storage"] for one in pod["containers"]]
        assert sum(map(mebibytes, limits)) - written >= LOGS_MEBIBYTES, pod_name


@each_overlay
def test_every_container_is_restarted_when_it_hangs_and_has_time_to_start(name):
    def holds(container):
        started = container.get("startupProbe", container["livenessProbe"])
        return "ports" not in container or seconds_until(started) >= 120

    assert offenders(name, holds) == []


@each_overlay
def test_volumes_that_are_mounted_exist_and_are_bounded(name):
    for pod_name, pod in pods(overlay(name)):
        volumes = {one["name"]: one for one in pod.get("volumes", ())}
        assert all(one["emptyDir"]["sizeLimit"] for one in volumes.values() if "emptyDir" in one)
        claims = {"data"} if "valkey" in pod_name else set()
        mounted = {
            mount["name"]
            for container in [*pod.get("initContainers", ()), *pod["containers"]]
            for mount in container.get("volumeMounts", ())
        }
        assert mounted == volumes.keys() | claims, pod_name


@each_overlay
def test_selectors_choose_pods_that_exist(name):
    manifests = overlay(name)
    labels = [
        one["spec"]["template"]["metadata"]["labels"]
        for one in of_kind(manifests, "Deployment", "StatefulSet")
    ]
    for one in of_kind(manifests, "Service", "PodDisruptionBudget", "PodMonitor", "NetworkPolicy"):
        selector = one["spec"].get("podSelector") or one["spec"]["selector"]
        wanted = selector if one["kind"] == "Service" else selector["matchLabels"]
        assert any(wanted.items() <= its.items() for its in labels), one["metadata"]["name"]


@each_overlay
def test_nothing_gets_in_or_out_that_no_policy_names(name):
    closed = named(overlay(name), "NetworkPolicy", "-closed")["spec"]
    assert closed["policyTypes"] == ["Ingress", "Egress"]
    assert not {"ingress", "egress"} & closed.keys()
    for one in of_kind(overlay(name), "Deployment", "StatefulSet"):
        labels = one["spec"]["template"]["metadata"]["labels"]
        assert closed["podSelector"]["matchLabels"].items() <= labels.items()


@each_overlay
def test_no_policy_opens_a_way_to_or_from_everywhere_but_for_what_jobs_need(name):
    open_ways = [
        policy["metadata"]["name"]
        for policy in of_kind(overlay(name), "NetworkPolicy")
        for way, ends in (("ingress", "from"), ("egress", "to"))
        for rule in policy["spec"].get(way, ())
        if not (rule.get(ends) and rule.get("ports"))
        or any(end.get("ipBlock", {}).get("cidr") == "0.0.0.0/0" for end in rule[ends])
    ]
    assert [one.rpartition("headcount")[2] for one in open_ways] == [
        f"-{name.split('-')[0]}-jobs-reach-out"
    ]


@each_overlay
def test_a_worker_has_the_time_to_drain_before_it_is_killed(name):
    worker = named(overlay(name), "Deployment", "-worker-deployment")
    pod = worker["spec"]["template"]["spec"]
    grace = float(settings(overlay(name))["HEADCOUNT_SHUTDOWN_GRACE_SECONDS"])
    needed = grace + GIVING_UP_SECONDS + SIDECAR_SECONDS
    assert pod["terminationGracePeriodSeconds"] > needed


@each_overlay
def test_children_are_replaced_before_they_fill_the_workers_memory(name):
    its = settings(overlay(name))
    children = int(its["HEADCOUNT_CONCURRENCY"]) * int(its["HEADCOUNT_CHILD_MEMORY_MIB"])
    worker = dict(containers(overlay(name)))[
        named(overlay(name), "Deployment", "-worker-deployment")["metadata"]["name"] + "/worker"
    ]
    assert 0 < children < 0.8 * mebibytes(worker["resources"]["limits"]["memory"])


@each_overlay
def test_what_jobs_leave_behind_is_reaped(name):
    """A worker as the first process reaps its own children only: test_image_contained.py."""
    worker = named(overlay(name), "Deployment", "-worker-deployment")
    assert worker["spec"]["template"]["spec"]["shareProcessNamespace"] is True


@each_overlay
def test_a_worker_is_restarted_by_its_own_probe_and_a_sidecar_by_another(name):
    pod = dict(pods(overlay(name)))[
        named(overlay(name), "Deployment", "-worker-deployment")["metadata"]["name"]
    ]
    [sidecar], [worker] = pod["initContainers"], pod["containers"]
    assert worker["livenessProbe"]["httpGet"] == {"path": "/health/live", "port": 8000}
    assert worker["readinessProbe"]["httpGet"] == {"path": "/health/ready", "port": 8000}
    # What speaks of the worker must not restart the sidecar, nor a slow sidecar the worker.
    assert not sidecar["livenessProbe"]["httpGet"]["path"].startswith("/health")
    assert seconds_until(sidecar["livenessProbe"]) < seconds_until(worker["livenessProbe"])
    assert sidecar["restartPolicy"] == "Always"


def seconds_until(probe):
    return probe["periodSeconds"] * probe["failureThreshold"]
