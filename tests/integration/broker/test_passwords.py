"""Brokers with passwords, users and database numbers."""

import shlex

import pytest
import redis
from redis.exceptions import NoPermissionError

from tests.broker_process import BrokerProcess
from tests.headcount_process import ROOT
from tests.integration.broker.whole_round import WholeRound, get
from tests.waiting import wait_until

PASSWORD = "p@ss/w:r%d?5ECR3T"
QUOTED = "p%40ss%2Fw%3Ar%25d%3F5ECR3T"


@pytest.fixture
def guarded(tmp_path):
    with BrokerProcess(tmp_path / "broker", PASSWORD) as broker:
        for user in ("jobs", "look"):
            broker.client.execute_command("ACL", "SETUSER", *documented_rules(user))
        yield broker


def documented_rules(user):
    """The rules of a user as docs/security.md has them, password filled in."""
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if f"ACL SETUSER {user} on" in line)
    return [word.replace("PASSWORD", PASSWORD) for word in shlex.split(line)[3:]]


@pytest.mark.parametrize("user", ["", "jobs"])
def test_a_broker_with_a_password_a_user_and_a_database_works(
    guarded, user, start, enqueue_on, notes
):
    guarded.client = redis.Redis(port=guarded.port, password=PASSWORD, db=3, socket_timeout=5)
    url = f"redis://{user}:{QUOTED}@127.0.0.1:{guarded.port}/3"
    whole = WholeRound(url, guarded, start, enqueue_on, notes)
    worker = whole.start("worker")
    whole.perform_jobs(worker)
    assert guarded.client.info("keyspace").keys() == {"db3"}
    everyone = [worker, *whole.look()]
    assert worker.stop(15) == 0
    assert not [one.command for one in everyone if "5ECR3T" in one.text()]


def test_a_sidecar_whose_user_may_only_read_shows_everything(guarded, start):
    worker_url, sidecar_url = (
        f"redis://{user}:{QUOTED}@127.0.0.1:{guarded.port}/0" for user in ("jobs", "look")
    )
    start("worker", broker_url=worker_url)
    sidecar = start("sidecar", broker_url=sidecar_url)
    seen = wait_until(lambda: get(sidecar.http_port, "/workers")["workers"], 10)
    assert len(seen) == 1
    assert get(sidecar.http_port, "/health")["checks"]["broker"]["status"] == "ok"
    with pytest.raises(NoPermissionError):
        redis.Redis.from_url(sidecar_url).delete("default")
    with pytest.raises(NoPermissionError):
        redis.Redis.from_url(worker_url).flushall()


def test_a_wrong_password_is_named_by_everyone_and_shown_by_no_one(
    guarded, start, enqueue_on, notes
):
    url = f"redis://:WR0NG@127.0.0.1:{guarded.port}/0"
    whole = WholeRound(url, guarded, start, enqueue_on, notes)
    status, checked = whole.headcount("check")
    [line] = [line for line in checked.splitlines() if line.startswith("problem")]
    assert status == 1
    assert line.startswith(f"problem  broker: redis://127.0.0.1:{guarded.port}/0: ")
    assert "password" in line
    assert "WR0NG" not in checked
