"""Checks of tracing: whether spans that were asked for can be made."""

from service.cli.findings import Findings, ok, problem
from service.settings import Settings
from workers.tracing.switch import tracing_problem


def check_tracing(settings: Settings) -> Findings:
    """Find what keeps spans from being exported; say nothing where nobody asked for them."""
    if settings.traces is None:
        return
    wrong = tracing_problem(settings.traces)
    if wrong is None:
        yield ok("tracing", f"spans of jobs go to {settings.traces.host}")
    else:
        yield problem("tracing", wrong)
