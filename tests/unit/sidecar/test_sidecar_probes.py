"""When a pod's worker is alive, and when it is ready."""

import pytest

from service.sidecar.probes import liveness, readiness
from tests.unit.sidecar.snapshots import HOST, NOW, a_queue, a_reading, a_snapshot, a_worker

BACKLOG = a_queue("low", ready=3, oldest_ready_age_seconds=40.0)


def live(*workers, queue=BACKLOG, **reading):
    return liveness(a_reading(a_snapshot(queue, workers=workers), **reading), HOST)


def ready(*workers):
    return readiness(a_reading(a_snapshot(workers=workers)), HOST)


def test_a_worker_that_reports_and_turns_is_alive():
    assert live(a_worker()).status == "ok"


def test_a_host_without_a_report_is_alive_since_its_worker_may_be_starting():
    assert live().status == "ok"
    assert live(a_worker(host="pod-b", loop_age_seconds=999)).status == "ok"


@pytest.mark.parametrize(("age", "status"), [(30, "ok"), (30.1, "stuck")])
def test_a_loop_that_stands_still_for_over_thirty_seconds_is_stuck(age, status):
    assert live(a_worker(loop_age_seconds=age)).status == status


@pytest.mark.parametrize(("idle", "status"), [(60, "ok"), (60.1, "stuck")])
def test_a_free_slot_idle_for_over_a_minute_beside_a_backlog_is_stuck(idle, status):
    assert live(a_worker(idle_seconds=idle)).status == status


@pytest.mark.parametrize(
    "changes",
    [
        {"busy": 8},
        {"queues": ("critical",)},
        {"draining": True},
        {"draining": True, "loop_age_seconds": 500.0},
    ],
    ids=["all slots busy", "backlog elsewhere", "draining", "loop stands still in a shutdown"],
)
def test_an_idle_worker_with_a_good_reason_is_alive(changes):
    assert live(a_worker(**{"idle_seconds": 999.0} | changes)).status == "ok"


@pytest.mark.parametrize(
    "queue",
    [a_queue("low"), a_queue("low", ready=1, oldest_ready_age_seconds=10.0)],
    ids=["no job waits", "the job came a moment ago"],
)
def test_a_worker_is_not_stuck_for_want_of_jobs(queue):
    assert live(a_worker(idle_seconds=5000.0), queue=queue).status == "ok"


@pytest.mark.parametrize(("silence", "status"), [(30, "ok"), (30.1, "stuck"), (3000, "stuck")])
def test_a_worker_that_fell_silent_for_over_thirty_seconds_is_stuck(silence, status):
    probe = live(a_worker(last_seen=NOW - silence))
    assert probe.status == status
    assert ("without a goodbye" in probe.detail) == (status == "stuck")


@pytest.mark.parametrize(("readable", "status"), [(30, "ok"), (30.1, "stuck")])
def test_after_an_outage_workers_get_thirty_seconds_to_report(readable, status):
    assert live(a_worker(last_seen=NOW - 300), readable_seconds=readable).status == status


def test_the_report_of_a_killed_process_does_not_speak_against_its_successor():
    assert live(a_worker("killed", last_seen=NOW - 300), a_worker("new")).status == "ok"


def test_one_stuck_worker_of_two_is_named():
    probe = live(a_worker("good"), a_worker("bad", loop_age_seconds=45.0))
    assert probe.status == "stuck"
    assert probe.detail == "bad: its event loop has stood still for 45 s"


def test_a_broker_outage_never_fails_liveness():
    probe = liveness(a_reading(None), HOST)
    assert probe.status == "ok"
    assert "unknown while the broker is down" in probe.detail


def test_a_live_worker_is_ready():
    assert ready(a_worker()).status == "ok"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"draining": True}, "draining"),
        ({"last_seen": NOW - 11}, "silent for 11 s"),
        ({"queues": ()}, "consumes no queue"),
        ({"loop_age_seconds": 31.0}, "its event loop has stood still for 31 s"),
        ({"host": "pod-b"}, "no worker of pod-a has reported yet"),
    ],
)
def test_a_worker_that_takes_no_jobs_is_not_ready(changes, why):
    probe = ready(a_worker(**changes))
    assert probe.status == "not_ready"
    assert probe.detail.endswith(why)


def test_a_host_whose_old_worker_drains_beside_a_new_one_is_ready():
    assert ready(a_worker("old", draining=True), a_worker("new")).status == "ok"


def test_nothing_is_ready_while_the_broker_is_down():
    assert readiness(a_reading(None), HOST).status == "not_ready"
