"""Tasks and errors whose names try to break out of their line on ``/metrics``."""

from workers import app

HOSTILE = (
    'a"b',
    "back\\slash",
    "ends in one\\",
    "line\nfeed",
    'x"} 1\nheadcount_worker_slots 99\n#',
    'x",outcome="succeeded',
    "späße 🎉",
    "%s {} ${HOME}",
    "# EOF",
)


def _declare(name):
    @app.task(name=name)
    def fail():
        raise type(name, (Exception,), {})


for _name in HOSTILE:
    _declare(_name)
