"""Production on one machine: a broker that fails over, pods as the manifests have them, alerts.

Every pod has a loopback address and a host name of its own. What the manifests say is kept, but for
times: leases and graces are shorter, and alerts look back and wait as the drill's do.
"""

import os
import random
import secrets
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Self

from deploy.broker_users import RIGHTS, access_control_list
from drill.processes import environment
from service.serve.ports import choose_port
from tests.chaos.enqueuer import Enqueuer
from tests.chaos.record import Run, read_runs
from tests.chaos.silences import Silences
from tests.rehearsal.deployments import Deployment
from tests.rehearsal.manifests import PodSpec, pod_spec, settings
from tests.rehearsal.monitors import SCRAPED, Monitors
from tests.rehearsal.pods import PORTS, Place, Pod, Release
from tests.sentinel_processes import MASTER_NAME, SentinelProcesses

REPLICAS = {"worker": 3, "beat": 2, "sidecar": 2, "flower": 1}
"""As in production."""

LEASE_SECONDS, GRACE_SECONDS = 6, 8
BROKER_OPTIONS = {"min-replicas-to-write": 1, "min-replicas-max-lag": 10}
"""One that is alone takes no jobs: others may lead by now, and its jobs would be lost."""

ANYWHERE = "0.0.0.0"


class Cluster:
    """All of it, from ``with`` on. ``enqueuer`` is the application."""

    def __init__(self, directory: Path, release: Release, rng: random.Random) -> None:
        self.directory, self.release, self.rng = directory, release, rng
        self.silences, self.enqueuer = Silences(), Enqueuer()
        self.restarts = list[str]()
        self._numbers, self._network = count(1), rng.randrange(1, 250)
        self._ports = {port: choose_port(ANYWHERE) for port in PORTS}
        self._running = ExitStack()
        password = secrets.token_urlsafe()
        options = {"aclfile": self._broker_users(password), **BROKER_OPTIONS}
        self.broker = SentinelProcesses(directory / "broker", 2, 3, password, options=options)
        self.deployments = {
            name: Deployment(
                lambda release, name=name: self._start_pod(name, release),  # type: ignore[misc]
                release,
                self._tell_monitors,
            )
            for name in REPLICAS
        }
        self.monitors = Monitors(directory)

    @property
    def workers(self) -> Deployment:
        return self.deployments["worker"]

    def url(self, user: str) -> str:
        """Return the broker's URL for one of its users."""
        return self.broker.url_of(self.broker.sentinels, user=user)

    def runs(self) -> dict[str, list[Run]]:
        """Tag -> the runs its job has recorded."""
        return read_runs(self.directory / "record")

    def wait_until_settled(self) -> None:
        """Wait until no pod comes or goes."""
        for deployment in self.deployments.values():
            deployment.wait_until_settled()

    # -- its parts

    def environ(self, user: str) -> dict[str, str]:
        """Return what everybody is told, and where a user of the broker finds it."""
        return environment(
            **settings(),
            CELERY_BROKER_URL=self.url(user),
            HEADCOUNT_SENTINEL_MASTER=MASTER_NAME,
            NOTES=str(self.directory / "record"),
        )

    def _start_pod(self, component: str, release: Release) -> Pod:
        number = next(self._numbers)
        place = Place(
            f"{component}-{number}",
            f"127.0.{self._network}.{number}",
            self._ports,
            self.directory,
        )
        own = {
            "HEADCOUNT_LEASE_SECONDS": str(LEASE_SECONDS),
            "HEADCOUNT_SHUTDOWN_GRACE_SECONDS": str(GRACE_SECONDS),
            "HEADCOUNT_FLOWER_USER": "flower",
            "HEADCOUNT_FLOWER_PASSWORD": "rehearsal",
            "CHAOS_CRON_ENTRIES": "1",
        }
        environ = {user: self.environ(user) | own for user in ("jobs", "sidecar")}
        spec = pod_spec(component)
        grace = _grace_seconds(component, spec)
        return Pod(spec, place, release, environ, self.silences, self.restarts.append, grace)

    def _broker_users(self, password: str) -> Path:
        """Write the broker's users, whose password is one; the servers are its default user's."""
        self.directory.mkdir(exist_ok=True)
        users = access_control_list(dict.fromkeys(RIGHTS, password)).splitlines()[1:]
        file = self.directory / "users.acl"
        file.write_text("\n".join([f"user default on >{password} ~* &* +@all", *users]) + "\n")
        return file

    def _tell_monitors(self) -> None:
        """Say who is there to be scraped, as discovery would find it."""
        pods = [
            pod
            for deployment in self.deployments.values()
            for pod in [*deployment.pods, *deployment.leaving]
        ]
        self.monitors.discover(
            {
                container: [
                    f"{pod.place.address}:{self._ports[port]}"
                    for pod in pods
                    if container in [one.name for one in pod]
                ]
                for container, port in SCRAPED.items()
            }
        )

    # -- how it comes and goes

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._running.close()
            raise
        return self

    def _start(self) -> None:
        self._running.enter_context(self.broker)
        self._tell_monitors()
        self._running.enter_context(self.monitors)
        for name, deployment in self.deployments.items():
            self._running.callback(deployment.stop)
            for _ in range(REPLICAS[name]):
                deployment.add()
        self.wait_until_settled()
        os.environ.update(self.environ("jobs"))  # for the application's own enqueuing

    def __exit__(self, *_: object) -> None:
        self._running.close()


def _grace_seconds(component: str, spec: PodSpec) -> float:
    """Return how long its pods may take to end: what the manifest leaves them beside the jobs'."""
    if component != "worker":
        return spec.grace_seconds
    return (
        GRACE_SECONDS + spec.grace_seconds - float(settings()["HEADCOUNT_SHUTDOWN_GRACE_SECONDS"])
    )
