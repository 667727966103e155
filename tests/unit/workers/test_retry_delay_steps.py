"""The delay between attempts, beyond the examples of its documentation."""

import pytest

from workers.retry_delay import retry_delay


@pytest.mark.parametrize(("uniform", "delay"), [(0, 20), (0.5, 30), (1, 40)])
def test_jitter_spreads_over_the_upper_half(uniform, delay):
    assert retry_delay(4, base=5, longest=600, jitter=True, uniform=uniform) == delay


def test_no_base_means_at_once():
    assert retry_delay(7, base=0, longest=600, jitter=True) == 0
