"""One running stack, looked at from everywhere a newcomer would look."""

import http.client
import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.stack.running_stack import ROOT
from tests.programs import installed
from tests.waiting import wait_until

NOTE = "tests.sample_jobs.Note"
HEALTH_CHECK = "workers.jobs.health_check.HealthCheckWorker"
QUEUES = ["critical", "default", "low"]

CLIENTS = 100
WINDOW_SECONDS = 4


@pytest.fixture(scope="module")
def stack(run_stack, tmp_path_factory):
    return run_stack(tmp_path_factory.mktemp("stack")).wait_until_up()


@pytest.fixture
def prometheus(stack):
    """Ask the stack's Prometheus; skipped where it is not installed, a failure in CI."""
    installed("prometheus")
    return lambda path: stack.get_json(f"/api/v1/{path}", "PROMETHEUS")["data"]


def total(stack, listener, name, **labels):
    """Return the sum of a metric's samples with these labels."""
    families = text_string_to_metric_families(stack.get("/metrics", listener)[1])
    samples = (sample for family in families for sample in family.samples if sample.name == name)
    return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())


def test_nothing_of_it_listens_beyond_this_machine(stack):
    everything = psutil.Process(stack.program.pid).children(recursive=True)
    sockets = [socket for one in everything for socket in one.net_connections("inet")]
    listening = {socket.laddr.port: socket.laddr.ip for socket in sockets if not socket.raddr}
    assert {stack.ports[name] for name in ("HTTP", "METRICS", "FLOWER")} <= listening.keys()
    assert set(listening.values()) == {"127.0.0.1"}


def test_every_health_check_is_ok(stack):
    report = stack.health()
    assert list(report["checks"]) == ["broker", "workers", "queues", "beat", "ledger"]
    assert {check["status"] for check in report["checks"].values()} == {"ok"}, report
    assert stack.get("/health/live")[0] == stack.get("/health/ready")[0] == 200


def test_a_job_enqueued_by_command_runs(stack):
    assert stack.wait_for_end(stack.enqueue(NOTE, '["now"]')) == "succeeded"


def test_a_job_enqueued_in_seconds_runs_then(stack):
    asked_at = time.time()
    job_id = stack.enqueue(NOTE, '["in seconds"]', "--in", "2")
    assert stack.wait_for_end(job_id) == "succeeded"
    assert time.time() - asked_at >= 2
    assert stack.ends(job_id)[0]["wait_seconds"] < 2


def test_a_job_enqueued_for_a_time_runs_then(stack):
    when = datetime.now(UTC) + timedelta(seconds=2)
    job_id = stack.enqueue(NOTE, '["at a time"]', "--at", when.isoformat())
    assert stack.wait_for_end(job_id) == "succeeded"
    assert datetime.now(UTC) >= when
    assert stack.ends(job_id)[0]["wait_seconds"] < 2


def test_a_job_enqueued_from_python_runs(stack):
    code = "from tests.sample_jobs import Note; print(Note.perform_async('python').id)"
    assert stack.wait_for_end(stack.script(code)) == "succeeded"


def test_the_health_check_job_succeeds(stack):
    assert stack.wait_for_end(stack.enqueue("HealthCheckWorker")) == "succeeded"


def test_an_ended_job_is_counted_by_the_worker_and_in_the_ledger(stack):
    labels = {"queue": "default", "task": NOTE, "outcome": "succeeded"}

    def counts():
        processed = total(stack, "METRICS", "headcount_jobs_processed_total", **labels)
        ledger = [
            total(stack, "HTTP", "headcount_jobs_total", queue="default", state=state)
            for state in ("enqueued", "succeeded")
        ]
        return [processed, *ledger]

    before = counts()
    assert stack.wait_for_end(stack.enqueue(NOTE)) == "succeeded"
    wait_until(lambda: counts() == [count + 1 for count in before], 5, f"{before}, {counts()}")
    assert total(stack, "HTTP", "headcount_ledger_drift") == 0


