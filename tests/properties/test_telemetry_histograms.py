"""Whatever is observed, a histogram's parts agree with each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.telemetry.catalogue import DURATION_BUCKETS
from service.telemetry.samples import Histogram

SECONDS = st.one_of(
    st.floats(min_value=0, max_value=1e6, allow_nan=False), st.sampled_from(DURATION_BUCKETS)
)


def observed(values: list[float]) -> Histogram:
    histogram = Histogram(DURATION_BUCKETS)
    for value in values:
        histogram.observe(value)
    return histogram


@given(st.lists(SECONDS))
def test_the_last_bucket_is_the_count_of_all_observations(values):
    *buckets, count, _ = observed(values).values()
    assert buckets[-1] == count == len(values)


@given(st.lists(SECONDS))
def test_each_bucket_counts_exactly_what_is_at_most_its_bound(values):
    *buckets, _, _ = observed(values).values()
    expected = [sum(value <= bound for value in values) for bound in DURATION_BUCKETS]
    assert buckets[:-1] == expected


@given(st.lists(SECONDS))
def test_buckets_and_sum_never_shrink(values):
    histogram = Histogram(DURATION_BUCKETS)
    before = histogram.values()
    for value in values:
        histogram.observe(value)
        after = histogram.values()
        assert all(new >= old for new, old in zip(after, before, strict=True))
        before = after


@given(st.lists(SECONDS))
def test_the_sum_is_that_of_the_observations(values):
    *_, total = observed(values).values()
    assert total == pytest.approx(sum(values))
