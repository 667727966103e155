"""Instructions of a program that does one thing so many times, counted by valgrind's callgrind."""

import re
import subprocess
from collections.abc import Mapping, Sequence

_COLLECTED = re.compile(r"Collected : (\d+)")


def instructions_each(program: Sequence[str], times: int, environ: Mapping[str, str]) -> float:
    """Return the instructions of doing it once; ``program``'s last argument is how many times.

    It runs twice, and the shorter run is taken off: how it starts and ends is not counted.
    """
    some, more = (_instructions((*program, str(n)), environ) for n in (1, times + 1))
    return (more - some) / times


def _instructions(program: Sequence[str], environ: Mapping[str, str]) -> int:
    valgrind = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
    done = subprocess.run(
        [*valgrind, *program], capture_output=True, text=True, check=True,
        env={**environ, "PYTHONHASHSEED": "0"},
    )  # fmt: skip
    found = _COLLECTED.search(done.stderr)
    if found is None:
        raise RuntimeError(f"valgrind counted nothing: {done.stderr[-500:]}")
    return int(found[1])
