"""What the self-check has to say."""


def findings(done):
    """Return its lines about what is not well, of a command that has ended."""
    return [line for line in done.stdout.splitlines() if not line.startswith("ok ")]
