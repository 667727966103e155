"""What the manifests say of a pod: its containers, their probes, how long it may take to end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

BASE = Path(__file__).parents[2] / "deploy" / "kubernetes" / "base"

NOTHING: Mapping[str, Any] = {"path": "", "port": None}


@dataclass(frozen=True, slots=True)
class Probe:
    """What a kubelet asks a container, how often, and how many failures it bears.

    ``port``: where by HTTP; None: ``deploy/healthcheck.py`` looks at its process.
    """

    path: str
    port: int | None
    period_seconds: float
    timeout_seconds: float
    failure_threshold: int


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """One container. ``user``: whose URL of the broker it is given."""

    name: str
    args: Sequence[str]
    user: str
    startup: Probe | None
    liveness: Probe | None
    readiness: Probe | None


@dataclass(frozen=True, slots=True)
class PodSpec:
    """A pod. Sidecars start before its containers, and end after them."""

    sidecars: Sequence[ContainerSpec]
    containers: Sequence[ContainerSpec]
    grace_seconds: float


def pod_spec(component: str) -> PodSpec:
    """Read a Deployment's pod from the base."""
    documents = yaml.safe_load_all((BASE / f"{component}.yaml").read_text())
    [pod] = [one["spec"]["template"]["spec"] for one in documents if one["kind"] == "Deployment"]
    init, main = pod.get("initContainers", []), pod["containers"]
    assert all(one["restartPolicy"] == "Always" for one in init), "only sidecars are played"
    assert not any("lifecycle" in one for one in [*init, *main]), "hooks are not played"
    ports = {p["name"]: p["containerPort"] for one in [*init, *main] for p in one.get("ports", ())}
    return PodSpec(
        [_container(one, ports) for one in init],
        [_container(one, ports) for one in main],
        pod["terminationGracePeriodSeconds"],
    )


def settings() -> dict[str, str]:
    """Read the variables that all containers get."""
    [generated] = yaml.safe_load((BASE / "kustomization.yaml").read_text())["configMapGenerator"]
    return dict(literal.split("=", 1) for literal in generated["literals"])


def _container(manifest: Mapping[str, Any], ports: Mapping[str, int]) -> ContainerSpec:
    [key] = [
        one["valueFrom"]["secretKeyRef"]["key"]
        for one in manifest["env"]
        if one["name"] == "CELERY_BROKER_URL"
    ]
    return ContainerSpec(
        manifest["name"],
        manifest["args"],
        {"worker-url": "jobs", "sidecar-url": "sidecar"}[key],
        *(
            _probe(manifest.get(f"{kind}Probe"), ports)
            for kind in ("startup", "liveness", "readiness")
        ),
    )


def _probe(manifest: Mapping[str, Any] | None, ports: Mapping[str, int]) -> Probe | None:
    if manifest is None:
        return None
    asked = manifest.get("httpGet", NOTHING)
    if asked is NOTHING:
        assert manifest["exec"]["command"][-1].endswith("/healthcheck.py"), "only that is played"
    return Probe(
        asked["path"],
        ports.get(asked["port"], asked["port"]),
        manifest["periodSeconds"],
        manifest.get("timeoutSeconds", 1),
        manifest.get("failureThreshold", 3),
    )
