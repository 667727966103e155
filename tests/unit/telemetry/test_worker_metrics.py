"""What a scrape of a worker shows after which events."""

import threading

import pytest
from prometheus_client import CollectorRegistry, Counter, generate_latest, values
from prometheus_client.openmetrics import exposition, parser
from prometheus_client.parser import text_string_to_metric_families

from service.telemetry.attempts import Attempts
from service.telemetry.catalogue import WORKER_METRICS
from service.telemetry.events import ChildExit, ChildExited, Outcome
from service.telemetry.worker_metrics import UNCOUNTED_LIMIT, WorkerMetrics
from tests.unit.telemetry.events_of_jobs import Vitals, Worker, finished, received, started


@pytest.fixture
def worker() -> Worker:
    return Worker()


def feed_everything(worker: Worker) -> None:
    worker.hold(started())
    worker.metrics(finished(outcome=Outcome.FAILED, error_type="ValueError"))
    worker.metrics(ChildExited(ChildExit.KILLED))


def test_every_metric_of_the_catalogue_is_fed_and_no_other(worker):
    feed_everything(worker)
    families = {family.name: family for family in worker.metrics.collect()}
    assert set(families) == {name.removesuffix("_total") for name in WORKER_METRICS}
    assert [name for name, family in families.items() if not family.samples] == []


def test_types_and_labels_are_those_of_the_catalogue(worker):
    feed_everything(worker)
    families = {family.name: family for family in worker.metrics.collect()}
    for name, metric in WORKER_METRICS.items():
        family = families[name.removesuffix("_total")]
        assert (family.type, family.documentation) == (metric.kind, metric.help)
        for sample in family.samples:
            assert set(sample.labels) - {"le"} == set(metric.labels)


def test_text_and_openmetrics_can_be_parsed_and_agree(worker):
    feed_everything(worker)
    text = text_string_to_metric_families(generate_latest(worker.registry).decode())
    openmetrics = parser.text_string_to_metric_families(
        exposition.generate_latest(worker.registry).decode()
    )

    def values_of(families):
        return {(s.name, *sorted(s.labels.items())): s.value for f in families for s in f.samples}

    assert values_of(text) == values_of(openmetrics)


def test_a_registry_asks_for_names_without_a_scrape():
    class Unready(Vitals):
        def memory_bytes(self):
            raise AssertionError("scraped while it was registered")

    registry = CollectorRegistry(auto_describe=True)
    registry.register(WorkerMetrics(Unready(), Attempts()))
    restricted = registry.restricted_registry(["headcount_worker_slots"])
    assert [family.name for family in restricted.collect()] == ["headcount_worker_slots"]


def test_series_whose_labels_are_known_start_from_zero(worker):
    for queue in ("critical", "default", "low"):
        assert worker.sample("headcount_job_wait_seconds_count", queue=queue) == 0
        assert worker.sample("headcount_job_attempts_count", queue=queue) == 0
        assert worker.sample("headcount_job_oldest_running_seconds", queue=queue) == 0
        for redelivered in ("true", "false"):
            labels = {"queue": queue, "redelivered": redelivered}
            assert worker.sample("headcount_jobs_received_total", **labels) == 0
        labels = {"queue": queue, "outcome": "failed"}
        assert worker.sample("headcount_job_duration_seconds_count", **labels) == 0
    for reason in ChildExit:
        assert worker.sample("headcount_worker_child_exits_total", reason=str(reason)) == 0
    dropped = "headcount_series_dropped_total"
    assert worker.sample(dropped, metric="headcount_jobs_processed_total") == 0
    assert worker.sample("headcount_worker_busy_slots") == 0


def test_series_of_registered_tasks_start_from_zero():
    worker = Worker(tasks=[("low", "shop.Report")])
    labels = {"queue": "low", "task": "shop.Report"}
    assert worker.sample("headcount_jobs_started_total", **labels) == 0
    assert worker.sample("headcount_jobs_processed_total", outcome="failed", **labels) == 0


def test_a_job_is_counted_in_each_of_its_metrics(worker):
    worker.metrics(finished(redelivered=True))
    task = {"queue": "default", "task": "shop.Mail"}
    again = {"queue": "default", "redelivered": "true"}
    assert worker.sample("headcount_jobs_received_total", **again) == 1
    assert worker.sample("headcount_jobs_started_total", **task) == 1
    assert worker.sample("headcount_jobs_processed_total", outcome="succeeded", **task) == 1
    assert worker.sample("headcount_task_duration_seconds_sum", **task) == 0.3
    assert worker.sample("headcount_task_duration_seconds_count", **task) == 1
    assert worker.sample("headcount_job_wait_seconds_sum", queue="default") == 0.02
    assert worker.sample("headcount_job_end_to_end_seconds_sum", queue="default") == 0.4
    assert worker.sample("headcount_job_attempts_sum", queue="default") == 1


def test_a_bucket_holds_its_bound(worker):
    worker.metrics(finished(duration_seconds=0.25))
    labels = {"queue": "default", "outcome": "succeeded"}
    buckets = {
        bound: worker.sample("headcount_job_duration_seconds_bucket", le=bound, **labels)
        for bound in ("0.1", "0.25", "0.5", "+Inf")
    }
    assert buckets == {"0.1": 0, "0.25": 1, "0.5": 1, "+Inf": 1}


