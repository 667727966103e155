"""When, with what and on what a benchmark was run; nothing that says on whose machine."""

import platform
import re
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from service.serve.embedded import valkey_program

GIBIBYTE = 2**30
_CPU_MODEL = re.compile(r"^model name\s*: (.+)$", re.MULTILINE)
_NUMBER = re.compile(r"\d+\.\d+(?:\.\d+)*")


def today() -> str:
    """Return the date, in UTC."""
    return datetime.now(UTC).date().isoformat()


def versions() -> dict[str, str]:
    """Return program or library -> its version."""
    found = {
        "Python": platform.python_version(),
        "Celery": version("celery"),
        "kombu": version("kombu"),
        "redis-py": version("redis"),
        "Valkey": _says(valkey_program()),
    }
    valgrind = shutil.which("valgrind")
    return {**found, "valgrind": _says(valgrind)} if valgrind else found


def machine() -> str:
    """Return its size in words."""
    found = _CPU_MODEL.search(_read("/proc/cpuinfo"))
    model = found[1] if found else platform.machine()
    memory = psutil.virtual_memory().total / GIBIBYTE
    return f"{psutil.cpu_count()} cores ({model}), {memory:.0f} GiB"


def _says(program: str) -> str:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    number = _NUMBER.search(told.stdout)
    return number[0] if number else "unknown"


def _read(path: str) -> str:
    file = Path(path)
    return file.read_text(encoding="utf-8") if file.exists() else ""
