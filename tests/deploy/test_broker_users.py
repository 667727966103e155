"""The users of the broker in the cluster can do what they have to, and no more."""

import signal
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
import redis

from deploy.secrets import secrets
from service.broker.snapshot_reader import SnapshotReader
from tests.broker_process import BrokerProcess
from tests.deploy.manifests import KUBERNETES
from tests.headcount_process import Processes
from tests.waiting import wait_until
from workers.process_app import process_app

CONFIG = KUBERNETES / "components" / "valkey" / "valkey.conf"
QUEUES = ("critical", "default", "low")


class Cluster:
    """A Valkey with the cluster's configuration and users, and Headcount's processes on it."""

    def __init__(self, directory, processes):
        self._list = directory / "users.acl"
        self.passwords, self._urls = self.take(secrets("shop"))
        self.broker = BrokerProcess(
            directory / "data",
            options=options() | {"aclfile": self._list},
        )
        self.broker.client = self.client("admin")
        self._start = processes.start

    def take(self, made):
        """Put Secrets' list of users where the broker reads it; passwords of people, and URLs."""
        texts = {one["metadata"]["name"]: one["stringData"] for one in made}
        users = texts["valkey-users"]
        self._list.write_text(users["users.acl"])
        return {user: users[f"{user}-password"] for user in ("admin", "exporter")}, texts["broker"]

    def change_passwords(self):
        """As deploy/README.md says: new Secrets beside the old, then ACL LOAD by the old admin."""
        admin = self.client("admin")
        self.passwords, self._urls = self.take(secrets("shop", former=self._list.read_text()))
        admin.acl_load()
        self.broker.client = self.client("admin")

    def url(self, process):
        """The URL of the Secret, at the port of this test's broker."""
        wanted = self._urls["sidecar-url" if process == "sidecar" else "worker-url"]
        return wanted.replace(urlsplit(wanted).netloc.rpartition("@")[2], self._place)

    def client(self, user):
        return redis.Redis(
            port=self.broker.port, username=user, password=self.passwords[user], socket_timeout=5
        )

    def client_of(self, process):
        return redis.Redis.from_url(self.url(process), socket_timeout=5)

    def start(self, *arguments, **variables):
        return self._start(*arguments, broker_url=self.url(arguments[0]), **variables)

    @property
    def _place(self):
        return f"127.0.0.1:{self.broker.port}"


def options():
    """The settings of valkey.conf, but for those of places."""
    lines = [line.split(maxsplit=1) for line in CONFIG.read_text().splitlines()]
    pairs = {words[0]: words[1].strip('"') for words in lines if words and words[0] != "#"}
    return {name: value for name, value in pairs.items() if name not in ("dir", "aclfile")}


