"""The manifests as kustomize builds them, and what tests look for in them."""

import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.programs import if_there

DEPLOY = Path(__file__).parents[2] / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
OVERLAYS = ("preview", "production", "preview-to-zero", "production-autoscaled")

Manifest = dict[str, Any]
WITH_PODS = ("Deployment", "StatefulSet")


@cache
def built(folder: str | Path) -> tuple[Manifest, ...]:
    """Build a kustomization, as ``kubectl apply -k`` does."""
    command = [if_there("kubectl"), "kustomize", str(KUBERNETES / folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return tuple(yaml.safe_load_all(done.stdout))


def overlay(name: str) -> tuple[Manifest, ...]:
    return built(f"overlays/{name}")


def of_kind(manifests: tuple[Manifest, ...], *kinds: str) -> list[Manifest]:
    return [one for one in manifests if one["kind"] in kinds]


def named(manifests: tuple[Manifest, ...], kind: str, ending: str) -> Manifest:
    """The one of this kind whose name ends so."""
    [found] = [one for one in of_kind(manifests, kind) if one["metadata"]["name"].endswith(ending)]
    return found


def pods(manifests: tuple[Manifest, ...]) -> list[tuple[str, Manifest]]:
    """(name, specification) of every pod."""
    return [
        (one["metadata"]["name"], one["spec"]["template"]["spec"])
        for one in of_kind(manifests, *WITH_PODS)
    ]


def containers(manifests: tuple[Manifest, ...]) -> Iterator[tuple[str, Manifest]]:
    """("pod/container", specification) of every container."""
    for name, pod in pods(manifests):
        for one in [*pod.get("initContainers", ()), *pod["containers"]]:
            yield f"{name}/{one['name']}", one


def settings(manifests: tuple[Manifest, ...]) -> dict[str, str]:
    """The variables that all of Headcount's containers get."""
    [found] = [
        one for one in of_kind(manifests, "ConfigMap") if "-settings-" in one["metadata"]["name"]
        and "valkey" not in one["metadata"]["name"]
    ]  # fmt: skip
    return found["data"]
