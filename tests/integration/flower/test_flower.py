"""Flower beside Headcount: the same jobs, workers and queues, and who may do what in it."""

import json
import urllib.parse

import pytest

from tests import sample_jobs
from tests.broker_process import BrokerProcess
from tests.enqueuing import enqueuing_on
from tests.headcount_process import Processes
from tests.integration.flower.running_flower import RunningFlower
from tests.waiting import wait_until
from workers.process_app import process_app

SECRET = "geheim-4711"
USER, PASSWORD = "ops", 'pa,ss:w "ord'
CONSUMED = "default,low"

ENDS = {
    "Note": "SUCCESS",
    "Fail": "FAILURE",
    "FailTwice": "SUCCESS",
    "KillSelf": "FAILURE",
    "HardLimit": "FAILURE",
    "OutOfMemory": "FAILURE",
    "RejectIt": "FAILURE",
    "IgnoreIt": "SUCCESS",
    "ShortLived": "REVOKED",
    "plain": "SUCCESS",
    "plain_fail": "FAILURE",
}
"""Job -> the state in which Flower shows that it ended."""

CONTROL = (
    "/api/worker/shutdown/{worker}",
    "/api/worker/pool/shrink/{worker}?n=1",
    "/api/worker/queue/cancel-consumer/{worker}?queue=default",
    "/api/task/revoke/{job}?terminate=true",
    "/api/task/async-apply/tests.sample_jobs.Note",
)


class Scene:
    """A broker, a worker of two of the three queues, and two Flowers: one open, one protected."""

    def __init__(self, broker, processes):
        self.broker = broker
        url = {"broker_url": broker.url, "wait": False}
        self.worker = processes.start("worker", **url, HEADCOUNT_QUEUES=CONSUMED)
        # Whatever Flower's own variables say.
        opened = processes.start("flower", **url, FLOWER_UNAUTHENTICATED_API="true",
                                 FLOWER_READ_ONLY="false")  # fmt: skip
        protected = processes.start("flower", **url, HEADCOUNT_FLOWER_USER=USER,
                                    HEADCOUNT_FLOWER_PASSWORD=PASSWORD)  # fmt: skip
        self.open = RunningFlower(opened)
        self.protected = RunningFlower(protected, f"{USER}:{PASSWORD}")
        for process in (self.worker, opened, protected):
            process.wait_until_ready()
        # Flower switches a worker's events on within five seconds.
        wait_until(lambda: self.seen(self.open) and self.seen(self.protected), 30)

    def seen(self, flower):
        """The workers that a Flower shows."""
        return json.loads(flower.ask("/workers?json=1")[1])["data"]

    @property
    def name(self):
        return self.seen(self.open)[0]["hostname"]


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    directory = tmp_path_factory.mktemp("flower")
    with (
        BrokerProcess(directory / "broker") as broker,
        enqueuing_on(broker.url),
        Processes(directory) as processes,
    ):
        yield Scene(broker, processes)


@pytest.fixture
def running(scene):
    """A job that runs until somebody ends it."""
    job_id = sample_jobs.Nap.perform_async(300, SECRET).id
    wait_until(lambda: scene.open.task(job_id).get("Status") == "STARTED", 15)
    yield job_id
    process_app().control.revoke(job_id, terminate=True, signal="KILL")
    wait_until(lambda: scene.worker.attempts(job_id), 15)


def enqueue(name, *args):
    """Enqueue a sample job; its id."""
    if name.startswith("plain"):
        # By name: the task itself goes to the broker on which this process used it first.
        return process_app().send_task(f"tests.sample_jobs.{name}", args).id
    return getattr(sample_jobs, name).perform_async(*args).id


def test_every_job_ends_in_flower_too(scene):
    given = {"FailTwice": ("tag",), "plain": (SECRET,), "Note": (SECRET,)}
    ids = {name: enqueue(name, *given.get(name, ())) for name in ENDS}
    for name, state in ENDS.items():
        wait_until(
            lambda job_id=ids[name], state=state: scene.open.task(job_id).get("Status") == state,
            30,
            f"{name}: {scene.open.task(ids[name])}",
        )
    shown = {name: scene.open.task(job_id) for name, job_id in ids.items()}
    assert shown["Note"]["Runtime"].endswith("s")
    assert shown["Note"]["Worker"] == scene.name
    assert "Name" in shown["Fail"]
    assert SECRET not in str(shown)
    assert shown["plain"]["Arguments"] == shown["Note"]["Arguments"] == "(hidden)"


def test_a_running_job_and_its_worker_have_pages_of_their_own(scene, running):
    task = scene.open.task(running)
    assert (task["Name"], task["Status"]) == ("tests.sample_jobs.Nap", "STARTED")
    [worker] = scene.seen(scene.open)
    assert worker["status"] is True
    for name in (worker["hostname"], urllib.parse.quote(worker["hostname"], safe="")):
        status, page = scene.open.ask(f"/worker/{name}")
        assert status == 200
        assert running in page
        assert SECRET not in page
    assert scene.open.ask("/task/unknown")[0] == 404
    assert scene.open.ask("/worker/unknown")[0] == 404


def test_all_queues_are_shown_with_their_depths_also_those_that_nobody_consumes(scene):
    wait_until(lambda: "default" in scene.open.queues(), 15)
    assert scene.open.queues() == {"critical": 0, "default": 0, "low": 0}
    sample_jobs.CriticalNote.perform_bulk([(1,), (2,), (3,)])
    assert list(scene.open.queues().items()) == [("critical", 3), ("default", 0), ("low", 0)]
    scene.broker.client.delete("critical")


def test_without_credentials_one_may_only_look(scene, running):
    for path in CONTROL:
        status, said = scene.open.ask(path.format(worker=scene.name, job=running), "POST")
        assert (status, said) == (403, "Read only mode is enabled")
    page = scene.open.ask(f"/task/{running}")[1]
    assert "Terminate" not in page
    assert not scene.worker.ended
    assert not scene.worker.attempts(running)


def test_with_credentials_who_has_them_may_act_and_nobody_else(scene, running):
    flower, revoke = scene.protected, f"/api/task/revoke/{running}?terminate=true"
    for wrong in ("", "ops:", f"{USER}:pa", "ss:w", "ops:pass"):
        assert flower.ask("/", credentials=wrong)[0] == 401
        assert flower.ask(revoke, "POST", credentials=wrong)[0] == 401
    assert flower.ask(revoke, "POST", Origin="http://elsewhere.example")[0] == 403
    assert not scene.worker.attempts(running)
    assert flower.ask(f"/task/{running}")[0] == 200
    assert flower.ask(revoke + "&signal=SIGKILL", "POST")[0] == 200
    wait_until(lambda: scene.worker.attempts(running), 15)
    assert scene.worker.attempts(running)[0]["outcome"] == "revoked"