@contextmanager
def running_cluster(directory):
    with Processes(directory) as processes:
        cluster = Cluster(directory, processes)
        with cluster.broker:
            yield cluster


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def another_cluster(tmp_path):
    with running_cluster(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def processes_of_cluster(cluster):
    variables = {"HEADCOUNT_FLOWER_USER": "flower", "HEADCOUNT_FLOWER_PASSWORD": "flower"}
    names = ("worker", "beat", "sidecar", "flower")
    return {name: cluster.start(name, **variables) for name in names}


@pytest.fixture
def enqueues(cluster, monkeypatch):
    monkeypatch.setenv("CELERY_BROKER_URL", cluster.url("worker"))
    process_app.cache_clear()
    yield
    process_app.cache_clear()


def refused(command):
    """Say whether the broker denies it, to the user or to a script of the user's."""
    with pytest.raises(redis.exceptions.ResponseError, match="permissions"):
        command()
    return True


@pytest.mark.usefixtures("enqueues")
def test_processes_perform_account_and_show_with_their_users(cluster, processes_of_cluster):
    from tests import sample_jobs as jobs

    made = [jobs.Note.perform_async("now"), jobs.Note.perform_in(1, "later")]
    worker, sidecar = processes_of_cluster["worker"], processes_of_cluster["sidecar"]
    wait_until(lambda: all(worker.attempts(job.id) for job in made), 15, worker.text())
    wait_until(lambda: sidecar.metric("headcount_queue_workers", queue="default") == 1, 10)
    assert sidecar.metric("headcount_health_ok", check="broker") == 1
    assert sidecar.metric("headcount_broker_writable") == 1
    assert cluster.broker.drifts() == {}


@pytest.mark.usefixtures("enqueues")
def test_no_process_is_refused_anything(processes_of_cluster):
    for name, process in processes_of_cluster.items():
        assert "NOPERM" not in process.text(), name
        assert "permission" not in process.text().lower(), name


def test_the_check_command_finds_nothing_wrong_with_users_and_broker(
    cluster, processes_of_cluster, start
):
    checked = cluster.start("check")
    checked.wait(30)
    assert "NOPERM" not in checked.text()
    assert "broker" not in [
        line.split(":")[0].split()[1] for line in checked.text().splitlines()
        if line.startswith("problem")
    ]  # fmt: skip


@pytest.mark.usefixtures("enqueues")
def test_a_sidecar_alone_promotes_due_jobs_and_announces_itself(cluster, processes_of_cluster):
    from tests import sample_jobs as jobs

    worker = processes_of_cluster["worker"]
    worker.signal(signal.SIGSTOP)
    try:
        job = jobs.LowNote.perform_in(0.5, "promoted")
        wait_until(lambda: cluster.broker.queue("low").ready == 1, 10)
    finally:
        worker.signal(signal.SIGCONT)
    wait_until(lambda: worker.attempts(job.id), 15)
    announced = cluster.broker.client.hkeys("headcount:processes")
    assert any(name.startswith(b"sidecar-") for name in announced)
    assert "NOPERM" not in processes_of_cluster["sidecar"].text()


def test_the_sidecars_user_may_neither_take_jobs_nor_throw_them_away(cluster):
    client = cluster.client_of("sidecar")
    SnapshotReader(client, "")()
    for queue in QUEUES:
        assert refused(lambda queue=queue: client.delete(queue))
        assert refused(lambda queue=queue: client.rpop(queue))
        assert refused(
            lambda queue=queue: client.eval("return redis.call('DEL', KEYS[1])", 1, queue)
        )
    assert refused(lambda: client.hset("headcount:ledger", "default:enqueued", 1))
    assert refused(lambda: client.hdel("unacked", "x"))
    assert refused(client.flushall)
    assert refused(lambda: client.config_set("maxmemory-policy", "allkeys-lru"))


def test_workers_may_not_empty_or_reconfigure_the_broker(cluster):
    client = cluster.client_of("worker")
    assert client.info("memory")
    for command in (client.flushall, client.flushdb, client.shutdown, client.acl_list):
        assert refused(command)
    assert refused(lambda: client.config_set("appendonly", "no"))
    assert refused(lambda: client.keys("*"))


def test_an_exporter_sees_the_brokers_figures_and_no_job(cluster):
    client = cluster.client("exporter")
    assert client.info("memory")["used_memory"] > 0
    assert client.ping()
    assert refused(lambda: client.lrange("default", 0, -1))
    assert refused(lambda: client.delete("default"))


def test_without_a_password_one_may_only_ask_whether_it_is_there(cluster):
    stranger = redis.Redis(port=cluster.broker.port, socket_timeout=5)
    assert stranger.ping()
    assert refused(lambda: stranger.get("x"))
    assert refused(stranger.info)


def test_the_broker_is_set_up_as_jobs_need_it(cluster):
    info = cluster.broker.client.info()
    assert (info["maxmemory_policy"], info["aof_enabled"]) == ("noeviction", 1)
    assert info["maxmemory"] == 768 << 20


def test_passwords_are_changed_while_everybody_works(another_cluster):
    cluster = another_cluster
    worker, former = cluster.start("worker"), cluster.url("worker")
    cluster.change_passwords()
    assert cluster.url("worker") != former
    enqueued = cluster.start("enqueue", "tests.sample_jobs.Note")
    enqueued.wait(30)
    wait_until(worker.finished, 15, worker.text())
    cluster.change_passwords()
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis.from_url(former, socket_timeout=5).ping()
