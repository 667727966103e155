"""Whatever is taken as an argument arrives in the job as it was; tuples arrive as lists."""

import math

from hypothesis import given
from hypothesis import strategies as st
from kombu.utils.json import dumps, loads

from service.errors import ArgumentsError
from workers.arguments import check_arguments, digest


class Anything:
    """Stands in for a worker class."""

    @classmethod
    def perform(cls, *args, **kwargs):
        """Do nothing."""


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=1)
KEYS = st.text() | st.integers()
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(KEYS, inner),
    max_leaves=10,
)


def as_lists(value):
    if isinstance(value, (list, tuple)):
        return [as_lists(one) for one in value]
    if isinstance(value, dict):
        return {key: as_lists(one) for key, one in value.items()}
    return value


def is_json(value):
    if isinstance(value, (list, tuple)):
        return all(map(is_json, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_json(one) for key, one in value.items())
    return not isinstance(value, bytes) and not (
        isinstance(value, float) and not math.isfinite(value)
    )


@given(VALUES, VALUES)
def test_what_is_taken_round_trips_and_the_rest_is_refused(first, second):
    try:
        bound = check_arguments(Anything, (first,), {"second": second})
    except ArgumentsError:
        assert not (is_json(first) and is_json(second))
        return
    assert is_json(first)
    assert is_json(second)
    arrived = loads(dumps([[first], {"second": second}]))
    assert arrived == as_lists([[first], {"second": second}])
    assert digest(bound) == digest(check_arguments(Anything, arrived[0], arrived[1]))


@given(VALUES.filter(is_json), VALUES.filter(is_json))
def test_digests_are_equal_only_for_equal_json(first, second):
    digests = {digest(check_arguments(Anything, (one,), {})) for one in (first, second)}
    assert (len(digests) == 1) == (
        dumps(as_lists(first), sort_keys=True) == dumps(as_lists(second), sort_keys=True)
    )
