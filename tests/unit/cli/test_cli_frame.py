"""One frame of a live view: what is on it, in which colour, in how much room."""

import math
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.screen import Screen

from service.broker.running import RunningJob, RunningJobs
from service.broker.snapshot import LedgerCounts
from service.cli.broker_watch import Look, Seen
from service.cli.flows import Flow, FlowMeter
from service.cli.frame import Room, queues_frame, top_frame
from tests.unit.sidecar.snapshots import NOW, a_queue, a_reading, a_snapshot, a_worker

ID = "4624b87c-82d3-4bfc-af69-b8cf82a91bab"
MANY_WORKERS = [a_worker(f"worker-9808@shop-worker-{n:03}", busy=8) for n in range(200)]


def a_job(**changes):
    job = RunningJob(ID, "shop.jobs.SendInvoice", "default", "worker@pod-a", 12.0)
    return replace(job, **changes)


def a_look(snapshot=None, jobs=(), flows=None, leased=None):
    snapshot = snapshot or a_snapshot()
    running = RunningJobs(NOW, len(jobs) if leased is None else leased, tuple(jobs))
    seen = Seen(snapshot, running, flows or {})
    return Look("redis://broker:6379/0", a_reading(snapshot), seen, None)


def painted(look, columns=80, lines=24, frame=top_frame):
    console = Console(width=columns, height=lines, force_terminal=True, color_system="256")
    return console.render_lines(Screen(frame(look, Room(columns, lines, "q: quit"))), pad=False)


def shown(*arguments, **options):
    """The lines of the screen, as letters."""
    return ["".join(part.text for part in line) for line in painted(*arguments, **options)]


def colour(look, word):
    """The style of the first word like this on the screen."""
    parts = (part for line in painted(look) for part in line if part.text.strip() == word)
    style = next(parts).style
    return style.color.name if style and style.color else None


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (200, 50), (90, 12), (40, 10), (20, 3)])
@pytest.mark.parametrize("name", ["Send", "送信🙂" * 90, "x" * 10_000, "\x1b[2J\n\t"])
def test_a_frame_fills_its_screen_and_no_more(columns, lines, name):
    jobs = [a_job(id=name, task=name, queue=name, worker=name) for _ in range(50)]
    workers = tuple(a_worker(name, queues=(name,)) for _ in range(200))
    screen = shown(a_look(a_snapshot(workers=workers), jobs, leased=9_000), columns, lines)
    assert len(screen) == lines
    assert max(map(cell_len, screen)) <= columns
    assert all(line.isprintable() for line in screen)


def test_at_80_by_24_nothing_that_matters_is_cut_off():
    flows = dict.fromkeys(("critical", "default", "low"), Flow(1234.0, 56_789.0, 86_399.0))
    queues = [
        a_queue(name, ready=999_999, scheduled=999_999, leased=99_999, dead=10_000)
        for name in flows
    ]
    queues = [replace(one, oldest_ready_age_seconds=86_399.0) for one in queues]
    look = a_look(a_snapshot(*queues, workers=tuple(MANY_WORKERS)), [a_job()] * 50, flows, 1_600)
    screen = shown(look)
    assert screen[5].split() == [
        *("default", "999,999", "999,999", "99,999", "10,000"),
        *("1.2k", "56.8k", "23h", "59m", "23h", "59m", "200"),
    ]
    workers, running = (screen[n] for n in (8, 14))
    assert workers.split("  ")[1] == "200 live, 1600 of 1600 slots busy; 197 more are not shown"
    assert running.split("  ")[1] == "1600 jobs, the longest first; 1592 more are not shown"
    rows = [line for line in screen if ID in line]
    assert len(rows) == 8
    assert rows[0].split() == ["12s", "default", ID, "…jobs.SendInvoice", "…r@pod-a"]


def test_a_wide_screen_shows_names_in_full_and_the_slots():
    worker = "worker-9808@shop-worker-7f9c-x2k9q"
    screen = shown(a_look(jobs=[a_job(worker=worker)]), 140, 30)
    assert screen[3].split()[-1] == "slots"
    assert screen[14].split() == ["12s", "default", ID, "shop.jobs.SendInvoice", worker]


