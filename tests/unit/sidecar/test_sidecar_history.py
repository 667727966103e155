"""The last minute of the queues: what is remembered, how fast things went, how it is drawn."""

from service.broker.snapshot import LedgerCounts
from service.sidecar.history import MOST_MOMENTS, of_queue, per_second, remembered
from service.sidecar.pages import sparkline
from tests.unit.sidecar.snapshots import NOW, a_queue, a_snapshot


def history_of(*moments):
    """What is remembered of (seconds, ready jobs, jobs ever enqueued) in ``default``."""
    history = ()
    for seconds, ready, enqueued in moments:
        queue = a_queue(ready=ready, ledger=LedgerCounts(enqueued=enqueued))
        history = remembered(history, a_snapshot(queue, as_of=NOW + seconds))
    return of_queue(history, "default")


def ready(history):
    return [queue.ready for one in history for queue in one.queues]


def enqueued_per_second(history):
    return per_second(history, lambda ledger: ledger.enqueued)


def paths(svg, kind):
    return [part.split('"', 1)[0] for part in svg.split(f'class="{kind}" d="')[1:]]


def test_what_is_older_than_a_minute_is_forgotten():
    assert ready(history_of((0, 1, 0), (30, 2, 0), (61, 3, 0), (90, 4, 0))) == [2, 3, 4]


def test_a_clock_that_went_back_makes_what_seems_later_be_forgotten():
    assert ready(history_of((0, 1, 0), (50, 2, 0), (20, 3, 0))) == [1, 3]


def test_however_often_someone_reads_no_more_than_so_many_are_remembered():
    moments = [(number / 1000, number, 0) for number in range(MOST_MOMENTS * 2)]
    assert len(history_of(*moments)) == MOST_MOMENTS
    assert ready(history_of(*moments))[-1] == MOST_MOMENTS * 2 - 1


def test_a_rate_is_over_all_that_is_remembered():
    assert enqueued_per_second(history_of((0, 0, 100), (5, 0, 100), (10, 0, 150))) == 5.0


def test_no_rate_is_said_of_one_moment_or_of_counts_that_fell():
    assert enqueued_per_second(history_of((0, 0, 100))) is None
    assert enqueued_per_second(history_of((0, 0, 100), (10, 0, 3))) is None
    assert enqueued_per_second(()) is None


def test_a_reading_remembers_across_an_outage(broker, snapshots):
    broker.failure = OSError("gone")
    snapshots.refresh()
    broker.failure, broker.snapshot = None, a_snapshot(as_of=NOW + 20)
    snapshots.refresh()
    assert [one.as_of for one in snapshots.latest().history] == [NOW, NOW + 20]


def test_the_line_spans_a_minute_and_is_as_high_as_its_peak():
    drawn = sparkline.sparkline(history_of((0, 0, 0), (1, 10, 0), (2, 5, 0)))
    assert paths(drawn, "line") == ["M232.0 45.0L236.0 3.0L240.0 24.0"]
    assert paths(drawn, "end") == ["M240.0 24.0h0"]


def test_the_line_has_a_gap_where_reads_failed():
    drawn = sparkline.sparkline(history_of((0, 5, 0), (1, 5, 0), (30, 5, 0), (31, 5, 0)))
    assert len(paths(drawn, "line")) == len(paths(drawn, "area")) == 2


def test_the_line_of_an_empty_queue_lies_on_the_ground():
    drawn = sparkline.sparkline(history_of((0, 0, 0), (1, 0, 0)))
    assert paths(drawn, "line") == ["M236.0 45.0L240.0 45.0"]


def test_the_line_is_told_in_words_too():
    drawn = sparkline.sparkline(history_of((0, 3, 0), (1, 1200, 0), (2, 5, 0)))
    assert "<title>Ready jobs over the last 2 s: now 5, lowest 3, highest 1,200</title>" in drawn


def test_nothing_is_drawn_of_nothing():
    assert sparkline.sparkline(()) == ""
