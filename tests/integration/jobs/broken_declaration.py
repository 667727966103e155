"""A job module whose class asks for a queue that does not exist."""

from workers import Worker


class Urgent(Worker):
    queue = "urgent"

    @classmethod
    def perform(cls):
        pass
