"""What befell a job is a finding of what happened at that time."""

import pytest

from tests.chaos.enqueuer import Enqueuer
from tests.chaos.jobs import ENDS
from tests.chaos.judge import Verdict
from tests.chaos.record import END, Run
from tests.rehearsal.acts import Act
from tests.rehearsal.complaints import complaints
from tests.rehearsal.findings import Performed, attribute, table


def performed(name, ended, **options):
    told, restarted = options.pop("told", {}), options.pop("restarted", [])
    return Performed(Act(name, print, **options), ended - 10, ended, told, restarted)


@pytest.fixture
def enqueuer():
    """Has enqueued a job every five seconds from 1,001 on."""
    enqueuer = Enqueuer()
    for n, tag in enumerate(("Quick-1", "CriticalNap-2", "Quick-3", "Quick-4")):
        enqueuer.accepted[tag], enqueuer.begun[tag] = ENDS, 1001 + 5 * n
    return enqueuer


def runs(**starts):
    return {
        tag.replace("_", "-"): [Run(tag, 1, 1, at, at, END) for at in times]
        for tag, times in starts.items()
    }


def test_each_job_belongs_to_what_happened_when_it_was_enqueued(enqueuer):
    acts = [performed("first", 1010), performed("second", 1020)]
    attribute(acts, enqueuer, {}, Verdict(4, lost=["Quick-3"]))
    assert [one.figures["jobs"] for one in acts] == [2, 2]
    assert [one.figures["lost"] for one in acts] == [0, 1]
    assert [one.wrong for one in acts] == ["", "1 lost"]


def test_a_repeated_job_belongs_to_what_happened_when_it_ran_again(enqueuer):
    acts = [performed("first", 1010), performed("second", 1020)]
    attribute(acts, enqueuer, runs(Quick_1=[1002, 1012]), Verdict(4, repeated=["Quick-1"]))
    assert [one.wrong for one in acts] == ["", "1 repeated"]


def test_a_job_is_late_that_waited_longer_than_its_queue_allows(enqueuer):
    acts = [performed("first", 1030), performed("second", 1100, late=True)]
    attribute(
        acts, enqueuer, runs(CriticalNap_2=[1017], Quick_3=[1080], Quick_4=[1018]), Verdict(4)
    )
    assert [one.figures["late"] for one in acts] == [1, 1]
    assert [one.wrong for one in acts] == ["1 late", ""]
    assert "| first | 10 s | 4 | 0 | 0 | 0 | 0 | 1 | 11.0 s | - | - |" in table(acts)


def test_a_delayed_job_waits_from_when_it_is_due(enqueuer):
    enqueuer.due["CriticalNap-2"] = 1016
    acts = [performed("only", 1030)]
    attribute(acts, enqueuer, runs(CriticalNap_2=[1017]), Verdict(4))
    assert acts[0].longest_wait_seconds == 1


def test_alerts_and_restarts_are_wrong_that_do_not_belong_to_it():
    told = {"HeadcountBrokerDown": "critical"}
    assert performed("it", 1010, told=told, alerts=frozenset(told)).wrong == ""
    assert performed("it", 1010, told=told).wrong == "told of HeadcountBrokerDown"
    again = ["worker liveness failed"]
    assert performed("it", 1010, restarted=again, restarts=True).wrong == ""
    assert performed("it", 1010, restarted=again).wrong == "restarted: worker liveness failed"


def test_what_processes_complain_of_is_counted_but_for_jobs(tmp_path):
    (tmp_path / "worker-1-worker.log").write_text(
        '{"level": "error", "logger": "celery.x", "event": "lost 12 of 13"}\n'
        '{"level": "error", "logger": "celery.x", "event": "lost 1 of 2"}\n'
        '{"level": "error", "logger": "headcount.jobs", "event": "job_finished", "job_id": "1"}\n'
        '{"level": "info", "logger": "celery.x", "event": "ready"}\n'
        "Segmentation fault\n"
    )
    (tmp_path / "prometheus.log").write_text("level=warn\n")
    assert complaints(tmp_path) == {"celery.x: lost … of …": 2, "Segmentation fault": 1}
