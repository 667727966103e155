"""Owns how the sidecar writes durations and times for people and programs."""

from datetime import UTC, datetime

_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def in_words(seconds: float) -> str:
    """Write a duration as its two largest units; what is below 0 counts as 0.

    >>> in_words(0.25), in_words(125), in_words(7200), in_words(90061)
    ('0.2 s', '2 min 5 s', '2 h', '1 d 1 h')
    """
    if seconds < 1:
        return f"{max(0.0, seconds):.1f} s" if seconds >= 0.05 else "0 s"
    rest, parts = int(seconds), list[str]()
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        if count or parts:
            parts.append(f"{count} {unit}" if count else "")
    return " ".join(part for part in parts[:2] if part)


def as_rfc3339(unix_seconds: float) -> str:
    """Write a moment as RFC 3339 in UTC with milliseconds.

    >>> as_rfc3339(1_700_000_000.5)
    '2023-11-14T22:13:20.500Z'
    """
    moment = datetime.fromtimestamp(unix_seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
