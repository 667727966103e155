"""The self-check of a broker behind sentinels: those that are silent, few, or of another mind."""

import pytest

from tests.sentinel_processes import MASTER_NAME, SentinelProcesses


@pytest.fixture(scope="module")
def sentinels(tmp_path_factory):
    with SentinelProcesses(tmp_path_factory.mktemp("sentinels")) as running:
        yield running


@pytest.fixture
def lines(headcount, sentinels):
    def lines(url=sentinels.url, master=MASTER_NAME):
        done = headcount("check", CELERY_BROKER_URL=url, HEADCOUNT_SENTINEL_MASTER=master)
        assert done.stderr == ""
        return [line for line in done.stdout.splitlines() if not line.startswith("ok ")]

    return lines


def test_sentinels_that_agree_are_no_problem(lines):
    assert lines() == []


def test_a_name_that_no_sentinel_knows_is_named(lines):
    found = lines(master="no-such")
    asked = [line for line in found if line.startswith("problem  sentinels: ")]
    assert len(asked) == 3
    assert "knows no master 'no-such'" in asked[0]
    assert asked[0].endswith("mend: HEADCOUNT_SENTINEL_MASTER")


def test_naming_too_few_of_them_is_a_warning(lines, sentinels):
    [line] = lines(url=sentinels.url_of(sentinels.sentinels[:1]))
    assert line.startswith(f"warning  sentinels: 3 watch {MASTER_NAME!r}, and CELERY_BROKER_URL")


def test_one_that_does_not_answer_is_a_warning(lines, sentinels):
    [line] = lines(url=sentinels.url + ";sentinel://127.0.0.1:1/0")
    assert line.startswith("warning  sentinels: 127.0.0.1:1 does not answer: ")


def test_servers_that_take_jobs_while_they_are_alone_are_a_warning(headcount, tmp_path):
    alone = "warning  sentinels: the broker takes jobs also while it is cut off"
    with SentinelProcesses(tmp_path / "three", replicas=2) as three:
        variables = {"CELERY_BROKER_URL": three.url, "HEADCOUNT_SENTINEL_MASTER": MASTER_NAME}
        assert alone in headcount("check", **variables).stdout
        three.master.client.config_set("min-replicas-to-write", 1)
        assert alone not in headcount("check", **variables).stdout


def test_a_lone_sentinel_without_replica_is_a_warning(headcount, tmp_path):
    with SentinelProcesses(tmp_path / "lone", replicas=0, sentinels=1, own_password="x") as lone:
        variables = {
            "CELERY_BROKER_URL": lone.url,
            "HEADCOUNT_SENTINEL_MASTER": MASTER_NAME,
            "HEADCOUNT_SENTINEL_PASSWORD": "x",
        }
        done = headcount("check", **variables)
        refused = headcount("check", **variables | {"HEADCOUNT_SENTINEL_PASSWORD": ""})
    said = [line for line in done.stdout.splitlines() if not line.startswith("ok ")]
    assert done.returncode == 0
    assert [line.split("; mend")[0] for line in said] == [
        f"warning  sentinels: only 1 watch {MASTER_NAME!r} (quorum 1): none of them may fail",
        f"warning  sentinels: {MASTER_NAME!r} has no replica to fail over to",
    ]
    assert "wants a password" in refused.stdout
