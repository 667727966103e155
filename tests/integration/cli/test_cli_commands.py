"""Help, the tables, and enqueueing from the command line."""

import json
import time
from datetime import UTC, datetime, timedelta

import httpx
import orjson
import pytest

from service.broker import keys

COMMANDS = {
    "serve": "Run the whole stack",
    "worker": "Run a worker",
    "beat": "Run Beat",
    "flower": "Run Flower",
    "sidecar": "Run the sidecar",
    "check": "Check configuration",
    "queues": "Show the queues",
    "workers": "Show the worker processes",
    "running": "Show the jobs that workers hold",
    "top": "Keep showing queues",
    "enqueue": "Enqueue one job",
    "job": "Show where a job is",
    "dead": "Jobs that ended for good",
    "ledger": "What was enqueued",
}


def test_help_lists_every_command(said):
    helped = said("--help")
    for command, does in COMMANDS.items():
        assert command in helped
        assert does in helped


def test_each_command_explains_itself_without_a_broker(said):
    for command, does in COMMANDS.items():
        assert does in said(command, "--help", CELERY_BROKER_URL="")
    for command in ("list", "show", "retry", "drop"):
        assert "dead" in said("dead", command, "--help")


def test_no_command_at_all_shows_the_help(headcount):
    done = headcount()
    assert done.returncode == 2
    assert "Usage" in done.stdout + done.stderr


# -- queues and workers


def test_json_is_what_the_sidecar_answers(said, start, broker, jobs):
    jobs.enqueue_many("a", "b", queue="low")
    jobs.reserve(1)
    sidecar = start("sidecar", broker_url=broker.url)

    def over_http(path):
        return httpx.get(f"http://127.0.0.1:{sidecar.http_port}{path}").json()

    for name in ("queues", "workers"):
        typed, answered = json.loads(said(name, "--json")), over_http(f"/{name}")
        assert typed.keys() == answered.keys() == {"as_of", name}
        if name == "queues":
            for queue in (*typed["queues"], *answered["queues"]):
                queue.pop("oldest_ready_age_seconds")
        assert typed[name] == answered[name]


def test_queues_are_a_table_in_priority_order(said, jobs):
    jobs.enqueue_many("a", "b", queue="low")
    headings, *rows = [line.split() for line in said("queues").splitlines()]
    assert headings[:5] == ["queue", "ready", "scheduled", "leased", "dead"]
    assert [row[0] for row in rows] == ["critical", "default", "low"]
    assert rows[2][1] == "2"


def test_workers_are_a_table(said):
    assert said("workers").split() == [
        "worker", "state", "busy", "slots", "queues", "last", "seen",
    ]  # fmt: skip


# -- enqueue


def arguments_of(item):
    args, kwargs, _ = json.loads(orjson.loads(item)["body"])
    return args, kwargs


@pytest.mark.parametrize("name", ["tests.sample_jobs.CriticalNote", "CriticalNote"])
def test_enqueue_prints_the_id_of_the_job_it_enqueued(said, jobs, name):
    job_id = said("enqueue", name).strip()
    assert jobs.waiting("critical") == [job_id]


@pytest.mark.parametrize(
    ("typed", "arguments"),
    [
        ('["a", 7, null, {"b": [true]}]', (["a", 7, None, {"b": [True]}], {})),
        ('{"seconds": 1.5, "secret": "ü"}', ([], {"seconds": 1.5, "secret": "ü"})),
    ],
)
def test_arguments_are_a_list_by_position_or_an_object_by_name(said, jobs, typed, arguments):
    said("enqueue", "Nap" if typed.startswith("{") else "Note", typed)
    assert arguments_of(jobs.client.lindex("default", 0)) == arguments


def scheduled(jobs):
    return {
        orjson.loads(item)["headers"]["id"]: due
        for item, due in jobs.client.zrange(keys.scheduled("default"), 0, -1, withscores=True)
    }


@pytest.mark.parametrize("seconds", ["300", "0.5e3"])
def test_in_counts_seconds_from_now(said, jobs, seconds):
    job_id = said("enqueue", "Note", "[1]", "--in", seconds).strip()
    assert scheduled(jobs)[job_id] == pytest.approx(time.time() + float(seconds), abs=10)


@pytest.mark.parametrize(
    ("typed", "due"),
    [
        ("2040-01-31T09:00+01:00", datetime(2040, 1, 31, 8, tzinfo=UTC)),
        ("2040-01-31T09:00:00Z", datetime(2040, 1, 31, 9, tzinfo=UTC)),
        ("2040-01-31T09:00", datetime(2040, 1, 31, 14, tzinfo=UTC)),
        ("2040-01-31", datetime(2040, 1, 31, 5, tzinfo=UTC)),
    ],
)
def test_at_takes_iso_times_which_are_local_without_a_zone(said, jobs, typed, due):
    job_id = said("enqueue", "Note", "--at", typed, TZ="America/New_York").strip()
    assert scheduled(jobs) == {job_id: due.timestamp()}


@pytest.mark.parametrize(
    "when",
    [
        ("--in", "0"),
        ("--in", "-5"),
        ("--at", "2001-01-01"),
        ("--at", (datetime.now(UTC) - timedelta(seconds=1)).isoformat()),
    ],
)
def test_no_delay_or_the_past_is_now(said, jobs, when):
    job_id = said("enqueue", "Note", "[]", *when).strip()
    assert jobs.waiting() == [job_id]
