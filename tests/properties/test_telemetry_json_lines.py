"""Whatever a program logs becomes exactly one line of JSON that keeps what JSON can keep."""

import json

from hypothesis import given
from hypothesis import strategies as st

from service.telemetry.log_lines import render_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)
ANYTHING = st.recursive(
    st.none()
    | st.integers()
    | st.floats()
    | st.binary()
    | st.complex_numbers()
    | st.text(st.characters(exclude_categories=()))
    | st.builds(object),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner)
        | st.dictionaries(st.text() | st.integers() | st.none(), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(JSON)
def test_values_that_json_has_come_back_as_they_were(value):
    assert json.loads(render_json({"value": value})) == {"value": value}


@given(ANYTHING)
def test_any_value_makes_exactly_one_line(value):
    line = render_json({"event": "x", "value": value})
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert json.loads(line)["event"] == "x"
