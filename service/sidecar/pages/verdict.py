"""Owns what the page says first: how things are, and why."""

from service.sidecar.checks import Status
from service.sidecar.health import WORST_FIRST, Check, HealthReport
from service.sidecar.pages.markup import Html, element, join, state
from service.sidecar.pages.moments import clock
from service.sidecar.reading import Reading

HEADLINES: dict[Status, str] = {
    "ok": "All is well",
    "degraded": "Working, but not well",
    "down": "Down",
}


def verdict(report: HealthReport, reading: Reading) -> Html:
    """Show the headline, and every check with its reason, the worst first."""
    headline = element("h1", HEADLINES[report.status], aria_live="polite")
    said = element("div", join([headline, element("p", _as_of(reading), "soft")]), "headline")
    checks = sorted(report.checks.items(), key=lambda item: WORST_FIRST.index(item[1].status))
    rows = element("dl", join(_check(*item) for item in checks), "checks")
    return element(
        "section", join([said, rows]), f"card verdict {report.status}",
        id="health", aria_label="Health",
    )  # fmt: skip


def tab_title(report: HealthReport) -> str:
    """Return what the browser's tab says: it may be all that one sees of the page."""
    if report.status == "ok":
        return f"{HEADLINES['ok']} · Headcount"
    troubled = [name for name, check in report.checks.items() if check.status != "ok"]
    return f"{report.status.capitalize()}: {', '.join(troubled)} · Headcount"


def _check(name: str, check: Check) -> Html:
    about = [
        element("dt", name),
        element("dd", state(check.status)),
        element("dd", check.detail, "detail"),
    ]
    return element("div", join(about), f"check {check.status}")


def _as_of(reading: Reading) -> Html:
    last = reading.snapshot
    if last is None:
        return Html("The broker has not been read yet.")
    if reading.fresh:
        return join(["as of", clock(last.as_of)])
    return join(["No figures are shown: the last are of", clock(last.as_of), "and would mislead."])
