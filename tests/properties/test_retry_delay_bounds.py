"""However often a job has failed, the next delay is within its bounds."""

from hypothesis import given
from hypothesis import strategies as st

from workers.retry_delay import retry_delay

ATTEMPTS = st.integers(1, 100_000)
SECONDS = st.floats(0, 10 * 365 * 86400)
CHANCE = st.floats(0, 1) | st.none()


@given(ATTEMPTS, SECONDS, SECONDS, CHANCE)
def test_a_delay_is_between_half_of_the_full_one_and_the_full_one(attempt, base, longest, uniform):
    full = retry_delay(attempt, base, longest, jitter=False)
    jittered = retry_delay(attempt, base, longest, jitter=True, uniform=uniform)
    assert 0 <= full / 2 <= jittered <= full <= longest


@given(ATTEMPTS, SECONDS, SECONDS)
def test_without_jitter_it_never_shrinks_and_at_most_doubles(attempt, base, longest):
    first = retry_delay(attempt, base, longest, jitter=False)
    second = retry_delay(attempt + 1, base, longest, jitter=False)
    assert first <= second <= 2 * first
