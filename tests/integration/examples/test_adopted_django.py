"""A Django application with tasks of its own, run by Headcount (docs/adopt.md)."""

import os
import subprocess
import sys

import pytest

from tests.headcount_process import ROOT, Processes
from tests.waiting import wait_until

ADOPTED = "tests.integration.examples.adopted"
VIEW = f"""
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "{ADOPTED}.settings"
import django
import {ADOPTED}.celery_app  # as a project's __init__.py does
django.setup()
from django.db import connection, transaction
from {ADOPTED} import tasks
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE orders (id integer)")
with transaction.atomic():
    tasks.count.delay_on_commit("orders")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO orders VALUES (1)")
tasks.fail.delay()
{ADOPTED}.celery_app.beside.delay()
"""


@pytest.fixture(scope="module")
def worker(shared_broker, tmp_path_factory):
    """A worker that was told of the application, and nothing else; its jobs are enqueued."""
    shared_broker.client.flushall()
    directory = tmp_path_factory.mktemp("adopted")
    variables = {"HEADCOUNT_WORKERS": f"{ADOPTED}.celery_app", "DATABASE": directory / "db.sqlite3"}
    with Processes(directory) as processes:
        worker = processes.start("worker", broker_url=shared_broker.url, **variables)
        worker.environ = {
            **os.environ, "CELERY_BROKER_URL": shared_broker.url,
            **{name: str(value) for name, value in variables.items()},
        }  # fmt: skip
        run(worker, "-c", VIEW)
        wait_until(lambda: len(worker.finished()) == 4, 20, f"its log: {worker.log}")
        yield worker


def run(worker, *arguments):
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=worker.environ, timeout=60,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_tasks_run_and_are_counted_under_their_names(worker, shared_broker):
    assert worker.processed() == {
        ("default", f"{ADOPTED}.tasks.count", "succeeded"): 1,
        ("default", f"{ADOPTED}.celery_app.beside", "succeeded"): 1,
        ("default", f"{ADOPTED}.tasks.fail", "retried"): 1,
        ("default", f"{ADOPTED}.tasks.fail", "failed"): 1,
    }
    assert shared_broker.drifts() == {}


def test_a_job_enqueued_on_commit_sees_what_was_committed(worker):
    assert worker.lines("counted 1")


def test_its_own_set_up_of_the_log_takes_no_line_away(worker):
    [said] = worker.lines("counted 1")
    assert (said["logger"], said["task"]) == ("shop", f"{ADOPTED}.tasks.count")
    assert [line for line in worker.lines() if line["event"].endswith("ready.")]


def test_the_self_check_knows_its_tasks(worker):
    checked = run(worker, "-m", "service", "check")
    assert f"3 plain tasks: {ADOPTED}.celery_app.beside, {ADOPTED}.tasks.count" in checked
