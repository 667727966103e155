"""The names of all keys in the broker. What each holds: docs/reliability.md.

A queue's waiting jobs are the list of its own name, as plain Celery has it; leases keep
kombu's names. Everything else begins with ``headcount:``.
"""

PREFIX = "headcount:"

UNACKED = "unacked"
UNACKED_INDEX = "unacked_index"

LEDGER = f"{PREFIX}ledger"
SWEEPER = f"{PREFIX}sweeper"
DEAD_RECORDS = f"{PREFIX}dead:records"
DEAD_MESSAGES = f"{PREFIX}dead:messages"
WORKERS = f"{PREFIX}workers"
WORKERS_SEEN = f"{PREFIX}workers:seen"
RUNNING = f"{PREFIX}running"
RUNNING_SEEN = f"{PREFIX}running:seen"
PROCESSES = f"{PREFIX}processes"
PROCESSES_SEEN = f"{PREFIX}processes:seen"
BEAT = f"{PREFIX}beat"
CRON = f"{PREFIX}cron"
CRON_SEEN = f"{PREFIX}cron:seen"
CRON_SLOTS = f"{PREFIX}cron:slots"
CRON_DISPATCHED = f"{PREFIX}cron:dispatched"
CRON_MISSED = f"{PREFIX}cron:missed"
CRON_SUCCESSES = f"{PREFIX}cron:successes"
CANARIES = f"{PREFIX}canaries"
UNIQUE = f"{PREFIX}unique:"
NOTHING = f"{PREFIX}nothing"
"""Never there: deleting it tells whether the broker takes writes."""


def scheduled(queue: str) -> str:
    """Sorted set: the queue's delayed jobs by due time."""
    return f"{PREFIX}scheduled:{queue}"


def dead(queue: str) -> str:
    """Sorted set: ids of the queue's dead jobs by time of death."""
    return f"{PREFIX}dead:{queue}"


def wake(queue: str) -> str:
    """List: holds one token while the queue may have jobs; idle workers block on it."""
    return f"{PREFIX}wake:{queue}"


def unique(task: str, digest: str) -> str:
    """String: id of the pending job that holds this uniqueness."""
    return f"{UNIQUE}{task}:{digest}"
