"""Every query is put to a real Prometheus that watched real workers, and has an answer."""

import pytest

from tests.dashboards.boards import BOARDS
from tests.dashboards.panel_answers import Asker, colours_of_nothing, empty_panels, nameless, twins
from tests.dashboards.sound_board import DEPTH, sound_board
from tests.dashboards.tables_filled import columns_of_nothing, ragged_rows

pytestmark = pytest.mark.needs_prometheus

each_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)


@pytest.fixture
def loaded(watched, board):
    return Asker(watched, watched.loaded_at, board)


@pytest.fixture
def fresh(watched, board):
    return Asker(watched, watched.fresh_at, board)


@pytest.fixture
def idle(watched, board):
    return Asker(watched, watched.idle_at, board)


@each_board
def test_under_load_every_query_has_an_answer(loaded, board):
    answers = loaded.answers()
    assert [one.error for one in answers if one.error] == []
    assert [one.where for one in answers if one.empty] == []


@each_board
def test_in_an_idle_system_no_panel_is_empty(idle, board):
    assert empty_panels(idle.answers()) == set()


@each_board
def test_before_the_first_job_no_panel_is_empty(fresh, board):
    assert empty_panels(fresh.answers()) == set()


@each_board
def test_whatever_is_chosen_prometheus_understands_the_queries(loaded, board):
    for name, values in loaded.offered.items():
        for value in values:
            assert [one.error for one in loaded.answers(**{name: [value]}) if one.error] == []


@each_board
def test_prometheus_understands_what_is_marked_across_graphs(loaded, board):
    assert loaded.errors_of_marks() == []


@each_board
def test_every_variable_offers_values(loaded, board):
    assert {name for name, values in loaded.offered.items() if values in ([], [""])} == set()


@each_board
def test_lines_are_told_apart_by_their_names(loaded, board):
    answers = loaded.answers()
    assert nameless(answers) == []
    assert twins(answers) == []


@each_board
def test_colours_are_for_lines_that_there_are(loaded, board):
    assert colours_of_nothing(loaded.answers()) == []


@each_board
def test_tables_have_the_columns_that_they_name_and_one_row_for_each_thing(loaded, board):
    answers = loaded.answers()
    assert columns_of_nothing(answers) == []
    assert ragged_rows(answers) == []


# What would find nothing is no check: each of these is put into a dashboard without a fault.

THRESHOLD = 'headcount_slo_threshold_seconds{job=~"$job", queue=~"$queue"}'


@pytest.fixture
def fill(watched):
    """Fill the table with these queries and settings; return their answers."""

    def ask(*expressions, rename, column="Queue"):
        board = sound_board()
        table = board["panels"].pop()
        (query,) = table["targets"]
        table["targets"] = [
            query | {"refId": letter, "expr": expression}
            for letter, expression in zip("AB", expressions, strict=False)
        ]
        table["transformations"] = [{"id": "organize", "options": {"renameByName": rename}}]
        table["fieldConfig"]["overrides"] = [{"matcher": {"id": "byName", "options": column}}]
        board["panels"] = [table]
        return Asker(watched, watched.loaded_at, board).answers()

    return ask


@pytest.fixture
def ask_instead(watched):
    """Ask this, as the only query; return its answer."""

    def ask(expression, legend="{{queue}}", colour_of="critical"):
        board = sound_board()
        graph = board["panels"].pop(0)
        graph["targets"][0] |= {"expr": expression, "legendFormat": legend}
        graph["fieldConfig"]["overrides"] = [{"matcher": {"id": "byName", "options": colour_of}}]
        board["panels"] = [graph]
        (answer,) = Asker(watched, watched.loaded_at, board).answers()
        return answer

    return ask


def test_a_query_without_an_answer_is_found(ask_instead):
    assert ask_instead(f"max by (queue) ({DEPTH}) > 1e9").empty
    assert ask_instead(f"0 / (0 * max by (queue) ({DEPTH}))").empty, "not a number"
    assert not ask_instead(f"max by (queue) ({DEPTH})").empty


def test_a_query_that_is_ambiguous_with_two_installations_is_found(ask_instead):
    assert "many-to-many" in ask_instead(f"{DEPTH} / on (queue) {THRESHOLD}").error


def test_lines_of_one_name_and_of_none_are_found(ask_instead):
    assert twins([ask_instead(f"max by (queue, state) ({DEPTH})")])
    assert nameless([ask_instead(f"max by (state) ({DEPTH})")])


def test_a_colour_of_nothing_is_found(ask_instead):
    by_queue = f"max by (queue) ({DEPTH})"
    assert colours_of_nothing([ask_instead(by_queue, colour_of="urgent")])
    assert not colours_of_nothing([ask_instead(by_queue, colour_of="critical")])


def test_columns_of_nothing_and_rows_that_do_not_merge_are_found(fill):
    by_queue, by_state = f"max by (queue) ({DEPTH})", f"max by (queue, state) ({DEPTH})"
    names = {"queue": "Queue", "Value #A": "Now", "Value #B": "By state"}
    sound = fill(by_queue, by_queue, rename=names)
    assert (columns_of_nothing(sound), ragged_rows(sound)) == ([], [])
    assert ragged_rows(fill(by_queue, by_state, rename=names)) == ["Queues B"]
    assert columns_of_nothing(fill(by_queue, rename=names)) == [
        "Queues: Value #A",
        "Queues: Value #B",
    ]
    assert columns_of_nothing(fill(by_queue, by_queue, rename=names, column="Task"))
