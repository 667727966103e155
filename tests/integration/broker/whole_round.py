"""One round through everything Headcount runs, on whatever URL its broker has."""

import json
import subprocess
import sys
from types import SimpleNamespace

from drill.processes import environment
from tests import sample_jobs as jobs
from tests.asking import ask
from tests.headcount_process import ROOT
from tests.waiting import wait_until


class WholeRound:
    """``url`` is what users write; ``broker`` is the server behind it, to judge by."""

    def __init__(self, url, broker, start, enqueue_on, notes, **variables):
        self.url, self.broker, self.notes, self.variables = url, broker, notes, variables
        self._start = start
        enqueue_on(SimpleNamespace(url=url))

    def start(self, *arguments, **variables):
        return self._start(*arguments, broker_url=self.url, **self.variables, **variables)

    def headcount(self, *arguments):
        """Run ``headcount ARGUMENTS`` to its end; (its exit status, what it printed)."""
        environ = environment(CELERY_BROKER_URL=self.url, HEADCOUNT_WORKERS="tests.sample_jobs")
        done = subprocess.run(
            [sys.executable, "-m", "service", *arguments], cwd=ROOT, timeout=60, text=True,
            env={**environ, **self.variables}, capture_output=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def perform_jobs(self, worker):
        """Jobs of every kind run as often as they should, and the ledger adds up."""
        many = jobs.Note.perform_bulk([("bulk", "x" * 50_000, n) for n in range(20)])
        retried = jobs.FailTwice.perform_async("retried")
        later = jobs.Note.perform_in(0.5, "later")
        kept = jobs.Keep.perform_async("kept")
        assert kept.get(timeout=20) == "kept"
        wait_until(lambda: not self.broker.pending(), 20, f"jobs are left: {worker.log}")
        ends = {job.id: worker.outcomes(job.id)
                for job in (*many, retried, later)}  # fmt: skip
        assert ends.pop(retried.id) == ["retried", "retried", "succeeded"]
        assert set(map(tuple, ends.values())) == {("succeeded",)}
        assert sorted(line.split()[0] for line in self.notes.lines()) == sorted(
            [*["bulk"] * 20, *["retried"] * 3, "later"]
        )
        assert self.broker.ledger("default").succeeded == 23
        assert self.broker.drifts() == {}

    def look(self, database=0):
        """Every way of looking shows the worker and the queues."""
        status, checked = self.headcount("check")
        assert "ok       broker" in checked
        assert "problem  broker:" not in checked
        status, shown = self.headcount("queues", "--json")
        assert (status, [one["name"] for one in json.loads(shown)["queues"]]) == (
            0, ["critical", "default", "low"],
        )  # fmt: skip
        sidecar = self.start("sidecar")
        beat = self.start("beat")
        health = wait_until(lambda: self._healthy(sidecar), 20, f"not healthy: {sidecar.log}")
        assert health["checks"]["ledger"]["status"] == "ok"
        assert {one["workers"] for one in get(sidecar.http_port, "/queues")["queues"]} == {1}
        flower = self.start("flower")
        wait_until(lambda: page(flower.flower_port, "/workers").count("worker-"), 20)
        shown = page(flower.flower_port, "/broker")
        assert all(f"<td>{name}</td>" in shown for name in ("critical", "default", "low")), shown
        return [sidecar, beat, flower]

    def _healthy(self, sidecar):
        health = get(sidecar.http_port, "/health")
        wanted = ("broker", "workers", "beat")
        return all(health["checks"][name]["status"] == "ok" for name in wanted) and health


def get(port, path):
    return json.loads(page(port, path))


def page(port, path):
    return ask(f"http://127.0.0.1:{port}{path}")[1]
