"""One scene per test: a broker of its own, a fleet on it, the records, and seeded dice."""

import os
import random
from collections.abc import Callable, Iterator

import pytest

from tests.broker_process import BrokerProcess
from tests.chaos.scene import Scene
from tests.headcount_process import Processes


@pytest.fixture
def long(request: pytest.FixtureRequest) -> bool:
    """Whether this is the long form (``make chaos``)."""
    return bool(request.config.option.chaos == "long")


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> random.Random:
    """Dice that fall the same way for the same seed and test."""
    seed = os.environ["CHAOS_SEED"]
    print(f"CHAOS_SEED={seed}")
    return random.Random(f"{seed} {request.node.name}")


@pytest.fixture
def scene(
    own_broker: BrokerProcess,
    processes: Processes,
    enqueue_on: Callable[[BrokerProcess], None],
    rng: random.Random,
    record_property: Callable[[str, object], None],
) -> Iterator[Scene]:
    enqueue_on(own_broker)
    scene = Scene(own_broker, processes, rng)
    yield scene
    if scene.verdict is not None:
        record_property("chaos", str(scene))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured (only where ``tests/chaos`` is run by itself)."""
    for report in terminalreporter.stats.get("", []):  # setup and teardown
        for name, figures in getattr(report, "user_properties", ()):
            if name == "chaos":
                terminalreporter.write_line(f"{report.nodeid.split('::')[-1]}\n    {figures}")
