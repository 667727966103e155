"""Exceptions come into the log whole where they are small, and bounded where they are not."""

import pytest

from service.telemetry.tracebacks import TRACEBACK_LIMIT, exception_fields, shortened


def caught(function) -> Exception:
    with pytest.raises(Exception) as found:  # noqa: PT011 - any exception will do
        function()
    return found.value


def test_an_exception_is_described_by_type_message_and_traceback():
    error = caught(lambda: 1 / 0)
    fields = exception_fields(error)
    assert (fields["type"], fields["message"]) == ("ZeroDivisionError", "division by zero")
    assert fields["traceback"].endswith("ZeroDivisionError: division by zero\n")
    assert exception_fields((type(error), error, error.__traceback__)) == fields


def test_true_means_the_exception_being_handled():
    try:
        raise KeyError("x")
    except KeyError:
        assert exception_fields(True)["type"] == "KeyError"


@pytest.mark.parametrize("nothing", [None, False, True, (None, None, None)])
def test_without_an_exception_there_is_nothing_to_describe(nothing):
    assert exception_fields(nothing) is None


def test_the_cause_is_kept():
    def chained():
        try:
            raise KeyError("first")
        except KeyError as error:
            raise ValueError("second") from error

    text = exception_fields(caught(chained))["traceback"]
    assert "KeyError: 'first'" in text
    assert "direct cause" in text


def test_a_huge_message_or_a_deep_recursion_stays_small():
    def recurse(depth):
        return len(str(depth)) and other(depth + 1)

    def other(depth):
        return recurse(depth + 1)

    for error in (caught(lambda: recurse(0)), ValueError("x" * 1_000_000)):
        fields = exception_fields(error)
        assert len(fields["traceback"]) < TRACEBACK_LIMIT + 100
        assert len(fields["message"]) < 1_100


def test_shortening_keeps_the_beginning_and_the_end_and_says_how_much_is_missing():
    text = shortened("a" * 500 + "b" * 500, 80)
    assert text.startswith("a" * 10 + "\n")
    assert text.endswith("b" * 70)
    assert "[920 characters left out]" in text


def test_an_exception_that_cannot_say_what_it_is_is_still_described():
    class SilentError(Exception):
        def __str__(self):
            raise RuntimeError

    fields = exception_fields(SilentError())
    assert fields["type"] == "SilentError"
    assert "__str__ failed" in fields["message"]
