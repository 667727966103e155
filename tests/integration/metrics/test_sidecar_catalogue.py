"""Each metric of a sidecar, on a real broker with real workers and a Beat: is it so?"""

import pytest

from service.queues import QUEUES
from service.telemetry.catalogue import SIDECAR_METRICS
from tests.integration.metrics.busy_cluster import (
    CRON_JOB,
    CRON_SECONDS,
    LEASE_SECONDS,
    MEMORY_LIMIT,
    SLOTS_MISSED,
    BusyCluster,
)
from tests.integration.metrics.scrape import scrape
from tests.waiting import wait_until

CHECKS = {}

ALWAYS_THERE = {
    "headcount_broker_up",
    "headcount_health_ok",
    "headcount_slo_objective_ratio",
    "headcount_slo_threshold_seconds",
    "headcount_snapshot_timestamp_seconds",
}


def says(*names):
    """Register a check as that of these metrics."""

    def register(check):
        for name in names:
            CHECKS[name] = check
        return check

    return register


@pytest.fixture(scope="module")
def cluster(module_broker, module_processes, enqueues_on_module_broker):
    return BusyCluster(module_broker, module_processes)


def test_every_metric_of_the_catalogue_has_a_check():
    assert CHECKS.keys() == SIDECAR_METRICS.keys()


@pytest.mark.parametrize("name", SIDECAR_METRICS)
def test_a_metric_says_how_things_are(cluster, name):
    CHECKS[name](cluster, cluster.seen, name)


# -- queues


@says("headcount_queue_depth")
def depths(cluster, seen, name):
    assert seen.by(name, "queue", "state") == {
        ("critical", "leased"): 1,
        ("default", "ready"): 5,
        ("default", "dead"): 1,
        ("low", "scheduled"): 2,
    }
    assert len(seen.samples(name)) == 12, "zeros included"


@says("headcount_queue_oldest_ready_age_seconds")
def oldest_ready(cluster, seen, name):
    ages = seen.by(name, "queue")
    assert ages.keys() == {("default",)}
    assert LEASE_SECONDS < ages[("default",)] < 60, "it has waited since it was first enqueued"


@says("headcount_queue_workers")
def workers(cluster, seen, name):
    assert {one.labels["queue"]: one.value for one in seen.samples(name)} == {
        "critical": 1, "default": 0, "low": 0,
    }  # fmt: skip


@says("headcount_queue_slots")
def slots(cluster, seen, name):
    assert seen.by(name, "queue") == {("critical",): 3}


@says("headcount_schedule_lag_seconds")
def schedule_lag(cluster, seen, name):
    assert seen.value(name) == 0
    assert 1 < cluster.late.value(name) < 10
    assert cluster.on_time.value(name) == 0


# -- the ledger


@says("headcount_jobs_total")
def ledger(cluster, seen, name):
    assert seen.by(name, "queue", "state") == {
        ("critical", "enqueued"): 2,
        ("critical", "succeeded"): 1,
        ("default", "enqueued"): 12,
        ("default", "succeeded"): 3,
        ("default", "dead"): 2,
        ("default", "discarded"): 1,
        ("default", "moved"): 1,
        ("low", "enqueued"): 4,
        ("low", "succeeded"): 1,
    }
    assert len(seen.samples(name)) == 15, "zeros included"


@says("headcount_ledger_drift")
def drift(cluster, seen, name):
    assert seen.by(name, "queue") == {("low",): 1}, "one job was taken out by hand"


@says("headcount_leases_expired_total")
def leases_expired(cluster, seen, name):
    assert seen.by(name, "queue") == {("default",): 1}


@says("headcount_dead_overflow_total")
def dead_overflow(cluster, seen, name):
    assert seen.by(name, "queue") == {("default",): 1}


@says("headcount_lease_oldest_age_seconds")
def lease_age(cluster, seen, name):
    assert 0 <= seen.value(name) < LEASE_SECONDS
    assert cluster.frozen.value(name) > 0.5 * LEASE_SECONDS


# -- the broker


@says("headcount_broker_up")
def broker_up(cluster, seen, name):
    assert (seen.value(name), cluster.gone.value(name)) == (1, 0)


@says("headcount_broker_probe_seconds")
def probe(cluster, seen, name):
    assert 0 < seen.value(name) < 1


@says("headcount_snapshot_timestamp_seconds")
def snapshot_time(cluster, seen, name):
    assert cluster.seen_at - 4 < seen.value(name) <= cluster.seen_at


