"""How long to wait before the next attempt."""

import random


def retry_delay(
    attempt: int, base: float, longest: float, jitter: bool, uniform: float | None = None
) -> float:
    """Return the seconds between the end of an attempt (1 is the first) and the next.

    Doubles with each attempt up to ``longest``; jitter spreads it over its upper half.
    ``uniform``, 0 to 1, replaces chance in tests.

    >>> [retry_delay(n, base=5, longest=600, jitter=False) for n in (1, 2, 3, 9)]
    [5.0, 10.0, 20.0, 600.0]
    >>> retry_delay(1, base=5, longest=600, jitter=True, uniform=0.5)
    3.75

    Source: "equal jitter", Exponential Backoff And Jitter, AWS Architecture Blog.
    """
    delay = float(min(base * 2 ** min(attempt - 1, 60), longest))
    if not jitter:
        return delay
    chance = random.random() if uniform is None else uniform
    return delay / 2 + chance * delay / 2
