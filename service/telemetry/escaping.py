"""How label values are written in the text formats."""


def escaped(value: str) -> str:
    """Return the value as it may stand between quotes."""
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
