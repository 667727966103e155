"""What a worker class may declare, checked while its module is imported."""

import inspect
from typing import TYPE_CHECKING, Any

from service.errors import JobDefinitionError, ScheduleError
from service.queues import QUEUE_NAMES
from workers.cron import parse_cron

if TYPE_CHECKING:
    from workers.worker import Worker

LONGEST_SECONDS = 10 * 365 * 86400


def check_declaration(worker: "type[Worker]") -> None:
    """Check every attribute of a worker class.

    Raises:
        JobDefinitionError: names the class, the attribute, its value and what is allowed.
    """
    _check_perform(worker)
    _check(worker, "queue", worker.queue in QUEUE_NAMES, " | ".join(map(repr, QUEUE_NAMES)))
    _check(worker, "name", _is_text(worker.name) and len(worker.name) <= 255, "a name")
    retries = worker.max_retries
    whole = isinstance(retries, int) and not isinstance(retries, bool) and 0 <= retries <= 1000
    _check(worker, "max_retries", whole, "a whole number from 0 to 1000")
    for name in ("retry_jitter", "store_result"):
        _check(worker, name, isinstance(getattr(worker, name), bool), "True or False")
    for name in ("retry_backoff", "retry_backoff_max"):
        _check(worker, name, _is_seconds(getattr(worker, name), least=0), "seconds, 0 or more")
    for name in ("time_limit", "soft_time_limit", "expires_in", "unique_for"):
        value = getattr(worker, name)
        # What the clocks can tell apart: messages carry microseconds, the broker milliseconds.
        fits = value is None or _is_seconds(value, least=1e-6 if name == "expires_in" else 0.001)
        _check(worker, name, fits, "None, or seconds above 0 and up to ten years")
    deadline = worker.cron_deadline
    fits = deadline is None or _is_seconds(deadline, least=10)
    _check(worker, "cron_deadline", fits, "None, or seconds from 10 to ten years")
    _check_limits(worker)
    _check_logged(worker)
    _check_schedule(worker)


def _check(worker: "type[Worker]", attribute: str, fits: bool, allowed: str) -> None:
    if not fits:
        value = getattr(worker, attribute)
        raise JobDefinitionError(
            f"{worker.__module__}.{worker.__qualname__}: {attribute}={value!r} is wrong; "
            f"allowed: {allowed}"
        )


def _check_perform(worker: "type[Worker]") -> None:
    found = inspect.getattr_static(worker, "perform", None)
    if not isinstance(found, classmethod):
        kind = "missing" if found is None else f"a {type(found).__name__}"
        raise JobDefinitionError(
            f"{worker.__module__}.{worker.__qualname__}: perform is {kind}; allowed: a "
            "classmethod (a base of other worker classes is declared with abstract=True)"
        )
    perform = found.__func__
    if inspect.iscoroutinefunction(perform) or inspect.isasyncgenfunction(perform):
        raise JobDefinitionError(
            f"{worker.__module__}.{worker.__qualname__}: perform is async; allowed: a plain "
            "classmethod, which may call asyncio.run()"
        )
    if inspect.isgeneratorfunction(perform):
        raise JobDefinitionError(
            f"{worker.__module__}.{worker.__qualname__}: perform is a generator, which nobody "
            "would run through; allowed: a plain classmethod without yield"
        )


def _check_limits(worker: "type[Worker]") -> None:
    hard, soft = worker.time_limit, worker.soft_time_limit
    fits = hard is None or soft is None or soft < hard
    _check(worker, "soft_time_limit", fits, f"less than time_limit={hard!r}")


def _check_logged(worker: "type[Worker]") -> None:
    named = worker.log_arguments
    is_sequence = isinstance(named, (tuple, list)) and all(_is_text(one) for one in named)
    _check(worker, "log_arguments", is_sequence, "a tuple of argument names")
    parameters = inspect.signature(worker.perform).parameters
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    known = takes_any or set(named) <= set(parameters)
    _check(worker, "log_arguments", known, f"arguments of perform: {', '.join(parameters)}")


def _check_schedule(worker: "type[Worker]") -> None:
    schedule = worker.cron_schedule
    if schedule is None:
        return
    _check(worker, "cron_schedule", _is_text(schedule), "None or a cron expression")
    try:
        parse_cron(schedule)
    except ScheduleError as error:
        _check(worker, "cron_schedule", False, str(error))
    required = [p.name for p in inspect.signature(worker.perform).parameters.values() if _needs(p)]
    nothing = f"a perform that needs no arguments (Beat gives none), not {', '.join(required)}"
    _check(worker, "cron_schedule", not required, nothing)


def _needs(parameter: inspect.Parameter) -> bool:
    variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    return parameter.default is parameter.empty and not variadic


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_seconds(value: Any, least: float) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and least <= value <= LONGEST_SECONDS
