"""Jobs' own metrics, recorded in real forked children that come and go."""

import os
import struct
import threading
from collections.abc import Callable, Iterator

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values

from service.telemetry.job_metrics import JobMetricsDirectory

SLOTS = 2
JOBS_PER_CHILD = 20


class Pool:
    """A parent whose children know their slot, as a pool's do."""

    def __init__(self) -> None:
        self.slot: int | None = None
        self.directory = JobMetricsDirectory(lambda: self.slot)
        self.registry = CollectorRegistry()
        self.registry.register(self.directory.collector())

    def start_child(self, slot: int, job: Callable[[], None]) -> int:
        pid = os.fork()
        if pid:
            return pid
        try:
            self.slot = slot
            self.directory.enter_slot()
            job()
        finally:
            os._exit(0)

    def run(self, slot: int, job: Callable[[], None]) -> None:
        os.waitpid(self.start_child(slot, job), 0)

    def files(self) -> list[str]:
        return sorted(path.name for path in self.directory.path.glob("*.db"))

    def sample(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool()
    with pool.directory:
        yield pool


def test_counts_are_exact_and_files_few_though_children_are_recycled_fifty_times(pool):
    mails = Counter("shop_mails", "Mails.", ["kind"], registry=None)
    sizes = Histogram("shop_mail_bytes", "Size.", registry=None, buckets=(10, 100))

    def jobs() -> None:
        for number in range(JOBS_PER_CHILD):
            mails.labels("invoice").inc()
            sizes.observe(number)

    for _ in range(50):
        children = [pool.start_child(slot, jobs) for slot in range(SLOTS)]
        for pid in children:
            os.waitpid(pid, 0)

    expected = 50 * SLOTS * JOBS_PER_CHILD
    assert pool.sample("shop_mails_total", kind="invoice") == expected
    assert pool.sample("shop_mail_bytes_count") == expected
    assert pool.sample("shop_mail_bytes_bucket", le="10.0") == 50 * SLOTS * 11
    # A file for counters and one for histograms, for each slot and the parent; the parent
    # made no value of the counter, which has labels.
    assert len(pool.files()) <= 2 * (SLOTS + 1)


def test_children_of_different_slots_record_at_the_same_time(pool):
    mails = Counter("shop_mails", "Mails.", registry=None)

    def jobs() -> None:
        for _ in range(2000):
            mails.inc()

    children = [pool.start_child(slot, jobs) for slot in range(SLOTS)]
    for pid in children:
        os.waitpid(pid, 0)
    assert pool.sample("shop_mails_total") == 4000


def test_what_a_killed_child_recorded_is_kept(pool):
    mails = Counter("shop_mails", "Mails.", registry=None)

    def job() -> None:
        mails.inc()
        os.kill(os.getpid(), 9)

    for _ in range(3):
        pool.run(0, job)
    assert pool.sample("shop_mails_total") == 3


def test_a_gauge_of_mode_all_has_a_series_for_each_slot(pool):
    cache = Gauge("shop_cache_bytes", "Cache.", registry=None)
    pool.run(0, lambda: cache.set(10))
    pool.run(1, lambda: cache.set(20))
    assert pool.sample("shop_cache_bytes", slot="0") == 10
    assert pool.sample("shop_cache_bytes", slot="1") == 20


def test_a_live_gauge_starts_from_zero_with_each_child_and_a_plain_sum_does_not(pool):
    live = Gauge("shop_live", "Open.", registry=None, multiprocess_mode="livesum")
    plain = Gauge("shop_plain", "Open.", registry=None, multiprocess_mode="sum")

    def killed_while_open() -> None:
        live.inc()
        plain.inc()
        os.kill(os.getpid(), 9)

    for _ in range(5):
        pool.run(0, killed_while_open)
    assert pool.sample("shop_live") == 1
    assert pool.sample("shop_plain") == 5


def test_a_gauge_of_mode_mostrecent_shows_the_last_value_of_any_slot(pool):
    rate = Gauge("shop_rate", "Rate.", registry=None, multiprocess_mode="mostrecent")
    pool.run(0, lambda: rate.set(1.5))
    pool.run(1, lambda: rate.set(1.25))
    assert pool.sample("shop_rate") == 1.25


def test_jobs_cannot_shadow_headcounts_own_metrics(pool):
    false = Counter("headcount_jobs_started", "Not ours.", registry=None)
    pool.run(0, false.inc)
    assert b"headcount_jobs_started" not in generate_latest(pool.registry)


def test_a_damaged_file_costs_only_its_own_samples_and_is_logged_once(pool, open_log):
    log = open_log()
    mails = Counter("shop_mails", "Mails.", registry=None)
    pool.run(0, mails.inc)
    pool.run(1, mails.inc)
    # Its first entry claims to be longer than the file.
    damaged = struct.pack("iii", 64, 0, 2**30) + bytes(100)
    (pool.directory.path / "counter_slot1.db").write_bytes(damaged)
    assert pool.sample("shop_mails_total") == 1
    assert pool.sample("shop_mails_total") == 1
    assert log.only()["event"] == "job_metrics_unreadable"


def test_a_file_that_is_just_being_made_does_no_harm(pool):
    (pool.directory.path / "counter_slot7.db").touch()
    assert generate_latest(pool.registry) == b""


def test_files_of_programs_that_jobs_start_are_left_alone(pool):
    mails = Counter("shop_mails", "Mails.", registry=None)
    pool.run(0, mails.inc)
    slot0 = pool.directory.path / "counter_slot0.db"
    (pool.directory.path / "counter_4711.db").write_bytes(slot0.read_bytes())
    assert pool.sample("shop_mails_total") == 1


def test_scrapes_while_children_record_never_fail(pool):
    mails = Counter("shop_mails", "Mails.", ["kind"], registry=None)

    def jobs() -> None:
        for number in range(3000):
            mails.labels(str(number)).inc()

    children = [pool.start_child(slot, jobs) for slot in range(SLOTS)]
    waiter = threading.Thread(target=lambda: [os.waitpid(pid, 0) for pid in children])
    waiter.start()
    while waiter.is_alive():
        generate_latest(pool.registry)
    assert generate_latest(pool.registry).count(b"\nshop_mails_total{") == 3000


def test_everything_is_put_back_at_the_end(monkeypatch):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "/var/elsewhere")
    found = values.ValueClass
    with JobMetricsDirectory(lambda: None) as directory:
        assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(directory.path)
        assert str(os.getpid()) in directory.path.name
    assert values.ValueClass is found
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == "/var/elsewhere"
    assert not directory.path.exists()


def test_a_child_that_closes_leaves_the_files_to_its_parent(pool):
    pool.run(0, pool.directory.close)
    assert pool.directory.path.exists()


def test_a_new_worker_removes_what_dead_ones_left_and_spares_the_living():
    leaving, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        directory = JobMetricsDirectory(lambda: None)
        os.write(told, os.fsencode(directory.path))
        os.kill(os.getpid(), 9)
    os.waitpid(pid, 0)
    left = os.read(leaving, 4096).decode()
    assert os.path.isdir(left)  # noqa: PTH112 - a path as the dead worker told it
    living = JobMetricsDirectory(lambda: None)
    newest = JobMetricsDirectory(lambda: None)
    assert not os.path.exists(left)  # noqa: PTH110 - likewise
    assert living.path.exists()
    living.close()
    newest.close()
