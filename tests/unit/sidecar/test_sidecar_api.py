"""What the sidecar answers on each of its paths, and with which status."""

import pytest

from service.queues import QUEUE_NAMES
from tests.unit.sidecar.snapshots import NOW, a_queue, a_snapshot, a_worker

PATHS = [
    "/",
    "/docs",
    "/health",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/openapi.json",
    "/queues",
    "/queues/{name}",
    "/workers",
]
QUEUE_KEYS = [
    "name",
    "ready",
    "scheduled",
    "leased",
    "dead",
    "oldest_ready_age_seconds",
    "workers",
    "slots",
]


def test_health_is_200_and_names_every_check(client):
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["status"] == "ok"
    assert list(answer.json()["checks"]) == ["broker", "workers", "queues", "beat", "ledger"]
    assert set(answer.json()["checks"]["beat"]) == {"status", "detail", "seconds"}


def test_degraded_health_is_200(client, show):
    show(a_snapshot(beat_last_tick=NOW - 95))
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


def test_health_is_503_when_no_worker_is_live(client, show):
    show(a_snapshot(workers=()))
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")


def test_health_is_503_and_says_why_after_a_failed_read(client, outage):
    outage()
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    assert "refuses connections" in answer.json()["checks"]["broker"]["detail"]


def test_health_is_503_within_three_seconds_of_a_broker_that_froze(client, clock):
    assert client.get("/health").status_code == 200
    clock.advance(3)
    assert client.get("/health").status_code == 503


def test_health_is_well_again_with_the_next_good_read(client, broker, snapshots, outage):
    outage()
    assert client.get("/health").status_code == 503
    broker.failure = None
    snapshots.refresh()
    assert client.get("/health").status_code == 200


def test_queues_are_shown_in_priority_order_with_the_keys_of_the_contract(client, show):
    shuffled = a_snapshot(a_queue("low", ready=3, oldest_ready_age_seconds=1.23456))
    show(a_snapshot(queues=tuple(reversed(shuffled.queues))))
    answer = client.get("/queues").json()
    assert list(answer) == ["as_of", "queues"]
    assert answer["as_of"] == "2023-11-14T22:13:20.000Z"
    assert [queue["name"] for queue in answer["queues"]] == list(QUEUE_NAMES)
    assert [list(queue) for queue in answer["queues"]] == [QUEUE_KEYS] * 3
    assert answer["queues"][2]["ready"] == 3
    assert answer["queues"][2]["oldest_ready_age_seconds"] == 1.235


def test_a_queue_counts_live_workers_that_consume_it_and_do_not_drain(client, show):
    show(
        a_snapshot(
            workers=(
                a_worker("one", slots=8),
                a_worker("two", slots=4, queues=("critical",)),
                a_worker("draining", draining=True),
                a_worker("silent", last_seen=NOW - 60),
            )
        )
    )
    rows = client.get("/queues").json()["queues"]
    assert [(row["workers"], row["slots"]) for row in rows] == [(2, 12), (1, 8), (1, 8)]


@pytest.mark.parametrize("name", QUEUE_NAMES)
def test_one_queue_is_shown_in_the_same_shape(client, name):
    everything, one = client.get("/queues").json(), client.get(f"/queues/{name}").json()
    assert one["as_of"] == everything["as_of"]
    assert one["queues"] == [row for row in everything["queues"] if row["name"] == name]


def test_an_unknown_queue_is_404_and_the_allowed_names_are_told(client):
    answer = client.get("/queues/urgent")
    assert answer.status_code == 404
    assert answer.json() == {"detail": "no queue 'urgent'; allowed: critical, default, low"}


def test_workers_are_shown_with_their_state(client, show):
    workers = (
        a_worker("w4", last_seen=NOW - 60),
        a_worker("w3", loop_age_seconds=60.0),
        a_worker("w2", draining=True, busy=3),
        a_worker("w1", last_seen=NOW - 1.5),
    )
    show(a_snapshot(workers=workers))
    rows = client.get("/workers").json()["workers"]
    assert [(row["name"], row["state"]) for row in rows] == [
        ("w1", "live"),
        ("w2", "draining"),
        ("w3", "stuck"),
        ("w4", "silent"),
    ]
    assert rows[0] == {
        "name": "w1",
        "host": "pod-a",
        "slots": 8,
        "busy": 0,
        "queues": ["critical", "default", "low"],
        "draining": False,
        "last_seen": "2023-11-14T22:13:18.500Z",
        "state": "live",
    }


@pytest.mark.parametrize("path", ["/queues", "/queues/low", "/workers"])
def test_figures_are_503_with_the_reason_when_there_is_no_fresh_snapshot(client, outage, path):
    outage()
    answer = client.get(path)
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("broker down: redis://broker refuses connections")


def test_the_probes_follow_this_hosts_worker(client, show):
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 200
    show(a_snapshot(workers=(a_worker(loop_age_seconds=60.0),)))
    assert client.get("/health/live").status_code == 503
    assert client.get("/health/ready").json()["status"] == "not_ready"


def test_a_broker_outage_fails_readiness_but_never_liveness(client, outage):
    outage()
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 503


def test_requests_never_read_the_broker(client, broker):
    for path in PATHS * 5:
        client.get(path)
    assert broker.reads == 1


@pytest.mark.parametrize("path", PATHS)
def test_head_is_answered_like_get_without_the_body(client, path):
    path = path.replace("{name}", "low")
    got, headed = client.get(path), client.request("HEAD", path)
    assert headed.status_code == got.status_code == 200
    assert headed.headers == got.headers
    assert headed.content == b""


def test_an_answer_is_rendered_once_per_reading(client, show):
    # Were it rendered again, the measured seconds of the checks would differ.
    first = client.get("/health").content
    assert {client.get("/health").content for _ in range(20)} == {first}
    show(a_snapshot(workers=()))
    assert client.get("/health").json()["status"] == "down"


def test_openapi_describes_every_path_with_summary_and_tag(client):
    document = client.get("/openapi.json").json()
    assert sorted(document["paths"]) == [path for path in PATHS if path != "/openapi.json"]
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert all(operation["summary"] and operation["tags"] for operation in operations)
    row = document["components"]["schemas"]["QueueAnswer"]["properties"]
    assert list(row) == QUEUE_KEYS
    assert "HTTPValidationError" not in document["components"]["schemas"]
