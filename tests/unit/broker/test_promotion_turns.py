"""However many jobs are due at once, a keeper's other chores have their turns in between."""

from service.broker import keys
from service.broker.keeper import Keeper, keep_promoting
from tests.waiting import wait_until

MANY = 30_000


def test_other_chores_have_their_turns_while_many_jobs_are_promoted(broker):
    left = lambda: broker.client.zcard(keys.scheduled("default"))  # noqa: E731
    broker.client.zadd(keys.scheduled("default"), dict.fromkeys(map(str, range(MANY)), 1))
    keeper, seen = Keeper(), []
    keep_promoting(keeper, broker.client)
    keeper.add("look", 0, lambda: seen.append(left()))
    keeper.start()
    wait_until(lambda: not left(), 10)
    keeper.stop()
    assert broker.client.llen("default") == MANY
    assert len([many for many in seen if 0 < many < MANY]) >= 3
