"""The job that only the new release has."""

from tests.chaos.jobs import Recorded


class AddedLater(Recorded):
    """Ends at once, where it is known."""
