"""What events are handed to, and what happens when one of them fails."""

from service.telemetry.events import ChildExit, ChildExited, Event
from service.telemetry.listeners import Listeners

EVENT = ChildExited(ChildExit.RECYCLED)


def broken(event: Event) -> None:
    raise RuntimeError("disk full")


class Broken:
    def __call__(self, event: Event) -> None:
        raise MemoryError


def test_every_listener_hears_every_event_in_order():
    heard = []
    listeners = Listeners(lambda e: heard.append(("first", e)), lambda e: heard.append(("2", e)))
    listeners(EVENT)
    assert heard == [("first", EVENT), ("2", EVENT)]
    assert listeners.failures == {}


def test_a_failing_listener_is_kept_from_the_caller_and_the_others(open_log):
    open_log()
    heard = []
    listeners = Listeners(broken, Broken(), heard.append)
    listeners(EVENT)
    assert heard == [EVENT]


def test_failures_are_counted_for_each_listener_by_name(open_log):
    open_log()
    listeners = Listeners(broken, Broken(), lambda event: None)
    for _ in range(3):
        listeners(EVENT)
    assert listeners.failures == {"broken": 3, "Broken": 3}


def test_a_failing_listener_is_logged_once_with_its_traceback(open_log):
    log = open_log()
    listeners = Listeners(broken)
    listeners(EVENT)
    listeners(EVENT)
    line = log.only()
    assert (line["event"], line["listener"], line["level"]) == (
        "listener_failed",
        "broken",
        "error",
    )
    assert line["exception"]["message"] == "disk full"
    assert "raise RuntimeError" in line["exception"]["traceback"]


def test_listeners_can_be_nested():
    heard = []
    Listeners(Listeners(heard.append))(EVENT)
    assert heard == [EVENT]