def test_workers_in_trouble_come_first_in_the_colours_of_trouble():
    workers = (
        a_worker("a@pod"),
        a_worker("b@pod", draining=True),
        a_worker("c@pod", last_seen=NOW - 60),
        a_worker("d@pod", loop_age_seconds=99.0),
    )
    look = a_look(a_snapshot(workers=workers), [a_job(worker="c@pod")])
    rows = [line.split()[:2] for line in shown(look, 100, 40) if "/8" in line]
    assert rows == [
        ["d@pod", "stuck"],
        ["c@pod", "silent"],
        ["b@pod", "draining"],
        ["a@pod", "live"],
    ]
    assert [colour(look, word) for word in ("silent", "stuck")] == ["red", "red"]
    roomy = a_look(a_snapshot(workers=workers[:2]))
    assert [colour(roomy, word) for word in ("draining", "live")] == ["yellow", "green"]


def test_figures_that_need_somebody_stand_out():
    late = a_queue(ready=5, oldest_ready_age_seconds=45.0)
    too_late = a_queue("low", ready=7, oldest_ready_age_seconds=301.0, dead=3)
    look = a_look(a_snapshot(late, too_late), [a_job(seconds=7_300.0), a_job(seconds=59.0)])
    assert [colour(look, age) for age in ("45s", "5m 1s")] == ["yellow", "red"]
    assert [colour(look, word) for word in ("3", "2h 1m", "59s")] == [
        "dark_orange",
        "dark_orange",
        None,
    ]
    assert [colour(look, name) for name in ("critical", "low")] == ["magenta", "bright_green"]


def test_the_health_of_the_whole_is_one_line():
    assert shown(a_look())[1].startswith("All is well; the broker answers in")
    assert "no live worker" in shown(a_look(a_snapshot(workers=())))[1]


def test_what_cannot_be_read_shows_no_figures():
    look = Look("redis://broker:6379/0", a_reading(None), None, NOW)
    for frame in (top_frame, queues_frame):
        text = "\n".join(shown(look, frame=frame))
        assert "cannot be read since 22:13:20 UTC: redis://broker refuses connections" in text
        assert "critical" not in text


# -- rates


def look_after(seconds, enqueued, succeeded, ready):
    ledger = LedgerCounts(enqueued=enqueued, succeeded=succeeded)
    return a_snapshot(a_queue(ledger=ledger, ready=ready), as_of=NOW + seconds)


def test_a_flow_is_what_was_counted_a_second():
    meter = FlowMeter()
    assert meter.add(look_after(0, 100, 0, 100)) == {}
    flow = meter.add(look_after(2, 120, 60, 60))["default"]
    assert flow == Flow(10.0, 30.0, 3.0)


@pytest.mark.parametrize(
    ("ready", "empty_in"), [(0, None), (90, 90.0), (100, math.inf), (120, math.inf)]
)
def test_a_queue_is_empty_when_as_many_have_gone_as_wait(ready, empty_in):
    meter = FlowMeter()
    meter.add(look_after(0, 100, 0, 100))
    found = meter.add(look_after(10, 100, 0, ready))["default"].empty_in_seconds
    assert found == empty_in


def test_only_the_last_seconds_count():
    meter = FlowMeter()
    for second in range(60):
        meter.add(look_after(second, 1000, 0, 0))
    for second in range(60, 72):
        flow = meter.add(look_after(second, 1000 + 5 * (second - 59), 0, 0))["default"]
    assert flow.enqueued == pytest.approx(5)


def test_a_broker_that_lost_its_data_shows_no_rate_below_zero():
    meter = FlowMeter()
    meter.add(look_after(0, 100, 50, 0))
    assert meter.add(look_after(1, 3, 0, 0)) == {}
    assert meter.add(look_after(2, 4, 1, 0))["default"] == Flow(1.0, 1.0, None)
