"""Messages of somebody who means harm, or of a program gone wrong: seeded, none like another.

Each holds ``SECRET`` wherever a message may say something, but for its id and its task's name.
"""

import base64
import bz2
import json
import lzma
import pickle
import random
import zlib
from functools import partial

from tests import sample_jobs as jobs
from tests.integration.jobs.messages_by_hand import HEADERS, PROPERTIES, message

SECRET = "hunter2-fuzzed"

TASKS = (jobs.Secretive.name, jobs.SecretiveFails.name, "tests.sample_jobs.plain", "no.such.Task")
CANVAS = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
BASE64 = PROPERTIES | {"body_encoding": "base64"}

EVERY_HEADER = (
    "id", "task", "lang", "root_id", "parent_id", "group", "group_index", "chord", "shadow", "eta",
    "expires", "retries", "timelimit", "argsrepr", "kwargsrepr", "origin", "ignore_result",
    "replaced_task_nesting", "stamped_headers", "stamps", "compression", "headcount", "traceparent",
)  # fmt: skip
EVERY_STAMP = (
    "first_due_at", "due_at", "correlation_id", "last_error", "last_span", "unique", "continues",
    "slot", "enqueued_at",
)  # fmt: skip
EVERY_PROPERTY = (
    "delivery_info", "reply_to", "correlation_id", "priority", "delivery_tag", "body_encoding",
)  # fmt: skip
SHOWN = ("id", "task", "shadow", "correlation_id")
"""What logs and people are told."""


def deep(depth, opening="[", closing="]"):
    return opening * depth + closing * depth


def odd_values(dice, said=SECRET):
    """Values that a header is not made for, each of another kind; ``said``: what they say."""
    return (
        None, True, -1, 0, 2**63, 2**64 - 1, 10**40, -1e308, 1e308, 0.5, "", said, "\0\x1b[31m\n",
        said * 1000, [], [said], [[said]], {}, {"odd": said}, {"__type__": said},
        ["headcount:ledger", 1], [1, said], dice.random(), dice.getrandbits(80),
    )  # fmt: skip


def body(*args, **kwargs):
    return json.dumps([args, kwargs, CANVAS])


def headers(dice, **changes):
    return (
        HEADERS | {"id": f"fuzzed-{dice.getrandbits(64):x}", "task": dice.choice(TASKS)} | changes
    )


def compressed(data, kind, dice):
    how = {
        "x-gzip": partial(zlib.compress, level=1),
        "x-bz2": bz2.compress,
        "x-lzma": lzma.compress,
    }[kind]
    return message(
        headers=headers(dice, compression=f"application/{kind}"),
        body=base64.b64encode(how(data)).decode(),
        properties=BASE64,
    )


# -- kinds of messages: each takes dice, and returns one


def random_bytes(dice):
    return unmarked(dice.randbytes(dice.randrange(1, 4000)))


def unmarked(item):
    """Without a line feed before it, by which the ledger knows what it has counted."""
    return item.lstrip(b"\n") or b"?"


def torn(dice):
    whole = message(headers=headers(dice), body=body(SECRET)).encode()
    return whole[: dice.randrange(len(whole))]


def flipped(dice):
    whole = bytearray(message(headers=headers(dice), body=body(SECRET)).encode())
    for _ in range(dice.randrange(1, 20)):
        whole[dice.randrange(len(whole))] = dice.randrange(256)
    return unmarked(bytes(whole))


def wrong_shape(dice):
    return json.dumps(dice.choice([0, SECRET, [], [[]], {"headers": {}}, {SECRET: []}, [{}] * 99]))


def wrong_part(dice):
    part = dice.choice(["body", "content_type", "properties", "headers"])
    said = "odd" if part == "content_type" else SECRET
    return message(**{"headers": headers(dice), part: dice.choice(odd_values(dice, said))})


def wrong(names, dice):
    name = dice.choice(names)
    return {name: dice.choice(odd_values(dice, "odd" if name in SHOWN else SECRET))}


def wrong_header(dice):
    return message(headers=headers(dice, **wrong(EVERY_HEADER, dice)), body=body(SECRET))


def wrong_stamp(dice):
    stamps = wrong(EVERY_STAMP, dice) | wrong(EVERY_STAMP, dice)
    return message(headers=headers(dice, headcount=stamps), body=body(SECRET))


def wrong_property(dice):
    properties = PROPERTIES | wrong(EVERY_PROPERTY, dice)
    return message(headers=headers(dice), properties=properties, body=body(SECRET))


def wrong_body(dice):
    odd = odd_values(dice)
    parts = [[[SECRET], dice.choice(odd)], [{"secret": SECRET}, dice.choice(odd)],
             [CANVAS, dice.choice(odd)]]  # fmt: skip
    return message(headers=headers(dice), body=json.dumps([dice.choice(part) for part in parts]))


