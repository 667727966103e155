"""Metrics that jobs themselves record with prometheus_client, in the pool's child processes.

prometheus_client's multiprocess mode, with files named by pool slot instead of process id: a
child that replaces another in its slot opens the same files and counts on from where they
stand, so there are as many files as slots, however often children are recycled. (Source:
``MmapedValue.__check_for_pid_change`` in prometheus_client/values.py: after a fork the first
use of any value sees another identifier, closes the inherited files and opens its own.)

What becomes of a gauge, by its ``multiprocess_mode``:

================= ===========================================================================
``all``           one series per slot, and one for the parent, told apart by the label ``slot``
``sum``           a slot's share outlives its child: a child killed between ``inc()`` and
                  ``dec()`` leaves its ``inc()`` behind; use ``livesum`` for work in progress
``live*``         starts from zero with each child: see :meth:`JobMetricsDirectory.enter_slot`
``min``, ``max``  include the 0 of every slot, and of the parent, that never set the gauge
``mostrecent``    the value set last, whoever set it
================= ===========================================================================

A program that a job starts inherits ``PROMETHEUS_MULTIPROC_DIR``; its files are named by
process id, and left alone. A job that forks must not record metrics on both sides.
"""

import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from prometheus_client import values
from prometheus_client.multiprocess import mark_process_dead

from service.telemetry.job_metrics_collector import PARENT, SLOT_PREFIX, JobMetricsCollector
from service.telemetry.scratch_directory import ScratchDirectory

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

# The calls marked below are untyped in prometheus_client, which else publishes its types.


class JobMetricsDirectory:
    """The files of a worker's job metrics, from before job modules are imported to its end.

    ``slot`` returns the pool slot of the process that calls it, None in the parent. It is
    called each time a metric changes, so it must be quick.
    """

    def __init__(self, slot: Callable[[], int | None]) -> None:
        self._slot = slot
        self._scratch = ScratchDirectory("headcount-job-metrics")
        self._found = (values.ValueClass, os.environ.get(VARIABLE))

    @property
    def path(self) -> Path:
        """Where the files are."""
        return self._scratch.path

    def __enter__(self) -> Self:
        """Install: metrics made from now on are kept in files.

        Metrics made before stay in memory, and a child's changes to them are never seen.
        """
        os.environ[VARIABLE] = str(self.path)
        values.ValueClass = values.MultiProcessValue(self._identifier)  # type: ignore[no-untyped-call]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Put back what was there before, and remove the files."""
        self.close()

    def enter_slot(self) -> None:
        """Forget the ``live*`` gauges of the slot's previous child.

        For a new child to call before it performs its first job.
        """
        mark_process_dead(self._identifier(), str(self.path))  # type: ignore[no-untyped-call]

    def collector(self) -> JobMetricsCollector:
        """Return the collector of what all slots have recorded, for the parent's registry."""
        return JobMetricsCollector(self.path)

    def close(self) -> None:
        """Put back what was there before, and remove the files; a child only forgets them."""
        values.ValueClass, variable = self._found
        if variable is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = variable
        self._scratch.remove()

    def _identifier(self) -> str:
        slot = self._slot()
        return PARENT if slot is None else f"{SLOT_PREFIX}{slot}"
