"""How often the broker was lost and found, however many intakes come and go meanwhile."""

from types import SimpleNamespace

from service.telemetry.attempts import Attempts
from workers.activity import Activity


class Intake:
    """What an activity looks at of an intake; ``held``: tags of the leases it holds."""

    def __init__(self, *held):
        self._held, self.line = list(held), SimpleNamespace(reconnects=0)

    def tags(self):
        return self._held

    def let_go(self):
        self._held.clear()


def test_the_count_goes_on_when_celery_starts_another_consumer():
    activity, first, second = Activity(Attempts()), Intake(), Intake("held")
    activity.consume_through(first)
    first.line.reconnects += 2
    activity.consume_through(second)
    assert (activity.broker_reconnects, activity.intakes) == (2, [second])
    second.line.reconnects += 1
    third = Intake()
    activity.consume_through(third)
    assert (activity.broker_reconnects, activity.intakes) == (3, [second, third])
    second.let_go()
    activity.consume_through(Intake())
    assert activity.broker_reconnects == 3
