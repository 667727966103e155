"""Every line a process writes, whoever writes it, comes out in one form."""

import json
import logging
import subprocess
import sys
import textwrap
import threading
import warnings
from datetime import datetime, timedelta

import pytest
import structlog
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


def test_a_standard_logger_writes_the_four_keys_of_every_line(open_log):
    log = open_log()
    logging.getLogger("shop.mail").info("sent %s", "invoice")
    line = log.only()
    assert list(line) == ["timestamp", "level", "event", "logger"]
    assert (line["level"], line["event"]) == ("info", "sent invoice")
    assert line["logger"] == "shop.mail"
    at = datetime.fromisoformat(line["timestamp"])
    assert line["timestamp"].endswith("Z")
    assert at.utcoffset() == timedelta(0)


def test_a_structlog_logger_writes_the_same(open_log):
    log = open_log()
    structlog.get_logger("shop.mail").warning("sent", kind="invoice")
    line = log.only()
    assert list(line) == ["timestamp", "level", "event", "logger", "kind"]
    assert (line["level"], line["event"], line["logger"]) == ("warning", "sent", "shop.mail")


def test_a_structlog_logger_without_a_name_has_its_modules(open_log):
    log = open_log()
    structlog.get_logger().info("sent")
    assert log.only()["logger"] == __name__


def test_structlogs_bound_values_and_context_variables_are_kept(open_log):
    log = open_log()
    structlog.contextvars.bind_contextvars(tenant="acme")
    structlog.get_logger("shop").bind(order=7).info("paid %s", "twice")
    line = log.only()
    assert (line["tenant"], line["order"], line["event"]) == ("acme", 7, "paid twice")


def test_standard_loggers_see_structlogs_context_variables_too(open_log):
    log = open_log()
    structlog.contextvars.bind_contextvars(tenant="acme")
    logging.getLogger("shop").info("paid")
    assert log.only()["tenant"] == "acme"


def test_lines_below_the_level_are_not_written(open_log):
    log = open_log(level="warning")
    logging.getLogger("shop").info("quiet")
    structlog.get_logger("shop").info("quiet")
    logging.getLogger("shop").warning("loud")
    structlog.get_logger("shop").warning("loud")
    assert [line["event"] for line in log.lines()] == ["loud", "loud"]


def test_extra_fields_are_kept(open_log):
    log = open_log()
    logging.getLogger("shop").info("paid", extra={"order": 7, "tags": ["a", "b"]})
    line = log.only()
    assert (line["order"], line["tags"]) == (7, ["a", "b"])


def test_a_field_cannot_replace_one_that_every_line_has(open_log):
    log = open_log()
    logging.getLogger("shop").info("paid", extra={"event": "x", "level": 3})
    line = log.only()
    assert (line["event"], line["event_"]) == ("paid", "x")
    assert (line["level"], line["level_"]) == ("info", 3)


def test_celerys_copy_of_the_jobs_arguments_is_dropped(open_log):
    log = open_log()
    logging.getLogger("celery.app.trace").info("done", extra={"data": {"args": "(secret,)"}})
    logging.getLogger("shop").info("done", extra={"data": 7})
    celerys, own = log.lines()
    assert "data" not in celerys
    assert own["data"] == 7


def test_a_message_of_many_lines_is_one_line(open_log):
    log = open_log()
    logging.getLogger("shop").info("one\ntwo\r\nthree\u2028four")
    assert log.text().count("\n") == 1
    assert log.only()["event"] == "one\ntwo\r\nthree\u2028four"


def test_a_message_whose_arguments_do_not_fit_is_not_lost(open_log):
    log = open_log()
    logging.getLogger("shop").info("%d mails", "many")
    assert "%d mails" in log.only()["event"]


@pytest.mark.parametrize("logger", [logging.getLogger("shop"), structlog.get_logger("shop")])
def test_a_traceback_is_a_field(open_log, logger):
    log = open_log()
    try:
        raise ValueError("boom")
    except ValueError:
        logger.exception("failed")
    line = log.only()
    assert line["level"] == "error"
    assert line["exception"]["type"] == "ValueError"
    assert line["exception"]["message"] == "boom"
    assert line["exception"]["traceback"].startswith("Traceback (most recent call last)")


def test_stack_info_is_a_field(open_log):
    log = open_log()
    logging.getLogger("shop").info("here", stack_info=True)
    structlog.get_logger("shop").info("here", stack_info=True)
    assert all("test_stack_info_is_a_field" in line["stack"] for line in log.lines())


def test_warnings_are_lines(open_log):
    log = open_log()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
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


def test_threads_write_whole_lines(open_log):
    log = open_log()

    def work(name):
        for number in range(200):
            logging.getLogger(name).info("x" * 500, extra={"number": number})

    threads = [threading.Thread(target=work, args=(f"t{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({(line["logger"], line["number"]) for line in log.lines()}) == 800


def test_the_console_form_is_readable_and_plain_where_it_is_no_terminal(open_log):
    log = open_log("console")
    logging.getLogger("shop").warning("sent", extra={"order": 7})
    structlog.get_logger("shop").info("sent", order=8)
    try:
        raise ValueError("boom")
    except ValueError:
        logging.getLogger("shop").exception("failed")
    text = log.text()
    assert "\x1b[" not in text
    assert "[warning" in text
    assert "order=7" in text
    assert "order=8" in text
    assert "ValueError: boom\n" in text
