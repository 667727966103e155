"""Programs that are not ours: under which name one is installed, and whether it answers yet."""

import shutil
from urllib.request import ProxyHandler, build_opener

PATIENCE_SECONDS = 2


def find_program(*names: str) -> str | None:
    """Return the path of the first that is installed; distributions name some differently."""
    return next(filter(None, map(shutil.which, names)), None)


def answers(url: str) -> bool:
    """Tell whether a server on this machine answers with success: it may be there and not ready."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=PATIENCE_SECONDS):
            return True
    except OSError:  # statuses from 400 up among them
        return False
