"""Prints, warnings, uncaught exceptions and other people's handlers end in the log, once."""

import json
import logging
import subprocess
import sys
import textwrap
import warnings

from uvicorn.config import LOGGING_CONFIG


def run_program(body: str) -> tuple[int, list[dict], str]:
    """Run a program that logs; return its exit code, its lines and its standard error."""
    program = f"""
import logging, sys, threading
from service.telemetry.log_setup import configure_logging
configure_logging("json", "info")
{textwrap.dedent(body)}
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_warnings_are_lines(open_log):
    log = open_log()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what other tests left behind may be collected now
        warnings.simplefilter("always", DeprecationWarning)
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("old way", DeprecationWarning, stacklevel=1)
    line = log.only()
    assert (line["logger"], line["level"]) == ("py.warnings", "warning")
    assert "DeprecationWarning: old way" in line["event"]


def test_prints_are_lines(open_log):
    log = open_log()
    print("hello", 7)
    print("oops", file=sys.stderr)
    out, err = log.lines()
    assert (out["logger"], out["level"], out["event"]) == ("stdout", "info", "hello 7")
    assert (err["logger"], err["level"], err["event"]) == ("stderr", "warning", "oops")


def test_an_uncaught_exception_is_a_line_and_still_ends_the_program():
    code, lines, stderr = run_program("""
        print("half a line", end="")
        raise ValueError("boom")
    """)
    assert code == 1
    assert stderr == ""
    uncaught, half = lines
    assert (uncaught["event"], uncaught["level"]) == ("uncaught_exception", "critical")
    assert uncaught["exception"]["message"] == "boom"
    assert half["event"] == "half a line"


def test_an_uncaught_exception_in_a_thread_or_a_finaliser_is_a_line():
    code, lines, stderr = run_program("""
        class Broken:
            def __del__(self):
                raise ValueError("in __del__")

        thread = threading.Thread(target=lambda: 1 / 0, name="billing")
        thread.start()
        thread.join()
        Broken()
    """)
    assert (code, stderr) == (0, "")
    in_thread, in_finaliser = lines
    assert in_thread["exception"]["type"] == "ZeroDivisionError"
    assert in_thread["thread_name"] == "billing"
    assert in_finaliser["exception"]["message"] == "in __del__"


def test_text_waiting_in_a_buffer_comes_before_the_first_line():
    program = """
import logging, sys
sys.stdout.write("banner\\n")
from service.telemetry.log_setup import configure_logging
configure_logging("json", "info")
logging.getLogger("shop").info("first")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("banner\n{")


def test_a_reader_that_went_away_stops_nothing():
    program = """
import logging, os, sys
from service.telemetry.log_setup import configure_logging
reader, fd = os.pipe()
os.close(reader)
writer = configure_logging("json", "info", fd)
logging.getLogger("shop").info("nobody reads")
print("nobody reads this either")
sys.exit(writer.lost)
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)
    assert done.returncode == 2


def test_uvicorns_and_tornados_lines_have_the_same_form(open_log):
    log = open_log()
    access = logging.getLogger("uvicorn.access")
    access.info('%s - "%s %s HTTP/%s" %d', "1.2.3.4:5", "GET", "/health", "1.1", 200)
    colours = {"color_message": "\x1b[1mStarted\x1b[0m"}
    logging.getLogger("uvicorn.error").info("Started", extra=colours)
    logging.getLogger("tornado.access").warning("404 GET /x (127.0.0.1) 0.5ms")
    lines = log.lines()
    assert [line["logger"] for line in lines] == [
        "uvicorn.access",
        "uvicorn.error",
        "tornado.access",
    ]
    assert lines[0]["event"] == '1.2.3.4:5 - "GET /health HTTP/1.1" 200'
    assert "color_message" not in lines[1]


def test_loggers_that_had_a_stream_of_their_own_come_out_once(open_log, capfd):
    logging.config.dictConfig(LOGGING_CONFIG)
    log = open_log()
    logging.getLogger("uvicorn.error").info("Started")
    assert log.only()["event"] == "Started"
    assert capfd.readouterr() == ("", "")


def test_a_handler_that_prints_its_own_failure_does_not_recurse(open_log):
    log = open_log()

    class Broken(logging.Handler):
        def emit(self, record):
            print("cannot emit", file=sys.stderr)

    logging.getLogger().addHandler(Broken())
    logging.getLogger("shop").info("paid")
    assert [line["event"] for line in log.lines()] == ["paid", "cannot emit"]


def test_setting_up_twice_writes_each_line_once(open_log):
    open_log()
    log = open_log()
    logging.getLogger("shop").info("paid")
    print("hello")
    assert [line["event"] for line in log.lines()] == ["paid", "hello"]
