"""Everything that Headcount runs, with a secret wherever one can be: where are they told?"""

import json
import os
import subprocess
import sys

import psutil

from service.broker import keys
from service.queues import QUEUE_NAMES
from tests import sample_jobs as jobs
from tests.asking import ask
from tests.broker_process import BrokerProcess
from tests.headcount_process import ROOT, Processes
from tests.waiting import wait_until
from workers.jobs.health_check import HealthCheckWorker

BROKER, RESULTS = "S3CRET-of-the-broker", "S3CRET-of-the-result-store"
SENTINELS, FLOWER, WRONG = "S3CRET-of-sentinels", "S3CRET-of-flower", "S3CRET-that-is-wrong"
HEALTH, TOKEN = "S3CRET-of-the-health-url", "S3CRET-token"
COLLECTOR = "S3CRET-of-the-collector"
ARGUMENT, RESULT = "S3CRET-argument", "S3CRET-result"
MARK = "S3CRET"

USER = "operator"
SIDECAR_PATHS = (
    "/", "/docs", "/openapi.json", "/health", "/health/live", "/health/ready", "/queues",
    "/queues/default", "/workers", "/metrics", "/no-such-page",
)  # fmt: skip
FLOWER_PATHS = ("/", "/workers", "/broker", "/tasks", "/api/workers", "/metrics", "/healthcheck")


MESSAGES = (
    *QUEUE_NAMES, *map(keys.scheduled, QUEUE_NAMES), keys.UNACKED, keys.DEAD_MESSAGES,
)  # fmt: skip
"""The keys that hold what has been enqueued, arguments included."""


class GuardedStack:
    """Worker, Beat, sidecar and Flower with passwords, and all jobs that keep a secret."""

    def __init__(self, directory):
        self.broker = BrokerProcess(directory / "broker", BROKER)
        self.results = BrokerProcess(directory / "results", RESULTS)
        self.processes = Processes(directory)

    def __enter__(self):
        try:
            self._start_all()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start_all(self):
        self.broker.start()
        self.results.start()
        self.variables = {
            "CELERY_RESULT_BACKEND": self.results.url,
            "HEADCOUNT_SENTINEL_PASSWORD": SENTINELS,
            "HEADCOUNT_FLOWER_USER": USER,
            "HEADCOUNT_FLOWER_PASSWORD": FLOWER,
            "HEADCOUNT_LOG_LEVEL": "debug",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{USER}:{COLLECTOR}@127.0.0.1:9/?token={TOKEN}",
            "OTEL_EXPORTER_OTLP_HEADERS": f"authorization={COLLECTOR}",
        }
        self.sidecar = self._start("sidecar", HEADCOUNT_LOG_FORMAT="console")
        address = f"http://{USER}:{HEALTH}@127.0.0.1:{self.sidecar.http_port}/?token={TOKEN}"
        self.variables["HEADCOUNT_HEALTH_URL"] = address
        self.flower = self._start("flower")
        self.beat = self._start("beat")
        self.worker = self._start("worker")
        self.plainly = self._start("worker", HEADCOUNT_LOG_FORMAT="console")
        self.locked_out = [
            self._start(role, url=self.broker.url.replace(BROKER, WRONG))
            for role in ("worker", "beat", "sidecar", "flower")
        ]
        for process in self.running:
            process.wait_until_ready()

    def __exit__(self, *_):
        self.processes.__exit__()
        self.results.kill()
        self.broker.kill()

    def _start(self, role, url=None, **variables):
        return self.processes.start(
            role, broker_url=url or self.broker.url, wait=False, **self.variables, **variables
        )

    @property
    def running(self):
        return [self.sidecar, self.flower, self.beat, self.worker, self.plainly]

    def perform_everything(self):
        """Run jobs that end in every way, and one that goes on; return the id of a dead one."""
        kept = jobs.Keep.perform_async(RESULT)
        self.kept = kept.id
        dead = jobs.SecretiveFails.perform_async(ARGUMENT, also=ARGUMENT)
        for kind in (jobs.Secretive, jobs.SecretiveRetries, jobs.SecretiveIsKilled,
                     jobs.SecretiveTimesOut):  # fmt: skip
            kind.perform_async(ARGUMENT, also=ARGUMENT)
        HealthCheckWorker.perform_async()
        jobs.Secretive.perform_in(600, ARGUMENT)
        assert kept.get(timeout=20) == RESULT
        wait_until(lambda: self.broker.pending() == 1, 30, "jobs are left")
        jobs.Nap.perform_async(600, secret=ARGUMENT)
        wait_until(lambda: self.broker.queue("default").leased, 10)
        return dead.id

    def headcount(self, *arguments, **variables):
        """Run a command to its end; what it printed."""
        environ = {**os.environ, **self.variables, "CELERY_BROKER_URL": self.broker.url}
        environ |= {"HEADCOUNT_WORKERS": "tests.sample_jobs"} | variables
        done = subprocess.run(
            [sys.executable, "-m", "service", *arguments], cwd=ROOT, timeout=60, text=True,
            env=environ, capture_output=True, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout + done.stderr

    # -- where something is told: place -> what is told there

    def logs(self):
        everyone = [*self.running, *self.locked_out]
        return {f"{one.command}, {one.log.name}": one.text() for one in everyone}

    def pages(self):
        found = {path: page(self.sidecar.http_port, path) for path in SIDECAR_PATHS}
        found["worker /metrics"] = page(self.worker.metrics_port, "/metrics")
        workers = json.loads(self.flower_page("/api/workers?refresh=1", USER))
        for path in (*FLOWER_PATHS, *[f"/worker/{name}" for name in workers]):
            for user in ("", USER):
                found[f"flower {path} {user}"] = self.flower_page(path, user)
        return found

    def flower_page(self, path, user=""):
        """A page of Flower's, without credentials or with them."""
        return page(self.flower.flower_port, path, user and f"{user}:{FLOWER}")

    def announcements(self):
        """What is kept in the broker and in the result store, but for messages and one result."""
        kept = [*keys_of(self.broker.client), *keys_of(self.results.client)]
        messages = (*MESSAGES, f"celery-task-meta-{self.kept}")
        return {key: text for key, text in kept if key not in messages}

    def titles(self):
        return {f"process {one.pid}": " ".join(one.cmdline()) for one in self._everyone()}

    def listening_addresses(self):
        sockets = [socket for one in self._everyone() for socket in one.net_connections("inet")]
        return {socket.laddr.ip for socket in sockets if not socket.raddr}

    def _everyone(self):
        """The processes of the operating system, children included."""
        parents = [psutil.Process(one.pid) for one in self.running]
        return [*parents, *[child for one in parents for child in one.children(recursive=True)]]


def keys_of(client):
    """Key -> what it holds, of all there are."""
    read = {
        "string": client.get, "hash": client.hgetall, "set": client.smembers,
        "list": lambda key: client.lrange(key, 0, -1),
        "zset": lambda key: client.zrange(key, 0, -1, withscores=True),
    }  # fmt: skip
    for key in client.scan_iter():
        yield key.decode(), str(read[client.type(key).decode()](key))


def page(port, path, credentials=""):
    return ask(f"http://127.0.0.1:{port}{path}", credentials=credentials)[1]


def telling(places):
    """Place -> the lines that tell a secret there."""
    return {
        place: lines
        for place, text in places.items()
        if (lines := [line[:400] for line in text.splitlines() if MARK in line])
    }
