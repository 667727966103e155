"""Owns how pages write moments and numbers for people."""

from service.sidecar.pages.markup import Html, element
from service.sidecar.times import as_rfc3339, in_words

NOTHING = "—"


def clock(unix_seconds: float) -> Html:
    """Show the time of day, with the date in the element."""
    moment = as_rfc3339(unix_seconds)
    return element("time", f"{moment[11:19]} UTC", datetime=moment)


def relative(moment: float | None, now: float) -> Html:
    """Say how long ago a moment was, or in how long it will be."""
    if moment is None:
        return element("span", NOTHING, "soft")
    ahead, exact = moment - now, as_rfc3339(moment)
    words = f"in {in_words(ahead)}" if ahead > 0 else f"{in_words(-ahead)} ago"
    return element("time", words, datetime=exact, title=exact)


def rate(per_second: float | None) -> str:
    """Write how often something happens; a dash where that is not known yet."""
    if per_second is None:
        return NOTHING
    if per_second < 1:
        return f"{per_second * 60:.0f}/min"
    return f"{per_second:,.1f}/s" if per_second < 100 else f"{per_second:,.0f}/s"
