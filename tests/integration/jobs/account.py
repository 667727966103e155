"""What a worker's metrics and log and the broker's ledger say of jobs, beside each other."""

from collections import Counter
from dataclasses import asdict

from tests.waiting import wait_until

DEADLY = ("failed", "timed_out", "lost", "unknown")
DISCARDING = ("rejected", "revoked", "expired")


class Account:
    """Compares what one worker and its broker say, from now on."""

    def __init__(self, broker, worker):
        self.broker, self.worker = broker, worker
        self._processed = worker.processed()
        self._ledgers = self._counted()

    def shows(self, job_id, *outcomes, task, queue="default", timeout_seconds=20, **fields):
        """Wait for a job's end; check that it is told of once, and everywhere the same.

        ``outcomes``: one per attempt. ``fields``: what the last attempt's line must say.
        """
        self.settle(len(outcomes), timeout_seconds)
        lines = self.worker.attempts(job_id)
        assert [line["outcome"] for line in lines] == list(outcomes)
        assert [line["attempt"] for line in lines] == list(range(1, len(outcomes) + 1))
        for line in lines:
            assert (line["queue"], line["task"]) == (queue, task)
            assert {"timestamp", "level", "logger", "correlation_id"} <= line.keys()
        assert {name: lines[-1].get(name) for name in fields} == fields
        assert self.processed() == Counter((queue, task, outcome) for outcome in outcomes)
        self._check_ledger(job_id, queue, outcomes[-1], lines[-1])

    def settle(self, attempts, timeout_seconds=20):
        """Wait until so many attempts have ended and no job is left."""
        wait_until(
            lambda: self.processed().total() >= attempts and not self.broker.pending(),
            timeout_seconds,
            f"not settled; its log: {self.worker.log}",
        )

    def processed(self):
        """(queue, task, outcome) -> attempts since this account began."""
        return self.worker.processed() - self._processed

    def ledger(self, queue):
        """State -> jobs since this account began; without zeros."""
        return self._counted()[queue] - self._ledgers[queue]

    def dead(self, job_id):
        return next((job for job in self.broker.dead_jobs() if job.id == job_id), None)

    def _counted(self):
        queues = self.broker.queues()
        return {name: Counter(asdict(state.ledger)) for name, state in queues.items()}

    def _check_ledger(self, job_id, queue, outcome, line):
        state = ledger_state(outcome)
        assert self.ledger(queue) == {"enqueued": 1, state: 1}
        assert self.broker.drifts() == {}
        dead = self.dead(job_id)
        assert (dead is not None) == (state == "dead")
        if dead is not None:
            said = (dead.queue, dead.outcome, dead.attempts, dead.error_type, dead.error)
            known = (queue, outcome, line["attempt"], line.get("error_type"), line.get("error"))
            assert said == known


def ledger_state(outcome):
    """What the ledger counts a job as whose last attempt ended like this."""
    if outcome in DEADLY:
        return "dead"
    return "discarded" if outcome in DISCARDING else outcome
