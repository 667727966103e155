"""The broker: does it answer, has it room, and is what it holds safe?"""

from alerts.pace import Pace
from alerts.promql import seen
from alerts.rule import Alert, Group

USED = seen("headcount_broker_memory_used_bytes")
ROOM = f"{USED} / ({seen('headcount_broker_memory_max_bytes')} > 0)"


def group(pace: Pace) -> Group:
    """Return the rules at a pace."""
    alerts = (_down, _refuses, _memory, _full, _evicts, _unsafe)
    return Group(
        "headcount-broker", "Is the broker there and safe?", [alert(pace) for alert in alerts]
    )


def _down(pace: Pace) -> Alert:
    # One sidecar without the broker is that pod's trouble; all of them are the broker's.
    return Alert(
        "HeadcountBrokerDown",
        "critical",
        pace("1m"),
        f"""
        count by (namespace) (headcount_broker_up == 0)
        unless on (namespace) {seen("headcount_broker_up")} == 1
        """,
        "The broker does not answer",
        """For 1 minute no sidecar has reached the broker (sidecars that ask it: {{ $value |
        humanize }}). No job can be enqueued or started; running ones go on.""",
    )


def _refuses(pace: Pace) -> Alert:
    return Alert(
        "HeadcountBrokerRefusesWrites",
        "critical",
        pace("1m"),
        f"{seen('headcount_broker_writable')} == 0",
        "The broker can be read, but takes no jobs",
        """The broker has refused every write for 1 minute (headcount_broker_writable is
        {{ $value | humanize }}): it is a replica, has too few, or cannot save. No job can be
        enqueued, started or ended. /health says why.""",
    )


def _memory(pace: Pace) -> Alert:
    return Alert(
        "HeadcountBrokerMemoryHigh",
        "warning",
        pace("5m"),
        f"{ROOM} > 0.7",
        "The broker's memory fills up",
        """The broker uses {{ $value | humanizePercentage }} of the memory it may use. At 100 % it
        takes no new jobs.""",
    )


def _full(pace: Pace) -> Alert:
    # One that evicts keys is never full: HeadcountBrokerEvictsKeys is about that.
    evicts = seen("headcount_broker_config_ok", check="eviction_policy")
    return Alert(
        "HeadcountBrokerFull",
        "critical",
        pace("1m"),
        f"{ROOM} > 0.95 unless on (namespace) {evicts} == 0",
        "The broker has no room for new jobs",
        """The broker uses {{ $value | humanizePercentage }} of the memory it may use, and refuses
        new jobs at 100 %; those it has still run and end.""",
    )


def _evicts(pace: Pace) -> Alert:
    evicted = f"increase(headcount_broker_evicted_keys_total[{pace('15m')}])"
    return Alert(
        "HeadcountBrokerEvictsKeys",
        "critical",
        pace("1m"),
        f"max by (namespace) ({evicted}) > 0",
        "The broker throws keys away, whole queues among them",
        """The broker evicted {{ $value | printf "%.0f" }} keys in the last 15 minutes to make room.
        A key is a whole queue, or all running jobs' leases. Its maxmemory-policy must be
        noeviction.""",
    )


def _unsafe(pace: Pace) -> Alert:
    return Alert(
        "HeadcountBrokerUnsafe",
        "warning",
        pace("10m"),
        f"{seen('headcount_broker_config_ok', 'namespace, check')} == 0",
        "The broker may lose jobs: {{ $labels.check }}",
        """The broker's setting {{ $labels.check }} has not been safe for jobs for 10 minutes
        (headcount_broker_config_ok is {{ $value | humanize }}). /health says what is wrong with
        it.""",
    )
