"""Attempts from their receipt to their end, and what a worker holds of them."""

import time

import pytest

from service.telemetry.attempts import Attempts
from service.telemetry.events import Attempt, Outcome


@pytest.fixture
def told() -> list[Attempt]:
    return []


@pytest.fixture
def attempts(told) -> Attempts:
    attempts = Attempts()
    attempts.tell = told.append
    return attempts


def test_an_attempt_is_held_until_it_ends_and_its_end_is_told_once(attempts, told):
    attempt = Attempt("low", "shop.Mail", "job-1")
    attempts.receive(attempt)
    assert attempts.held() == [attempt]
    assert attempts.end(attempt, Outcome.SUCCEEDED)
    assert not attempts.end(attempt, Outcome.FAILED)
    assert attempts.held() == []
    assert told == [attempt]
    assert attempt.outcome is Outcome.SUCCEEDED


def test_an_attempt_that_never_started_has_no_times_but_its_jobs(attempts):
    attempt = Attempt("low", "shop.Mail", "job-1")
    attempt.first_due_at = time.time() - 60
    attempts.end(attempt, Outcome.EXPIRED)
    assert (attempt.wait_seconds, attempt.duration_seconds) == (None, None)
    assert attempt.end_to_end_seconds == pytest.approx(60, abs=5)


def test_times_run_from_due_to_start_to_end():
    attempt = Attempt("low", "shop.Mail", "job-1", number=2)
    attempt.due_at, attempt.first_due_at = time.time() - 40, time.time() - 100
    attempt.start(time.monotonic() - 30)
    attempt.end(Outcome.FAILED)
    assert attempt.wait_seconds == pytest.approx(10, abs=5)
    assert attempt.duration_seconds == pytest.approx(30, abs=5)
    assert attempt.end_to_end_seconds == pytest.approx(100, abs=5)


def test_a_job_that_is_tried_again_has_not_ended():
    attempt = Attempt("low", "shop.Mail", "job-1")
    attempt.first_due_at = time.time()
    attempt.end(Outcome.RETRIED)
    assert attempt.end_to_end_seconds is None


def test_clocks_that_differ_make_no_time_negative():
    attempt = Attempt("low", "shop.Mail", "job-1")
    attempt.due_at = attempt.first_due_at = time.time() + 100
    attempt.start(time.monotonic())
    attempt.started_at += 100
    attempt.end(Outcome.SUCCEEDED)
    assert (attempt.wait_seconds, attempt.duration_seconds, attempt.end_to_end_seconds) == (0, 0, 0)


def test_the_last_change_is_the_latest_start_or_end(attempts):
    first = attempts.last_change()
    assert first <= time.monotonic()
    waiting, running = Attempt("low", "shop.Mail", "job-1"), Attempt("low", "shop.Mail", "job-2")
    attempts.receive(waiting)
    attempts.receive(running)
    assert attempts.last_change() == first
    running.start(first + 5)
    assert attempts.last_change() == first + 5
    running.started_at = first
    attempts.end(running, Outcome.SUCCEEDED)
    assert attempts.last_change() == running.ended_at > first
