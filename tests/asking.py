"""Asking over HTTP, as a browser or a script does: the answer is one whatever its status."""

import base64
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def ask(
    url: str,
    method: str = "GET",
    credentials: str = "",
    headers: dict[str, str] | None = None,
    timeout_seconds: float = 20,
) -> tuple[int, str]:
    """Return status and text; ``credentials`` are user:password."""
    request = Request(url, b"{}" if method == "POST" else None, headers or {}, method=method)
    if credentials:
        encoded = base64.b64encode(credentials.encode()).decode()
        request.add_header("Authorization", f"Basic {encoded}")
    try:
        with urlopen(request, timeout=timeout_seconds) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()