def wrong_canvas(dice):
    canvas = CANVAS | {dice.choice(list(CANVAS)): dice.choice(odd_values(dice))}
    return message(headers=headers(dice), body=json.dumps([[SECRET], {}, canvas]))


def kombus_object(dice):
    kind = dice.choice(["datetime", "uuid", "decimal", "bytes", SECRET])
    return message(headers=headers(dice), body=body({"__type__": kind, "__value__": SECRET}))


def nested(dice):
    depth = dice.choice([250, 900, 5_000, 200_000])
    pairs = [deep(depth), deep(depth, '{"a":', "}").replace("}", "null}", 1)]
    return dice.choice([
        message(headers=headers(dice), body=f"[[{dice.choice(pairs)}], {{}}, {{}}]"),
        message(headers=headers(dice))[:-1] + f', "deep": {deep(depth)}}}',
    ])  # fmt: skip


def huge_number(dice):
    number = dice.choice(["9" * 5_000, "1e400", "-1e400", "NaN", "-Infinity", "9" * 100])
    return message(headers=headers(dice), body=f'[["{SECRET}", {number}], {{}}, {{}}]')


def surrogates(dice):
    text = f'[["{SECRET}\\ud800"], {{"\\udcff": "\\u0000"}}, {{}}]'
    return message(headers=headers(dice), body=text)


def failing_on_surrogates(dice):
    return message(headers=headers(dice, task=jobs.Fail.name), body='[["\\udcff\\ud800"], {}, {}]')


def bomb(dice):
    return compressed(bytes(400 * 2**20), "x-gzip", dice)


def bz2_bomb(dice):
    return compressed(bytes(20 * 2**20), "x-bz2", dice)


def lzma_bomb(dice):
    return compressed(bytes(20 * 2**20), "x-lzma", dice)


def broken_compression(dice):
    return compressed(b"", "x-gzip", dice).replace('"body": "', f'"body": "{SECRET}')


def pickled(dice):
    data = base64.b64encode(pickle.dumps([[SECRET], {}, CANVAS])).decode()
    kind = dice.choice(["application/x-python-serialize", "application/x-yaml",
                        "application/x-msgpack", "application/data", "text/plain"])  # fmt: skip
    return message(headers=headers(dice), content_type=kind, body=data, properties=BASE64)


def twice_the_same_id(dice):
    return message(headers=headers(dice, id=f"same-{dice.randrange(3)}"), body=body(SECRET))


def copied(dice):
    """As of a job that the ledger has counted: its stamps, and the mark lost on the way."""
    task, id_ = dice.choice(TASKS), f"copied-{dice.getrandbits(64):x}"
    stamps = {"enqueued_at": 1.5, "due_at": 1.5, "correlation_id": id_}
    claimed = headers(dice, id=id_, task=task, headcount=stamps, argsrepr="(hidden)")
    odd = wrong([name for name in EVERY_HEADER if name not in ("id", "task", "argsrepr")], dice)
    return message(headers=claimed | dice.choice([{}, odd]), body=body(SECRET))


def more_parts(dice):
    extra = {dice.choice(["error", "lease", "channel", "accept"]): dice.choice(odd_values(dice))}
    return json.dumps(json.loads(message(headers=headers(dice), body=body(SECRET))) | extra)


def wrong_unique(dice):
    key = dice.choice(["headcount:unique:x", "headcount:ledger", SECRET, ""])
    unique = [key, dice.choice([True, 1, -1, 2**63, 2**70, 1e308, 0.5, SECRET, None])]
    return message(headers=headers(dice, headcount={"unique": unique}), body=body(SECRET))


def unfit_errback(dice):
    unfit = {"task": "tests.sample_jobs.plain", "args": dice.choice([["too", "many"], 1, None])}
    canvas = CANVAS | {"errbacks": [unfit | {"kwargs": {}, "options": {}}]}
    failing = headers(dice, task=jobs.SecretiveFails.name, group=dice.choice([None, "g", [SECRET]]))
    return message(headers=failing, body=json.dumps([[SECRET], {}, canvas]))


CHEAP = (
    random_bytes, torn, flipped, wrong_shape, wrong_part, wrong_header, wrong_stamp, wrong_property,
    wrong_body, wrong_canvas, kombus_object, nested, huge_number, surrogates,
    failing_on_surrogates, broken_compression, pickled, twice_the_same_id, copied, more_parts,
    wrong_unique, unfit_errback,
)  # fmt: skip
DEAR = (bomb, bz2_bomb, lzma_bomb)


def hostile_messages(seed, rounds):
    """Yield one of each kind, and ``rounds`` more of most, in an order of their own."""
    dice = random.Random(seed)
    kinds = [*DEAR, *CHEAP * rounds]
    dice.shuffle(kinds)
    for kind in kinds:
        made = kind(dice)
        yield made if isinstance(made, bytes) else made.encode()
