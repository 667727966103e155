"""The Lua scripts beside this file, called by hash and loaded again when the broker forgot them."""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from importlib import resources
from typing import Any

import redis
from redis.exceptions import NoScriptError

from service.broker.wire import packed

Argument = str | bytes | int | float


class Script:
    """One script of ``lua/``. Calling it runs it atomically in the broker."""

    def __init__(self, name: str) -> None:
        self.name = name

    @cached_property
    def text(self) -> str:
        """Return the script's source."""
        return (resources.files("service.broker") / "lua" / f"{self.name}.lua").read_text()

    @cached_property
    def sha(self) -> str:
        """Return the hash the broker knows the script by."""
        return hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()

    def __call__(
        self, client: "redis.Redis", keys: Sequence[str], arguments: Sequence[Argument] = ()
    ) -> Any:
        """Run the script; a broker that does not know it (restart, failover) is told it."""
        try:
            return client.execute_command(*self.command(keys, arguments))
        except NoScriptError:
            return client.execute_command(*self.in_full(keys, arguments))

    def command(self, keys: Sequence[str], arguments: Sequence[Argument]) -> tuple[Argument, ...]:
        """Return the command that runs the script by its hash, for own connections."""
        return ("EVALSHA", self.sha, len(keys), *keys, *arguments)

    def in_full(self, keys: Sequence[str], arguments: Sequence[Argument]) -> tuple[Argument, ...]:
        """Return the command that tells the broker the script and runs it."""
        return ("EVAL", self.text, len(keys), *keys, *arguments)


class PreparedScript:
    """A script with its keys and its first arguments, for own connections that run it all the time.

    What stays the same is packed once: packing takes as long as the rest of a request together.
    """

    def __init__(
        self, script: Script, keys: Sequence[str], arguments: Sequence[Argument] = ()
    ) -> None:
        same = script.command(keys, arguments)
        self._count, self._packed = len(same), _without_length(packed(same))

    def with_arguments(self, arguments: Sequence[Argument]) -> bytes:
        """Return the command that runs the script with these arguments too, as sent."""
        own = _without_length(packed(arguments))
        return b"*%d\r\n%b%b" % (self._count + len(arguments), self._packed, own)


def _without_length(packed: bytes) -> bytes:
    """Return a packed command less its first line, which says of how many parts it is."""
    return packed[packed.index(b"\n") + 1 :]


ENQUEUE = Script("enqueue")
ENQUEUE_MANY = Script("enqueue_many")
RESERVE = Script("reserve")
FINISH = Script("finish")
PROMOTE = Script("promote")
RENEW = Script("renew")
SWEEP = Script("sweep")
PURGE = Script("purge")
RETRY_DEAD = Script("retry_dead")
DROP_DEAD = Script("drop_dead")
TRIM_DEAD = Script("trim_dead")
REPORT = Script("report")
BEAT = Script("beat")
MISS_SLOTS = Script("miss_slots")
SNAPSHOT = Script("snapshot")