def test_a_retry_is_a_failure_of_its_attempt_but_not_the_end_of_its_job(worker):
    worker.metrics(finished(outcome=Outcome.RETRIED, error_type="OSError", end_to_end_seconds=9.0))
    failures = worker.sample("headcount_job_failures_total", queue="default", error_type="OSError")
    assert failures == 1
    assert worker.sample("headcount_job_attempts_count", queue="default") == 0
    assert worker.sample("headcount_job_end_to_end_seconds_count", queue="default") == 0
    worker.metrics(finished(number=2))
    assert worker.sample("headcount_job_attempts_sum", queue="default") == 2


def test_times_that_are_not_known_are_not_observed(worker):
    worker.metrics(finished(wait_seconds=None))
    never = {"started_at": None, "wait_seconds": None, "duration_seconds": None}
    worker.metrics(finished(outcome=Outcome.EXPIRED, end_to_end_seconds=None, **never))
    assert worker.sample("headcount_job_wait_seconds_count", queue="default") == 0
    labels = {"queue": "default", "outcome": "expired"}
    assert worker.sample("headcount_job_duration_seconds_count", **labels) is None
    assert worker.sample("headcount_job_end_to_end_seconds_count", queue="default") == 1


def test_a_scrape_counts_what_is_held_as_far_as_it_has_come_and_its_end_the_rest(worker):
    def shown():
        return {
            name: worker.sample(name, **labels)
            for name, labels in {
                "headcount_jobs_received_total": {"queue": "default", "redelivered": "false"},
                "headcount_jobs_started_total": {"queue": "default", "task": "shop.Mail"},
                "headcount_job_wait_seconds_count": {"queue": "default"},
                "headcount_job_attempts_count": {"queue": "default"},
            }.items()
        }

    attempt = worker.hold(received())
    for _ in range(2):
        assert list(shown().values()) == [1, 0, 0, 0]
    attempt.started_at, attempt.wait_seconds = 1000.0, 0.5
    for _ in range(2):
        assert list(shown().values()) == [1, 1, 1, 0]
    worker.end(attempt)
    for _ in range(2):
        assert list(shown().values()) == [1, 1, 1, 1]


def test_what_ends_is_counted_before_too_much_waits(worker):
    for _ in range(3 * UNCOUNTED_LIMIT + 5):
        worker.metrics(finished())
    assert worker.metrics.uncounted < UNCOUNTED_LIMIT
    assert worker.sample("headcount_job_attempts_count", queue="default") == 3 * UNCOUNTED_LIMIT + 5


def test_children_that_ended_are_counted_by_their_reason(worker):
    for reason in (ChildExit.RECYCLED, ChildExit.KILLED, ChildExit.RECYCLED):
        worker.metrics(ChildExited(reason))
    counts = {
        str(reason): worker.sample("headcount_worker_child_exits_total", reason=str(reason))
        for reason in ChildExit
    }
    assert counts == {"recycled": 2, "killed": 1, "timed_out": 0, "error": 0}


def test_vitals_are_read_when_scraped(worker):
    assert worker.sample("headcount_worker_slots") == 8
    assert worker.sample("headcount_worker_draining") == 0
    assert worker.sample("headcount_worker_loop_lag_seconds") == 0.25
    assert worker.sample("headcount_worker_memory_bytes", role="children") == 800
    assert worker.sample("headcount_broker_reconnects_total") == 2
    assert worker.sample("headcount_worker_info", version="0.1.0", celery_version="5.7.0") == 1


def test_a_vital_that_cannot_be_read_is_left_out_and_logged_once(open_log):
    log = open_log()

    class Unreadable(Vitals):
        def memory_bytes(self):
            raise PermissionError("/proc is hidden")

    worker = Worker(Unreadable())
    for _ in range(2):
        text = generate_latest(worker.registry)
        assert b"headcount_worker_memory_bytes" not in text
        assert b"headcount_worker_slots 8.0" in text
    assert log.only()["metric"] == "headcount_worker_memory_bytes"


def test_accounting_stays_exact_when_jobs_metrics_go_to_files(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    monkeypatch.setattr(values, "ValueClass", values.MultiProcessValue())
    worker = Worker()
    worker.metrics(finished())
    assert list(tmp_path.iterdir()) == []
    assert worker.sample("headcount_job_attempts_count", queue="default") == 1
    Counter("shop_mails", "Mails.", registry=None)
    assert len(list(tmp_path.iterdir())) == 1


def test_scrapes_beside_busy_threads_see_whole_histograms(worker):
    def perform() -> None:
        for number in range(400):
            worker.metrics(finished(task=f"shop.{number % 150}", duration_seconds=number / 100))

    threads = [threading.Thread(target=perform) for _ in range(4)]
    for thread in threads:
        thread.start()
    seen = [0.0]
    labels = {"queue": "default", "outcome": "succeeded"}
    while any(thread.is_alive() for thread in threads):
        families = {family.name: family for family in worker.metrics.collect()}
        attempts = {
            s.name: s.value
            for s in families["headcount_job_attempts"].samples
            if s.labels == {"queue": "default"}
        }
        processed = sum(s.value for s in families["headcount_jobs_processed"].samples)
        assert attempts["headcount_job_attempts_count"] == processed >= seen[-1]
        seen.append(processed)
    assert worker.sample("headcount_job_duration_seconds_count", **labels) == 1600
