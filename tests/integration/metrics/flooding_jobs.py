"""Three hundred tasks, and jobs that raise errors of any name, in each queue."""

from workers import Worker

TASKS = 300


class Raise(Worker):
    """Fails with an error class made for the occasion."""

    max_retries = 0

    @classmethod
    def perform(cls, error_type):
        raise type(error_type, (Exception,), {})


class CriticalRaise(Raise):
    queue = "critical"


class LowRaise(Raise):
    queue = "low"


RAISING = (CriticalRaise, Raise, LowRaise)

FLOOD = [
    type(
        f"Task{number}",
        (Worker,),
        {"__module__": __name__, "perform": classmethod(lambda cls: None)},
    )
    for number in range(TASKS)
]