def test_a_job_that_waits_for_its_time_is_seen_in_queues_by_http_and_command(stack):
    stack.enqueue("LowNote", "--in", "3600")
    wait_until(lambda: stack.queue("low")["scheduled"] == 1, 5)
    shown = json.loads(stack.command("queues", "--json").stdout)["queues"]
    assert [queue["name"] for queue in shown] == QUEUES
    assert [queue["scheduled"] for queue in shown] == [0, 0, 1]
    assert stack.get("/queues/unknown")[0] == 404


def test_the_worker_is_seen_by_http_and_command(stack):
    (worker,) = stack.get_json("/workers")["workers"]
    assert (worker["state"], worker["queues"]) == ("live", QUEUES)
    assert worker["name"] in stack.command("workers").stdout


def test_the_self_check_finds_nothing_wrong(stack):
    done = stack.command("check")
    assert done.returncode == 0, done.stdout


def test_prometheus_scrapes_both_and_has_the_rules(stack, prometheus):
    def health():
        targets = prometheus("targets")["activeTargets"]
        return {target["labels"]["job"]: target["health"] for target in targets}

    wait_until(lambda: set(health().values()) == {"up"}, 20, str(health()))
    assert set(health()) == {"headcount-sidecar", "headcount-worker"}
    rules = [rule for group in prometheus("rules")["groups"] for rule in group["rules"]]
    assert "HeadcountQueueStalled" in {rule["name"] for rule in rules}
    wait_until(
        lambda: len(prometheus("query?query=headcount_jobs_total")["result"]) == 15, 20
    )  # three queues, five states


def test_flower_shows_the_worker_and_the_three_queues(stack):
    name = stack.get_json("/workers")["workers"][0]["name"]
    wait_until(lambda: name in stack.get("/workers", "FLOWER")[1], 15)
    status, page = stack.get("/broker", "FLOWER")
    assert status == 200
    assert [queue for queue in QUEUES if f">{queue}<" in "".join(page.split())] == QUEUES


def test_flower_lists_a_job_that_has_run(stack):
    # Flower switches the worker's events on within five seconds of its start.
    wait_until(lambda: "enabled by remote" in stack.program.text(), 15)
    job_id = stack.enqueue(NOTE)
    wait_until(lambda: stack.get(f"/task/{job_id}", "FLOWER")[0] == 200, 10)


def test_the_readmes_line_tells_another_program_where_the_broker_is(stack):
    readme = (ROOT / "examples" / "README.md").read_text()
    (line,) = (one for one in readme.splitlines() if "export CELERY_BROKER_URL=" in one)
    say = f"{line} && printf %s $CELERY_BROKER_URL"
    assert subprocess.check_output(["bash", "-c", say], cwd=stack.directory, text=True) == (
        stack.broker_url()
    )


def test_no_line_of_the_stack_shows_the_password(stack):
    password = (stack.directory / ".headcount" / "broker" / "password").read_text().strip()
    assert password not in stack.program.text()


def test_a_hundred_clients_change_nothing_in_the_brokers_command_rate(stack):
    def commands_a_second(window):
        # By the clock: a hundred clients may take a second longer to be done.
        before, begun = stack.commands_processed(), time.monotonic()
        window()
        return (stack.commands_processed() - before) / (time.monotonic() - begun)

    def ask(path):
        """Ask again and again; return the number of good answers."""
        connection, good = http.client.HTTPConnection("127.0.0.1", stack.ports["HTTP"]), 0
        deadline = time.monotonic() + WINDOW_SECONDS
        while time.monotonic() < deadline:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
            good += 1
        return good

    def ask_all():
        with ThreadPoolExecutor(CLIENTS) as clients:
            good = list(clients.map(ask, ["/health", "/queues"] * (CLIENTS // 2)))
        assert min(good) > 0
        assert sum(good) > 1000

    idle = commands_a_second(lambda: time.sleep(WINDOW_SECONDS))
    assert commands_a_second(ask_all) < 1.3 * idle
