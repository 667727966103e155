"""Messages written by hand, as kombu writes them but for what a test wants otherwise."""

import json

from tests import sample_jobs as jobs

HEADERS = {
    "id": "hand-made",
    "task": jobs.Note.name,
    "lang": "py",
    "argsrepr": "",
    "kwargsrepr": "",
}
BODY = [["by hand"], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]
PROPERTIES = {
    "delivery_info": {"exchange": "", "routing_key": "default"},
    "delivery_tag": "hand-made",
    "body_encoding": "utf-8",
}


def message(**changes):
    """A message as kombu writes it, with changes; None takes a field out."""
    whole = {
        "body": json.dumps(BODY),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": HEADERS,
        "properties": PROPERTIES,
    }
    kept = {name.replace("_", "-"): value for name, value in changes.items()}
    return json.dumps({k: v for k, v in (whole | kept).items() if v is not None})
