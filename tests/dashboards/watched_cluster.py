"""Real workers, Beat and sidecar under a real Prometheus with the rules: idle, and then loaded.

Prometheus scrapes them as two installations, in namespaces of their own, because a query that is
good for one may be ambiguous with two.
"""

import time
from contextlib import contextmanager
from dataclasses import dataclass

from alerts import generate
from alerts.pace import Pace
from service.broker import keys
from tests.alerts import recorded_jobs as jobs
from tests.alerts.record import start_stack
from tests.alerts.recording import ask, running_prometheus
from tests.waiting import wait_until
from workers.jobs.canary import CriticalCanary, DefaultCanary, LowCanary
from workers.jobs.health_check import HealthCheckWorker

NAMESPACES = ("shop", "bank")
EVERY_SECONDS = {HealthCheckWorker: 600, CriticalCanary: 60, DefaultCanary: 60, LowCanary: 60}
"""Cron job -> its interval."""

CRON_SUCCESSES = "headcount_cron_last_success_timestamp_seconds"
ALL_IS_WELL = "min (headcount_health_ok) == 1"

SPEED, LEAST_SECONDS = 60, 5
"""How much faster the rules look back, and how far at least: a window of less holds no rate."""

IDLE_SECONDS, LOAD_SECONDS = 6, 8
"""Longer than the windows that are looked over."""

SCRAPED = "min (min_over_time(up[4s])) == 1"
"""Nothing was missed of late: a machine that is busy may not answer within a second."""


@dataclass
class Watched:
    """What Prometheus saw: until ``fresh_at`` no job had run, until ``idle_at`` only cron jobs."""

    address: str
    fresh_at: float = 0
    idle_at: float = 0
    loaded_at: float = 0

    def at(self, moment, expression):
        return ask(self.address, "query", query=expression, time=moment)

    def over(self, seconds, moment, expression):
        span = {"start": moment - seconds, "end": moment, "step": 1}
        return ask(self.address, "query_range", query=expression, **span)


@contextmanager
def watched_cluster(broker, processes, directory):
    """Go through its times, then yield what was seen. This process enqueues on the broker."""
    workers, sidecar = start_stack(processes, broker.url, HEADCOUNT_CANARIES="true")
    ports = {"worker": [one.metrics_port for one in workers], "sidecar": [sidecar.http_port]}
    configuration = scraping_twice(ports, directory)
    with running_prometheus(configuration, directory / "prometheus") as address:
        watched = Watched(address)
        wait_until(lambda: watched.at(time.time(), ALL_IS_WELL), 30, "not healthy")
        spend(IDLE_SECONDS, lambda second: None)
        watched.fresh_at = when_scraped(watched)
        run_cron_jobs(broker, watched)
        watched.idle_at = when_scraped(watched)
        spend(LOAD_SECONDS, load)
        watched.loaded_at = when_scraped(watched)
        yield watched


def scraping_twice(ports, directory):
    rules = directory / "rules"
    rules.mkdir()
    generate.write(rules, Pace(SPEED, LEAST_SECONDS))
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules / "*.rules.yml")],
        "scrape_configs": [
            {
                "job_name": f"headcount-{kind}",
                "static_configs": [target(p, name) for p in found for name in NAMESPACES],
            }
            for kind, found in ports.items()
        ],
    }


def target(port, namespace):
    labels = {"namespace": namespace, "instance": f"{namespace}-{port}"}
    return {"targets": [f"127.0.0.1:{port}"], "labels": labels}


def run_cron_jobs(broker, watched):
    """Let them be due, as if Beat had not run for one interval: nobody waits for a minute."""
    for job, seconds in EVERY_SECONDS.items():
        broker.client.hset(keys.CRON_SLOTS, job.name, int(time.time()) - seconds)
    wanted = len(EVERY_SECONDS) * len(NAMESPACES)
    wait_until(lambda: len(watched.at(time.time(), CRON_SUCCESSES)) == wanted, 30, "no cron jobs")


def spend(seconds, play):
    """Play a scene second by second."""
    begin = time.time()
    for second in range(seconds):
        play(second)
        wait_until(lambda over=begin + second + 1: time.time() > over, 5)


def when_scraped(watched):
    """Return the first moment from now on at which the last scrapes all came."""

    def moment():
        now = time.time()
        return now if watched.at(now, SCRAPED) else None

    return wait_until(moment, 20, "scrapes are missed")


def load(second):
    """All queues get jobs; some fail, are retried, kill their process; more come than are done."""
    jobs.QuickCritical.perform_bulk([()] * 3)
    jobs.Quick.perform_bulk([()] * 3)
    jobs.QuickLow.perform_bulk([()] * 3)
    jobs.FailsOnce.perform_async()
    jobs.Fails.perform_async()
    jobs.Slow.perform_bulk([(0.3,)] * 20)
    if second == 0:
        jobs.Slow.perform_in(3600, 0.1)
    if second in (1, 4):
        jobs.KilledOnce.perform_async()