@says("headcount_broker_writable")
def writable(cluster, seen, name):
    assert seen.value(name) == 1, "see tests/unit/broker/test_refused_writes.py"


@says("headcount_broker_memory_used_bytes")
def memory_used(cluster, seen, name):
    assert seen.value(name) == pytest.approx(cluster.broker_info["used_memory"], rel=0.3)


@says("headcount_broker_memory_max_bytes")
def memory_limit(cluster, seen, name):
    assert seen.value(name) == MEMORY_LIMIT


@says("headcount_broker_clients")
def clients(cluster, seen, name):
    assert seen.value(name) == pytest.approx(cluster.broker_info["connected_clients"], abs=5)


@says("headcount_broker_evicted_keys_total")
def evicted(cluster, seen, name):
    assert seen.value(name) == 0, "see the test below"


@says("headcount_broker_config_ok")
def config(cluster, seen, name):
    assert seen.by(name, "check") == {("eviction_policy",): 1, ("persistence",): 1}


# -- Beat


@says("headcount_beat_last_tick_timestamp_seconds")
def beat(cluster, seen, name):
    assert 0 <= cluster.seen_at - seen.value(name) < 10


@says(
    "headcount_cron_last_dispatch_timestamp_seconds",
    "headcount_cron_last_success_timestamp_seconds",
    "headcount_cron_next_due_timestamp_seconds",
)
def cron_times(cluster, seen, name):
    def at(what):
        return seen.value(f"headcount_cron_{what}_timestamp_seconds", task=CRON_JOB)

    begun, due = cluster.begun, at("next_due")
    assert begun < at("last_dispatch") <= at("last_success") < cluster.seen_at
    assert due % CRON_SECONDS == 0
    assert 0 < due - begun <= 2 * CRON_SECONDS


@says("headcount_cron_interval_seconds")
def cron_interval(cluster, seen, name):
    assert seen.value(name, task=CRON_JOB) == CRON_SECONDS


@says("headcount_cron_missed_total")
def cron_missed(cluster, seen, name):
    # One more where a slot came between the test's look at the clock and Beat's.
    assert seen.value(name, task=CRON_JOB) in (SLOTS_MISSED, SLOTS_MISSED + 1)


@says("headcount_canary_round_trip_seconds", "headcount_canary_last_success_timestamp_seconds")
def no_canaries(cluster, seen, name):
    assert seen.samples(name) == [], "for those that are sent see test_canaries.py"


# -- what is promised, and how it stands


@says("headcount_slo_objective_ratio")
def objectives(cluster, seen, name):
    assert seen.by(name, "queue", "sli") == {
        (queue.name, sli): objective
        for queue in QUEUES
        for sli, objective in (
            ("wait", queue.wait_objective), ("success", queue.success_objective),
        )
    }  # fmt: skip


@says("headcount_slo_threshold_seconds")
def thresholds(cluster, seen, name):
    assert seen.by(name, "queue", "sli") == {
        (queue.name, "wait"): queue.wait_threshold_seconds for queue in QUEUES
    }


@says("headcount_health_ok")
def health(cluster, seen, name):
    states = {one.labels["check"]: one.value for one in seen.samples(name)}
    assert states == {"broker": 1, "workers": 0, "queues": 1, "beat": 1, "ledger": 0}


# -- what one cluster cannot show


def test_without_its_broker_it_claims_nothing_about_jobs(cluster):
    shown = {name for name in SIDECAR_METRICS if cluster.gone.samples(name)}
    assert shown == ALWAYS_THERE


def test_a_broker_that_throws_keys_away_is_seen_doing_it(own_broker, start):
    sidecar, client = start("sidecar", broker_url=own_broker.url), own_broker.client
    client.config_set("maxmemory-policy", "volatile-lru")
    client.config_set("maxmemory", client.info("memory")["used_memory"] + 2_000_000)
    for number in range(400):
        client.set(f"some program's:{number}", "x" * 10_000, ex=1000)
    evicted = client.info("stats")["evicted_keys"]
    assert evicted > 0

    def looks():
        seen = scrape(sidecar.http_port)
        return (
            seen.value("headcount_broker_evicted_keys_total"),
            seen.value("headcount_broker_config_ok", check="eviction_policy"),
        )

    wait_until(lambda: looks() == (client.info("stats")["evicted_keys"], 0), 10, str(looks()))
