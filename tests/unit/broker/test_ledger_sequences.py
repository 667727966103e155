"""Whatever happens to jobs, in whatever order: each is in one place, and the ledger adds up."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)

from service.broker import keys
from service.broker.dead_moves import DeadMoves
from service.broker.dead_set import DeadSet
from service.errors import JobNotFoundError
from service.queues import QUEUE_NAMES
from tests.jobs_in_broker import Jobs

QUEUES = st.sampled_from(QUEUE_NAMES)


class Broker(RuleBasedStateMachine):
    """Publishers, workers (some silent), people, in any order. ``client`` is set by the test."""

    client = None
    leases = Bundle("leases")

    def __init__(self):
        super().__init__()
        self.client.flushall()
        self.jobs, self.dead = Jobs(self.client), DeadSet(self.client)
        self.moves = DeadMoves(self.client)
        self.born, self.stock = 0, 0

    def _name(self):
        self.born += 1
        return f"job-{self.born}"

    @rule(queue=QUEUES, due_in=st.sampled_from([None, -1, 3600]))
    def enqueue(self, queue, due_in):
        self.jobs.enqueue(self._name(), queue, due_in)

    @rule(queue=QUEUES, count=st.integers(1, 3))
    def enqueue_many(self, queue, count):
        self.jobs.enqueue_many(*(self._name() for _ in range(count)), queue=queue)

    @rule(queue=QUEUES)
    def publish_as_celery_does(self, queue):
        self.jobs.publish_as_celery_does(self._name(), queue)

    @rule(target=leases, queues=st.sets(QUEUES, min_size=1))
    def reserve(self, queues):
        in_order = tuple(name for name in QUEUE_NAMES if name in queues)
        taken = self.jobs.reserve(1, in_order)
        return next(iter(taken.items()), None)

    @rule(lease=consumes(leases), state=st.sampled_from(["succeeded", "discarded", "released"]))
    def end(self, lease, state):
        if lease:
            self.jobs.end(lease[1], state, lease[0])

    @rule(lease=leases)
    def bury(self, lease):  # not consumed: others may end it again, late
        if lease:
            self.jobs.bury(lease[1], lease[0])

    @rule(lease=leases, due_in=st.sampled_from([None, 3600]))
    def again(self, lease, due_in):
        if lease:
            self.jobs.again(lease[1], lease[0], due_in)

    @rule(lease=leases, queue=QUEUES)
    def continue_elsewhere(self, lease, queue):
        if lease:
            self.jobs.enqueue(lease[0], queue, continues=lease[1])

    @rule(lease=leases)
    def renew(self, lease):
        if lease:
            self.jobs.renew(lease[1])

    @rule(lease=leases)
    def fall_silent(self, lease):
        if lease and self.client.zscore(keys.UNACKED_INDEX, lease[1]) is not None:
            self.jobs.silence(lease[1])

    @rule()
    def sweep(self):
        self.jobs.sweep()

    @rule()
    def promote(self):
        self.jobs.promote()

    @rule(queue=QUEUES)
    def purge(self, queue):
        self.jobs.purge(queue, most=1)

    @rule(retry=st.booleans())
    def decide_on_a_dead_job(self, retry):
        for job in self.dead.newest(1):
            (self.moves.retry if retry else self.moves.drop)(job.id)
            with pytest.raises(JobNotFoundError):
                self.dead.find(job.id)

    @invariant()
    def every_counted_job_is_accounted_for(self):
        unmarked = {
            queue: sum(not item.startswith(b"\n") for item in self.client.lrange(queue, 0, -1))
            for queue in QUEUE_NAMES
        }
        drifts = dict(zip(QUEUE_NAMES, self.jobs.drifts(), strict=True))
        assert drifts == {queue: -count for queue, count in unmarked.items()}

    @invariant()
    def every_lease_is_indexed(self):
        tags = set(self.client.hkeys(keys.UNACKED))
        assert tags == set(self.client.zrange(keys.UNACKED_INDEX, 0, -1))

    @invariant()
    def a_queue_never_has_two_tokens(self):
        for queue in QUEUE_NAMES:
            assert self.jobs.tokens(queue) <= 1

    @invariant()
    def dead_jobs_have_record_and_message(self):
        ids = {job_id.encode() for queue in QUEUE_NAMES for job_id in self.dead.ids(queue)}
        assert ids == set(self.client.hkeys(keys.DEAD_RECORDS))
        assert ids == set(self.client.hkeys(keys.DEAD_MESSAGES))


def test_after_any_sequence_the_ledger_adds_up(broker):
    machine = type("OneBroker", (Broker,), {"client": broker.client})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
        ),
    )
