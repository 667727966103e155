"""Who may do what in the broker: the users of its access control list.

Passwords are in the list as their hashes only. Rights inside of scripts are the caller's, so what
the sidecar may not do, none of its scripts can.
"""

import hashlib
from collections.abc import Mapping

from service.queues import QUEUE_NAMES

_QUEUES = " ".join(f"~{name}" for name in QUEUE_NAMES)

NOBODY = "user default on nopass resetkeys resetchannels -@all +ping"
"""Whoever gives no password: probes."""

RIGHTS: Mapping[str, str] = {
    # People, for what /health and the runbooks tell them to mend.
    "admin": "~* &* +@all",
    # Workers, Beat, Flower and whoever enqueues.
    "jobs": "~* &* +@all -@admin -@dangerous +info",
    # Sidecars look at everything, so that a newer one may look at more, and write three things: the
    # mark that shows whether the broker takes writes, what they say of themselves, and due jobs'
    # way from schedules into queues.
    "sidecar": " ".join(
        (
            "%R~* resetchannels -@all +@read -@dangerous",
            "+@connection +info +time +multi +exec +discard",
            "(~* -@all +eval +evalsha)",
            "(~headcount:nothing -@all +del)",
            "(~headcount:processes* -@all +persist +hset +hdel +zadd +zrem)",
            "(~headcount:scheduled:* -@all +persist +zrem)",
            f"({_QUEUES} ~headcount:wake:* -@all +lpush)",
        )
    ),
    # An exporter of the broker's own figures.
    "exporter": "resetkeys resetchannels -@all +@connection +info +latency|latest +slowlog|len",
}
"""User -> what it may, in the access control list's words."""


def access_control_list(passwords: Mapping[str, str], former: str = "") -> str:
    """Return the list's file. ``passwords``: one for each user of RIGHTS.

    ``former``: an earlier list, whose passwords stay valid beside the new ones; not those that
    were valid beside them.
    """
    hashes = {name: [f"#{_hash(passwords[name])}"] for name in RIGHTS}
    for line in former.splitlines():
        _, name, _, password, *_ = line.split()
        if name in hashes:
            hashes[name].append(password)
    users = [f"user {name} on {' '.join(hashes[name])} {RIGHTS[name]}" for name in RIGHTS]
    return "\n".join([NOBODY, *users]) + "\n"


def _hash(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()
