"""Many cron entries, so that every minute has many slots. Imported by Beats and workers only."""

import os
import time

from tests.chaos.jobs import Recorded


class EveryMinute(Recorded, abstract=True):
    """Runs under a tag that names its entry and the minute it runs in."""

    cron_schedule = "* * * * *"

    @classmethod
    def perform(cls):
        super().perform(f"{cls.__name__}@{int(time.time() // 60)}")


for number in range(int(os.environ["CHAOS_CRON_ENTRIES"])):
    type(f"Cron{number}", (EveryMinute,), {"__module__": __name__})
