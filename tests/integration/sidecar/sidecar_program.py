"""A sidecar over a made-up broker: ``python -m … PORT DIRECTORY``.

The files ``fail`` and ``hang`` in the directory make reads do so; ``reads`` grows by one byte a
read.
"""

import logging
import sys
import time
from pathlib import Path

from service.broker.snapshot import Snapshot
from service.errors import BrokerError
from service.settings import load_settings
from service.sidecar.server import run_sidecar
from tests.unit.sidecar.snapshots import a_snapshot


def main(port: str, directory: Path) -> None:
    """Serve until told to stop."""

    def read() -> Snapshot:
        with (directory / "reads").open("a") as reads:
            reads.write(".")
        if (directory / "fail").exists():
            raise BrokerError("redis://broker refuses connections")
        while (directory / "hang").exists():
            time.sleep(0.01)
        return a_snapshot()

    logging.basicConfig(level=logging.INFO, format="root says: %(message)s")
    run_sidecar(load_settings({"HEADCOUNT_HTTP_PORT": port}), read)
    logging.info("run_sidecar returned")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
