"""What a runbook says: its sections, its command lines, and what it names between backticks."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "runbooks"
COMMAND_LINE = re.compile(r"^ {4,}(?!\d\. )(\S.*)$")
COMMENT = re.compile(r"\s{2,}#.*$|^#.*$")


@dataclass(frozen=True)
class Runbook:
    """A page of docs/runbooks, or one that they link to."""

    path: Path
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def commands(self) -> list[str]:
        """Its command lines: the blocks indented by four and more after an empty line."""
        found, before, inside = [], "", False
        for line in self.lines:
            match = COMMAND_LINE.match(line)
            inside = bool(match) and (inside or not before.strip())
            if match and inside and (command := COMMENT.sub("", match[1]).strip()):
                found.append(command)
            before = line
        return found

    @property
    def spans(self) -> list[str]:
        """What stands between backticks, line ends in it as spaces."""
        return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", self.text)]

    @property
    def links(self) -> list[str]:
        return re.findall(r"\]\((?!https?:)([^)]+)\)", self.text)

    @property
    def panels(self) -> list[str]:
        """Panels that it sends its reader to: between single asterisks."""
        return re.findall(r"(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)", self.text)


def read(path: Path) -> Runbook:
    return Runbook(path, path.read_text(encoding="utf-8"))


def runbooks() -> list[Runbook]:
    """Those of the alerts, by name."""
    return [read(path) for path in sorted(FOLDER.glob("Headcount*.md"))]
