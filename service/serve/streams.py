"""One readable stream out of the lines of many processes, each prefixed with its name."""

import asyncio
import codecs
import contextlib
import os
from collections.abc import Sequence
from typing import TextIO

SUPERVISOR_NAME = "serve"
"""The name under which the supervisor itself speaks."""

LONGEST_LINE = 64 * 1024
"""Characters; a longer line is continued on the next one, under the same prefix."""

CHUNK_BYTES = 64 * 1024
ANSI_COLOURS = (36, 33, 32, 35, 34, 31)  # cyan, yellow, green, magenta, blue, red


class Output:
    """Where all lines go. ``closed`` is set once nobody reads them any more."""

    def __init__(self, stream: TextIO, names: Sequence[str], *, colour: bool) -> None:
        self.closed = asyncio.Event()
        self._stream = stream
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        self._prefixes = _prefixes((SUPERVISOR_NAME, *names), colour=colour)

    def say(self, *lines: str) -> None:
        """Write lines of the supervisor's own."""
        self.write_lines(SUPERVISOR_NAME, lines)

    def write_lines(self, name: str, lines: Sequence[str]) -> None:
        """Write lines of the process ``name``; those of one call stay together."""
        if not lines or self.closed.is_set():
            return
        prefix = self._prefixes[name]
        text = "".join(f"{prefix}{line}\n" for line in lines)
        try:
            self._stream.write(text.encode(self._encoding, "replace").decode(self._encoding))
            self._stream.flush()
        except OSError:  # the terminal or the pipe's reader is gone
            self._close()

    def _close(self) -> None:
        self.closed.set()
        # What could not be written stays in the buffer; Python would try again at its exit.
        with contextlib.suppress(OSError):
            self._stream.close()


def _prefixes(names: Sequence[str], *, colour: bool) -> dict[str, str]:
    """Return process name -> the prefix of its lines, all of one width."""
    width = max(map(len, names))
    if not colour:
        return {name: f"{name:>{width}} | " for name in names}
    return {
        name: f"\033[{ANSI_COLOURS[position % len(ANSI_COLOURS)]}m{name:>{width}} |\033[0m "
        for position, name in enumerate(names)
    }


class LineSplitter:
    """Cuts a stream of bytes into lines of text; what is not UTF-8 is shown as U+FFFD."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, chunk: bytes) -> list[str]:
        """Return the lines that ``chunk`` completes, without their ends."""
        *lines, self._rest = (self._rest + self._decoder.decode(chunk)).split("\n")
        while len(self._rest) > LONGEST_LINE:
            lines.append(self._rest[:LONGEST_LINE])
            self._rest = self._rest[LONGEST_LINE:]
        return [line.rstrip("\r") for line in lines]

    def flush(self) -> list[str]:
        """Return the last line if it has no end, else nothing."""
        rest = self._rest + self._decoder.decode(b"", final=True)
        self._rest = ""
        return [rest] if rest else []


async def copy_lines(read_end: int, output: Output, name: str) -> None:
    """Write each line that arrives at the pipe ``read_end``; closes it. Ends with the stream."""
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", buffering=0)
    )
    splitter = LineSplitter()
    try:
        while chunk := await reader.read(CHUNK_BYTES):
            output.write_lines(name, splitter.feed(chunk))
    finally:
        output.write_lines(name, splitter.flush())
        transport.close()
