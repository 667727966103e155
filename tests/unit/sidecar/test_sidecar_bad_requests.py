"""Paths, queues, methods and headers that nobody should send: JSON answers, and no harm."""

import pytest

from service.sidecar import app as sidecar_app
from service.sidecar import health_routes
from tests.unit.sidecar.snapshots import a_snapshot

UNKNOWN_PATHS = [
    "/nope",
    "/health/",
    "/health/dead",
    "/healthz",
    "/HEALTH",
    "/queues/",
    "/queues/low/jobs",
    "/queues//low",
    "/workers/1",
    "/workers/",
    "/metrics/",
    "/metric",
    "/docs/",
    "/docs/oauth2-redirect",
    "/redoc",
    "/openapi.yaml",
    "/favicon.ico",
    "/robots.txt",
    "/static/../../etc/passwd",
    "/..%2f..%2fetc%2fpasswd",
    "/%00",
    "/%ff%fe",
    "/%0d%0aset-cookie:x",
    "/<script>alert(1)</script>",
    "/queues/low%2f",
    "/%2fhealth",
    "/.env",
    "/" + "a" * 5000,
    "/ü",
    "/health;x=1",
]
UNKNOWN_QUEUES = ["URGENT", "Low", "low ", "%00", "..%2f..", "<b>", "критический", "a" * 3000]
METHODS = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO"]


@pytest.mark.parametrize("path", UNKNOWN_PATHS, ids=lambda path: path[:20])
def test_an_unknown_path_is_a_json_404_that_names_the_paths_there_are(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"
    assert len(answer.content) < 1000
    detail = answer.json()["detail"]
    if not path.startswith("/queues/"):
        assert detail.startswith("no such path: ")
        assert "/health, /health/live, /health/ready, /metrics, /openapi.json" in detail


@pytest.mark.parametrize("name", UNKNOWN_QUEUES, ids=lambda name: name[:10])
def test_an_unknown_queue_is_a_json_404(client, name):
    answer = client.get(f"/queues/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"
    assert len(answer.content) < 1000


@pytest.mark.parametrize("path", ["/health", "/queues", "/queues/low", "/metrics", "/"])
@pytest.mark.parametrize("method", METHODS)
def test_a_wrong_method_is_a_json_405_that_names_the_right_ones(client, method, path):
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.json() == {"detail": f"{method} is not allowed on {path}; allowed: GET, HEAD"}


@pytest.mark.parametrize("host", ["", "[::", "a b", '"><script>', "x" * 9000])
def test_a_strange_host_header_does_no_harm(client, host):
    for path in ("/", "/docs", "/health", "/nope"):
        answer = client.request("GET", path, {"host": host})
        assert answer.status_code in {200, 404}
        assert "><script>" not in answer.text


@pytest.mark.parametrize("accept", ["application/openmetrics-text;version=abc", "*/*;q=x", ",;="])
def test_a_strange_accept_header_does_no_harm(client, accept):
    assert client.request("GET", "/metrics", {"accept": accept}).status_code == 200


@pytest.mark.parametrize("path", ["/health", "/"])
def test_a_bug_is_a_json_500_without_traceback(client, show, path):
    show(a_snapshot(queues=None))  # the checks of queues fail
    answer = client.get(path)
    assert answer.status_code == 500
    assert answer.json()["detail"].startswith("internal error (TypeError)")
    assert "Traceback" not in answer.text
    assert sidecar_app.__name__ not in answer.text
    assert health_routes.__name__ not in answer.text
