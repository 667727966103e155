"""A Deployment: so many pods of one release, one more or fewer, replaced one after the other."""

import threading
from collections.abc import Callable

from tests.rehearsal.pods import Pod, Release
from tests.waiting import wait_until

READY_SECONDS = 120


class Deployment:
    """``start`` starts one pod of a release; ``changed`` hears whenever pods came or went."""

    def __init__(
        self, start: Callable[[Release], Pod], release: Release, changed: Callable[[], None]
    ) -> None:
        self._start, self._changed = start, changed
        self.release = release
        self.pods, self.leaving = list[Pod](), list[Pod]()
        self._endings = list[threading.Thread]()

    def scale(self, replicas: int) -> None:
        """Start pods and wait until they are ready, or end the youngest, without waiting."""
        for pod in self.pods[replicas:]:
            self.end(pod)
        while len(self.pods) < replicas:
            self.add()
        self.wait_until_ready()

    def roll_out(self, release: Release) -> None:
        """Replace every pod: a new one first, an old one ends once that is ready."""
        self.release = release
        for old in list(self.pods):
            self.add()
            self.wait_until_ready()
            self.end(old)

    def add(self) -> Pod:
        """Start one more, without waiting until it is ready."""
        pod = self._start(self.release)
        self.pods.append(pod)
        self._changed()
        return pod

    def end(self, pod: Pod) -> None:
        """End one, without waiting until it has."""
        self.pods.remove(pod)
        self.leaving.append(pod)
        ending = threading.Thread(target=self._end, args=(pod,))
        self._endings.append(ending)
        ending.start()

    def _end(self, pod: Pod) -> None:
        pod.stop()
        self.leaving.remove(pod)
        self._changed()

    def lose(self, pod: Pod) -> None:
        """Let one be gone at once, and start another in its place."""
        self.pods.remove(pod)
        pod.lose()
        self._changed()
        self.add()

    def wait_until_ready(self) -> None:
        """Wait until every pod that is to stay is ready."""
        wait_until(lambda: all(pod.ready for pod in self.pods), READY_SECONDS, "not ready")

    def wait_until_settled(self) -> None:
        """Wait until those that are to stay are ready, and the others gone."""
        self.wait_until_ready()
        while self._endings:
            self._endings.pop().join()

    def stop(self) -> None:
        """End all of it."""
        self.scale(0)
        self.wait_until_settled()
