"""The ledger from the command line: shown, and set right when somebody says so."""

import pytest

from service.broker import keys
from tests.integration.cli.terminal import Terminal


@pytest.fixture
def drifting(broker):
    """Three jobs of ``default`` are lost; ``low`` has two that nobody counted."""
    broker.client.hset(keys.LEDGER, mapping={"default:enqueued": 8, "default:succeeded": 5})
    broker.client.lpush("low", '\n{"a": 1}', '\n{"a": 2}')
    assert broker.drifts() == {"default": 3, "low": -2}
    return broker


@pytest.fixture
def terminal(broker):
    opened = Terminal("ledger", "settle", broker_url=broker.url)
    yield opened
    opened.kill()


def test_the_counts_of_each_queue_are_shown_with_their_drift(drifting, said):
    headings, *rows = (line.split() for line in said("ledger", "show").splitlines())
    shown = {row[0]: dict(zip(headings, row, strict=True)) for row in rows}
    assert list(shown) == ["critical", "default", "low"]
    assert (shown["default"]["enqueued"], shown["default"]["drift"]) == ("8", "3")
    assert (shown["low"]["ready"], shown["low"]["drift"]) == ("2", "-2")


def test_settling_says_what_it_would_write_and_asks(drifting, terminal):
    assert terminal.shows("default: off by +3; would add 3 to moved")
    assert terminal.shows("low: off by -2; would add 2 to enqueued")
    assert terminal.shows("[y/N]")
    assert drifting.drifts() == {"default": 3, "low": -2}
    terminal.type("y\n")
    assert terminal.ends() == 0
    assert drifting.drifts() == {}
    assert drifting.ledger("default").succeeded == 5


def test_a_drift_that_moved_meanwhile_is_left_alone(drifting, terminal):
    assert terminal.shows("[y/N]")
    drifting.client.lpush("low", '\n{"a": 3}')
    terminal.type("y\n")
    assert terminal.ends() == 1
    assert "low: off by -3 by now; left as it is" in terminal.text
    assert drifting.drifts() == {"low": -3}


def test_whoever_says_no_has_nothing_written(drifting, terminal):
    assert terminal.shows("[y/N]")
    terminal.type("n\n")
    assert terminal.ends() == 1
    assert drifting.drifts() == {"default": 3, "low": -2}


def test_a_script_has_to_say_yes(drifting, headcount):
    refused = headcount("ledger", "settle")
    assert refused.returncode == 1
    assert "nothing was written; --yes" in refused.stdout
    assert drifting.drifts() == {"default": 3, "low": -2}
    assert headcount("ledger", "settle", "--yes").returncode == 0
    assert drifting.drifts() == {}
    assert "nothing to settle" in headcount("ledger", "settle").stdout
