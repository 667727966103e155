"""Arguments that JSON cannot carry, or perform does not take, are named and refused."""

import datetime
import decimal
import enum
import math
import uuid

import pytest

from service.errors import ArgumentsError
from workers import Worker
from workers.arguments import check_arguments, digest

pytestmark = pytest.mark.usefixtures("registry")


class Number(enum.IntEnum):
    ONE = 1


class Text(str):
    pass


@pytest.fixture
def send(registry):
    class Send(Worker):
        @classmethod
        def perform(cls, invoice_id, *more, urgent=False, **fields):
            """Do nothing."""

    return Send


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


ITSELF: list[object] = []
ITSELF.append(ITSELF)

NOT_JSON = [
    (object(), "invoice_id is of type object"),
    (datetime.date(2030, 1, 1), "invoice_id is of type date"),
    (decimal.Decimal(1), "invoice_id is of type Decimal"),
    (uuid.UUID(int=1), "invoice_id is of type UUID"),
    (b"bytes", "invoice_id is of type bytes"),
    ({1, 2}, "invoice_id is of type set"),
    (Number.ONE, "invoice_id is of type Number"),
    (Text("x"), "invoice_id is of type Text"),
    (math.nan, "invoice_id is nan; allowed: finite numbers"),
    (math.inf, "invoice_id is inf; allowed: finite numbers"),
    (10**4300, "invoice_id is an int of more than 3,900 digits"),
    ({1: "x"}, "invoice_id has the key 1; allowed: text keys"),
    ({None: "x"}, "invoice_id has the key None; allowed: text keys"),
    ([1, [2, (3, {"a": {4}})]], "invoice_id[1][1][1]['a'] is of type set"),
    ({"when": [datetime.timedelta(1)]}, "invoice_id['when'][0] is of type timedelta"),
    ([{"__type__": "uuid", "__value__": 1}], "invoice_id[0] has just the keys by which kombu"),
    (nested(101), "nested more than 100 deep"),
    (ITSELF, "nested more than 100 deep, or contains itself"),
]


@pytest.mark.parametrize(("value", "said"), NOT_JSON, ids=[said for _, said in NOT_JSON])
def test_what_json_cannot_carry_is_named_with_its_place(send, value, said):
    with pytest.raises(TypeError) as caught:
        check_arguments(send, (value,), {})
    assert isinstance(caught.value, ArgumentsError)
    assert str(caught.value).startswith("Send.perform: argument 'invoice_id'")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("args", "kwargs", "named"),
    [
        ((1, object()), {}, "argument 'more': more[0] is of type object"),
        ((1,), {"urgent": object()}, "argument 'urgent'"),
        ((1,), {"customer": object()}, "argument 'customer'"),
        ((1, object()), {"more": 1}, "argument 'more'"),
        ((1,), {"more": object()}, "argument 'more'"),
    ],
)
def test_every_kind_of_argument_is_checked(send, args, kwargs, named):
    with pytest.raises(ArgumentsError) as caught:
        check_arguments(send, args, kwargs)
    assert named in str(caught.value)


@pytest.mark.parametrize(
    ("args", "kwargs", "said"),
    [
        ((), {}, "missing a required argument: 'invoice_id'"),
        ((), {"urgent": True}, "missing a required argument: 'invoice_id'"),
        ((1,), {"invoice_id": 2}, "multiple values for argument 'invoice_id'"),
    ],
)
def test_what_perform_does_not_take_is_refused(send, args, kwargs, said):
    with pytest.raises(ArgumentsError, match=rf"^Send\.perform: {said}"):
        check_arguments(send, args, kwargs)


def test_too_many_arguments_are_refused(registry):
    class Nothing(Worker):
        @classmethod
        def perform(cls):
            """Do nothing."""

    with pytest.raises(ArgumentsError, match="too many positional arguments"):
        check_arguments(Nothing, (1,), {})
    with pytest.raises(ArgumentsError, match="unexpected keyword argument 'x'"):
        check_arguments(Nothing, (), {"x": 1})


def test_equal_calls_have_equal_digests(send):
    def digest_of(*args, **kwargs):
        return digest(check_arguments(send, args, kwargs))

    assert digest_of(7) == digest_of(invoice_id=7)
    assert digest_of(7, a=1, b=2) == digest_of(7, b=2, a=1)
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
    assert digest_of((1, 2)) == digest_of([1, 2])
    different = [digest_of(7), digest_of("7"), digest_of(7.5), digest_of(True), digest_of(None)]
    different += [digest_of(7, 8), digest_of(7, more=8), digest_of([7, 8]), digest_of(7, more=9)]
    assert len(set(different)) == len(different)
