"""When a process that died is started again, and how its end is named."""

import signal

import pytest

from service.serve.process import Process, RestartPolicy, describe_exit


def test_the_delay_doubles_with_each_quick_death_up_to_ten_seconds():
    delays = [RestartPolicy().delay_seconds(deaths) for deaths in range(1, 8)]
    assert delays == [0.5, 1, 2, 4, 8, 10, 10]


def test_a_process_that_had_settled_is_started_again_after_the_first_delay():
    assert RestartPolicy().delay_seconds(0) == 0.5


def test_a_thousand_quick_deaths_still_have_a_delay():
    assert RestartPolicy(quick_deaths_allowed=10_000).delay_seconds(5_000) == 10


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "exit status 0"),
        (3, "exit status 3"),
        (-signal.SIGKILL, "SIGKILL"),
        (-250, "signal 250"),
    ],
)
def test_an_end_is_told_by_status_or_by_the_name_of_its_signal(status, words):
    assert describe_exit(status) == words


def test_a_process_stops_after_those_that_need_it_and_those_it_outlives():
    broker = Process(name="broker", argv=("b",), env={})
    worker = Process(name="worker", argv=("w",), env={}, needs=("broker",))
    sidecar = Process(name="sidecar", argv=("s",), env={}, outlives=("worker",))
    assert broker.stops_after(worker)
    assert sidecar.stops_after(worker)
    assert not worker.stops_after(broker)
    assert not worker.stops_after(sidecar)
