"""What jobs themselves wrote down: a record that owes nothing to the accounting under test."""

from pathlib import Path


class Notes:
    """The file that sample jobs append to, one line at a time, from whatever process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> list[str]:
        return self.path.read_text().splitlines() if self.path.exists() else []

    def words(self) -> list[tuple[str, ...]]:
        return [tuple(line.split()) for line in self.lines()]

    def __contains__(self, line: str) -> bool:
        return line in self.lines()
