"""Sets up logging for a process: every line, whoever writes it, in one form on standard output.

Owns the hooks into the interpreter and into logging; what a line looks like is ``log_lines``.
"""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Literal

from service.telemetry.log_console import console_renderer
from service.telemetry.log_lines import STANDARD_OUTPUT, LineWriter, render_json
from service.telemetry.log_records import LineHandler
from service.telemetry.log_structlog import configure_structlog
from service.telemetry.standard_streams import LoggedStream, redirect_standard_streams

Format = Literal["json", "console"]
Level = Literal["debug", "info", "warning", "error", "critical"]


def configure_logging(format: Format, level: Level, fd: int = STANDARD_OUTPUT) -> LineWriter:
    """Take over all logging, warnings, uncaught exceptions and prints of this process.

    Returns what lines are written with. May be called again; children that are forked
    afterwards inherit it.
    """
    _flush_real_streams()
    render = render_json if format == "json" else console_renderer(fd)
    writer = LineWriter(render, logging.getLevelNamesMapping()[level.upper()], fd)
    configure_structlog(writer)
    _configure_standard_logging(writer)
    _log_uncaught_exceptions()
    redirect_standard_streams()
    return writer


def _flush_real_streams() -> None:
    """Write what waits in the streams' buffers, which lines are going to bypass."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        if stream is not None and not stream.closed:
            stream.flush()


@contextmanager
def logging_kept() -> Iterator[None]:
    """Keep this process's logging, where it is ours, whatever is imported meanwhile.

    Django sets up its own, which takes the place of all handlers, and may switch loggers off.
    """
    handlers, level = logging.root.handlers[:], logging.root.level
    try:
        yield
    finally:
        if any(isinstance(handler, LineHandler) for handler in handlers):
            _take_over(handlers, level)


def _configure_standard_logging(writer: LineWriter) -> None:
    _take_over([LineHandler(writer)], writer.level)
    logging.captureWarnings(True)


def _take_over(handlers: list[logging.Handler], level: int) -> None:
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.disabled = False
            _adopt(logger)


def _adopt(logger: logging.Logger) -> None:
    """Send a logger's lines to the root instead of to a standard stream of its own."""
    own = [handler for handler in logger.handlers if _writes_to_standard_stream(handler)]
    for handler in own:
        logger.removeHandler(handler)
        logger.propagate = True


def _writes_to_standard_stream(handler: logging.Handler) -> bool:
    stream = getattr(handler, "stream", None)
    real = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    return stream is not None and (stream in real or isinstance(stream, LoggedStream))


def _log_uncaught_exceptions() -> None:
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread
    sys.unraisablehook = _log_unraisable


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        logging.getLogger("uncaught").warning("interrupted")
        return
    exc_info = (kind, error, trace)
    logging.getLogger("uncaught").critical("uncaught_exception", exc_info=exc_info)


def _log_uncaught_in_thread(args: Any) -> None:
    exc_info = (args.exc_type, args.exc_value, args.exc_traceback)
    name = args.thread.name if args.thread else None
    if not issubclass(args.exc_type, SystemExit):
        log = logging.getLogger("uncaught")
        log.error("uncaught_exception", exc_info=exc_info, extra={"thread_name": name})


def _log_unraisable(args: Any) -> None:
    exc_info = (args.exc_type, args.exc_value, args.exc_traceback)
    extra = {"object": repr(args.object)}
    logging.getLogger("uncaught").error("unraisable_exception", exc_info=exc_info, extra=extra)
