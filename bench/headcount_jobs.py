"""The same job on Headcount."""

from workers import Worker


class Noop(Worker):
    @classmethod
    def perform(cls):
        pass
