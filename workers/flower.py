"""Flower over this app: workers and tasks as Celery itself sees them. docs/flower.md.

Here is who may do what in it; what it shows and forgets is ``flower_app.py``'s.
"""

import logging
from functools import partial
from typing import Any

from service.broker_address import broker_address
from service.errors import SettingsError
from service.settings import LOOPBACK, Settings
from workers.process_app import app_with_jobs


def run_flower(settings: Settings) -> None:
    """Run Flower until it is told to stop; logging is configured by the caller.

    Raises:
        SettingsError: its user or password cannot be typed into every browser.
    """
    access = flower_access(settings)
    app = app_with_jobs(settings)
    # Flower takes no jobs, and shows queues only of transports it knows by name.
    app.conf.broker_transport = None
    # That transport takes all sentinels from the URL, and Flower asks them asynchronously.
    app.conf.broker_url = ";".join(broker_address(settings.require_broker()).urls())
    app.conf.broker_transport_options.get("sentinel_kwargs", {}).pop("retry", None)
    import flower.command

    from workers.flower_app import MOST_TASKS, MOST_WORKERS, HeadcountFlower

    flower.command.Flower = partial(HeadcountFlower, access)
    # It warns of each question that no worker answers: a dozen lines whenever it starts first.
    logging.getLogger("flower.inspector").setLevel(logging.ERROR)
    options = [
        f"--port={settings.flower_port}",
        f"--max-tasks={MOST_TASKS}",
        f"--max-workers={MOST_WORKERS}",
        "--persistent=False",
        "--logging=none",  # tornado would set up logging of its own
    ]
    app.start(["flower", f"--address={access['address']}", *options])


def flower_access(settings: Settings) -> dict[str, Any]:
    """Return where Flower listens and what it lets one do, by names of its options.

    Without a user and a password: on the loopback address only, and nothing but look.

    Raises:
        SettingsError: one of the two has a letter that Flower cannot compare.
    """
    if not settings.flower_is_protected:
        return {"address": LOOPBACK, "basic_auth": [], "read_only": True}
    for name, value in (("USER", settings.flower_user), ("PASSWORD", settings.flower_password)):
        if not (value.isascii() and value.isprintable()):
            raise SettingsError(f"HEADCOUNT_FLOWER_{name} is wrong; allowed: printable ASCII")
    credentials = f"{settings.flower_user}:{settings.flower_password}"
    return {"address": settings.host, "basic_auth": [credentials], "read_only": False}
