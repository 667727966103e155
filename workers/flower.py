"""Flower over this app: workers and tasks as Celery itself sees them."""

from service.broker_address import broker_address
from service.settings import Settings
from workers.process_app import app_with_jobs


def run_flower(settings: Settings) -> None:
    """Run Flower until it is told to stop; logging is configured by the caller.

    Without a user and a password it listens on the loopback address only: it can end workers.
    """
    app = app_with_jobs(settings)
    # Flower takes no jobs, and shows queues only of transports it knows by name.
    app.conf.broker_transport = None
    # That transport takes all sentinels from the URL, and Flower asks them asynchronously.
    app.conf.broker_url = ";".join(broker_address(settings.require_broker()).urls())
    app.conf.broker_transport_options.get("sentinel_kwargs", {}).pop("retry", None)
    app.start(["flower", *_options(settings)])


def _options(settings: Settings) -> list[str]:
    protected = bool(settings.flower_user and settings.flower_password)
    options = [
        f"--port={settings.flower_port}",
        f"--address={settings.host if protected else '127.0.0.1'}",
        "--max-tasks=10000",
        "--logging=none",  # tornado would set up logging of its own
    ]
    if protected:
        options.append(f"--basic-auth={settings.flower_user}:{settings.flower_password}")
    return options
