"""The delay between attempts, as its documentation shows it."""

import doctest

import pytest

import workers.retry_delay
from workers.retry_delay import retry_delay


def test_the_examples_in_its_documentation_hold():
    results = doctest.testmod(workers.retry_delay)
    assert results.attempted
    assert not results.failed


@pytest.mark.parametrize(("uniform", "delay"), [(0, 20), (0.5, 30), (1, 40)])
def test_jitter_spreads_over_the_upper_half(uniform, delay):
    assert retry_delay(4, base=5, longest=600, jitter=True, uniform=uniform) == delay


def test_no_base_means_at_once():
    assert retry_delay(7, base=0, longest=600, jitter=True) == 0
