"""Which ports are free, and the line to print when they are not."""

import errno
import secrets
import socket
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from service.errors import ServeError

OWN_PORTS = range(20000, 30000)
"""Where :func:`choose_port` looks: below what systems hand out for outgoing connections."""

CONNECT_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class PortUse:
    """A port, who will listen on it, and the variable that moves it."""

    port: int
    wanted_by: str
    variable: str


def require_free_ports(host: str, uses: Sequence[PortUse]) -> None:
    """Check that all ports can be listened on at ``host``.

    Raises:
        ServeError: some cannot; one line per port. The command line prints it and exits.
    """
    problems = _wanted_twice(uses) or [
        _taken(host, use) for use in uses if not is_free(host, use.port)
    ]
    if problems:
        raise ServeError("\n".join(problems))


def is_free(host: str, port: int) -> bool:
    """Tell whether a server may listen on this port now.

    Raises ServeError where no server could, whatever the port does: an address that is not
    this machine's, or a port for which one must be root.
    """
    try:
        addresses = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        return all(_can_listen(family, address) for family, _, _, _, address in addresses)
    except OSError as error:
        raise ServeError(
            f"cannot listen on {host} port {port}: {error.strerror}; "
            "HEADCOUNT_HOST must be an address of this machine, and a port below 1024 needs root"
        ) from None


def choose_port(host: str) -> int:
    """Return a free port, another one each time."""
    while True:
        port = secrets.choice(OWN_PORTS)
        if is_free(host, port):
            return port


def _can_listen(family: int, address: tuple[object, ...]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            listener.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return not _is_listened_on(family, address)


def _is_listened_on(family: int, address: tuple[object, ...]) -> bool:
    # macOS lets 127.0.0.1 be bound beside a listener on all addresses.
    with socket.socket(family, socket.SOCK_STREAM) as caller:
        caller.settimeout(CONNECT_SECONDS)
        return caller.connect_ex(address) == 0


def _taken(host: str, use: PortUse) -> str:
    free = next(port for port in range(use.port + 1, 65536) if is_free(host, port))
    return (
        f"port {use.port}, wanted by {use.wanted_by}, is taken; "
        f"set {use.variable} to a free one, such as {free}"
    )


def _wanted_twice(uses: Sequence[PortUse]) -> list[str]:
    counts = Counter(use.port for use in uses)
    return [
        f"port {port} is wanted by more than one: "
        + ", ".join(f"{use.wanted_by} ({use.variable})" for use in uses if use.port == port)
        for port, count in counts.items()
        if count > 1
    ]
