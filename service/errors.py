"""The errors Headcount raises: one root and its few leaves.

Every message is one line a person can act on: what was wrong, where, what is allowed.
"""


class HeadcountError(Exception):
    """Root of every error that Headcount raises on purpose."""


class SettingsError(HeadcountError):
    """A setting is missing or has a value that is not allowed."""


class JobDefinitionError(HeadcountError):
    """A worker class is declared wrongly; raised while its module is imported."""


class ArgumentsError(HeadcountError, TypeError):
    """A job's arguments do not fit: not JSON, or not what ``perform`` takes."""


class ScheduleError(HeadcountError, ValueError):
    """A time, delay or cron expression cannot be understood."""


class EnqueueError(HeadcountError):
    """The broker did not take a job; it is not enqueued, or (after a timeout) may be."""


class BrokerError(HeadcountError):
    """The broker cannot be read or written right now."""


class ResultNotKeptError(HeadcountError):
    """``.get()`` on a job whose class keeps no result (``store_result = False``)."""


class JobNotFoundError(HeadcountError, LookupError):
    """No job with this id is waiting, scheduled, running or dead."""


class ServeError(HeadcountError):
    """The local stack cannot start: a port is taken or a program is missing."""


class UnknownWorkerError(HeadcountError, LookupError):
    """No worker class has this name."""


class InputError(HeadcountError):
    """Something typed on the command line cannot be understood."""
