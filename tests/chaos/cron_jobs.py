"""Forty cron entries, so that every minute has forty slots."""

import time

from tests.chaos.jobs import Recorded

ENTRIES = 40


class EveryMinute(Recorded, abstract=True):
    """Runs under a tag that names its entry and the minute it runs in."""

    cron_schedule = "* * * * *"

    @classmethod
    def perform(cls):
        super().perform(tag_of(cls, time.time()))


def tag_of(entry, moment):
    return f"{entry.__name__}@{int(moment // 60)}"


CRON_JOBS = [
    type(f"Cron{n}", (EveryMinute,), {"__module__": __name__}) for n in range(ENTRIES)
]
