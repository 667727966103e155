"""An environment for each peer: made on first use, kept until its requirements change."""

import subprocess
import sys
from pathlib import Path

from bench.contestants import ROOT

REQUIREMENTS = Path(__file__).parent / "requirements"
CACHE = ROOT / ".cache" / "peers"


def python_of(peer: str) -> str:
    """Return the Python of a peer's environment, made of ``requirements/<peer>.txt``."""
    wanted = REQUIREMENTS / f"{peer}.txt"
    made = CACHE / peer / "made-of.txt"
    python = CACHE / peer / "bin" / "python"
    if not made.exists() or made.read_text() != wanted.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(CACHE / peer)], check=True)
        pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        subprocess.run([*pip, "-r", wanted], check=True)
        made.write_text(wanted.read_text())
    return str(python)
