"""Lines logged inside a job name it, and lines after it do not."""

import asyncio
import contextlib
import logging
import threading

import structlog

from service.telemetry.correlation import correlation, current_correlation_id
from service.telemetry.job_context import bind_job

JOB = {
    "queue": "critical",
    "task": "shop.Mail",
    "job_id": "job-1",
    "attempt": 2,
    "correlation_id": "order-7",
}


def test_every_kind_of_line_inside_a_job_names_it(open_log):
    log = open_log()
    with bind_job(**JOB):
        logging.getLogger("shop").info("one")
        structlog.get_logger("shop").info("two")
        print("three")
    lines = log.lines()
    assert [line["event"] for line in lines] == ["one", "two", "three"]
    assert all(JOB.items() <= line.items() for line in lines)


def test_lines_after_a_job_do_not_name_it(open_log):
    log = open_log()
    with bind_job(**JOB):
        pass
    logging.getLogger("shop").info("idle")
    assert JOB.keys().isdisjoint(log.only())


def test_what_a_job_binds_does_not_reach_the_next_even_if_it_fails(open_log):
    log = open_log()
    with contextlib.suppress(ValueError), bind_job(**JOB):
        structlog.contextvars.bind_contextvars(tenant="acme")
        raise ValueError
    with bind_job(**{**JOB, "job_id": "job-2"}):
        logging.getLogger("shop").info("next")
    assert "tenant" not in log.only()
    assert log.only()["job_id"] == "job-2"


def test_half_a_printed_line_stays_with_its_job(open_log):
    log = open_log()
    with bind_job(**JOB):
        print("half", end="")
    with bind_job(**{**JOB, "job_id": "job-2"}):
        print("whole")
    first, second = log.lines()
    assert (first["event"], first["job_id"]) == ("half", "job-1")
    assert (second["event"], second["job_id"]) == ("whole", "job-2")


def test_children_of_a_job_inherit_its_correlation_id():
    with bind_job(**JOB):
        assert current_correlation_id() == "order-7"
    assert current_correlation_id() is None


def test_a_job_performed_in_place_gives_its_request_back(open_log):
    log = open_log()
    structlog.contextvars.bind_contextvars(user=1)
    with correlation("request-1"):
        with bind_job(**JOB):
            logging.getLogger("shop").info("in the job")
        logging.getLogger("shop").info("in the request")
    job, request = log.lines()
    assert (job["correlation_id"], "user" in job) == ("order-7", False)
    assert (request["correlation_id"], request["user"]) == ("request-1", 1)


def test_jobs_in_threads_do_not_see_each_other(open_log):
    log = open_log()
    barrier = threading.Barrier(2)

    def perform(job_id):
        with bind_job(**{**JOB, "job_id": job_id}):
            barrier.wait(10)
            logging.getLogger(job_id).info("here")
            barrier.wait(10)

    threads = [threading.Thread(target=perform, args=(f"job-{i}",)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(line["job_id"] == line["logger"] for line in log.lines())
    assert len(log.lines()) == 2


def test_tasks_of_an_event_loop_do_not_see_each_other(open_log):
    log = open_log()

    async def perform(job_id):
        with bind_job(**{**JOB, "job_id": job_id}):
            await asyncio.sleep(0)
            logging.getLogger(job_id).info("here")

    async def both():
        await asyncio.gather(perform("job-1"), perform("job-2"))

    asyncio.run(both())
    assert [line["job_id"] == line["logger"] for line in log.lines()] == [True, True]


def test_a_jobs_own_field_cannot_pass_for_what_names_the_job(open_log):
    log = open_log()
    with bind_job(**JOB):
        structlog.get_logger("shop").info("paid", job_id="other")
    line = log.only()
    assert (line["job_id"], line["job_id_"]) == ("job-1", "other")
