"""Every line a process writes, whoever writes it, comes out in one form."""

import logging
import threading
from datetime import datetime, timedelta

import pytest
import structlog


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


def test_the_console_form_steers_no_terminal(open_log):
    log = open_log("console")
    logging.getLogger("shop").info("sent \x1b[2J", extra={"file": "a\x1b]0;b\x07"})
    text = log.text()
    assert "\x1b" not in text
    assert r"sent \x1b[2J" in text


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
