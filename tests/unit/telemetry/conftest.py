"""What the telemetry tests share: a log captured, and an interpreter left as it was found."""

import json
import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from service.telemetry.log_setup import configure_logging


@pytest.fixture(autouse=True)
def interpreter_as_found() -> Iterator[None]:
    """Put back everything that setting up logging takes over."""
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    streams = (sys.stdout, sys.stderr)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    sys.stdout, sys.stderr = streams
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.captureWarnings(False)
    warnings.resetwarnings()


class Log:
    """A log captured in a file: everything the process wrote to it so far."""

    def __init__(self, path: Path, format: Any, level: Any) -> None:
        self._path = path
        self.fd = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        self.writer = configure_logging(format, level, self.fd)

    def text(self) -> str:
        return self._path.read_text()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().split("\n")[:-1]]

    def only(self) -> dict[str, Any]:
        [line] = self.lines()
        return line


@pytest.fixture
def open_log(tmp_path: Path) -> Callable[..., Log]:
    """For a test to call itself: pytest puts its own streams back between set-up and test."""

    def make(format: str = "json", level: str = "info") -> Log:
        return Log(tmp_path / "log", format, level)

    return make
