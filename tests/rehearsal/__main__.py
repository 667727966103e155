"""``python -m tests.rehearsal [ACT ...]``: production, on one machine, and what happens to it.

Exits 1 if a job was lost, ran twice while its worker lived, or was late where it need not be; if
a container was restarted, or people told of something, that does not belong to what happened.
"""

import argparse
import random
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event

import pytest

from drill.watch import silent_but_for
from tests.chaos.enqueuer import Load
from tests.chaos.jobs import ENDS
from tests.chaos.judge import judge
from tests.rehearsal.acts import LINGERING, Act, acts
from tests.rehearsal.cluster import Cluster
from tests.rehearsal.complaints import complaints
from tests.rehearsal.findings import ATTRIBUTED, Performed, attribute, table
from tests.rehearsal.loads import everyday, long
from tests.rehearsal.pods import Release
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
OLD_MODULES = "tests.chaos.jobs,tests.chaos.cron_jobs"
NEW_MODULES = f"{OLD_MODULES},tests.rehearsal.added"
AFTERMATH_SECONDS, SILENT_SECONDS, END_SECONDS = 15, 120, 90
"""Until a lease has expired and an alert of that fires; until it no longer does; until jobs end."""
MINUTE = 60


def main() -> int:
    """Rehearse; return the exit status."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that all of it ends
    old = Release("old", options.old, OLD_MODULES)
    chosen = [act for act in _acts(old) if act.name in options.act or not options.act]
    print(f"--seed {options.seed}", file=sys.stderr)
    with (
        _directory(options.logs) as directory,
        Cluster(directory, old, random.Random(options.seed)) as cluster,
    ):
        performed = _perform(cluster, chosen, options.per_second)
        return _judge(cluster, performed)


def _perform(cluster: Cluster, chosen: list[Act], per_second: float) -> list[Performed]:
    """Do what was chosen under load, one after the other."""
    performed = list[Performed]()
    with ExitStack() as loads:
        for mixture, pace in ((everyday, per_second), (long, per_second / 25)):
            loads.enter_context(Load(cluster.enqueuer, cluster.rng, pace, mixture))
        for act in chosen:
            performed.append(_play(cluster, act))
    return performed


def _play(cluster: Cluster, act: Act) -> Performed:
    """Do it, and wait until people have been told of what came of it, and then of nothing more."""
    watch, over, failed = cluster.monitors.watch, Event(), ""
    begun, before, earlier = time.time(), len(cluster.restarts), watch.now().told
    with ThreadPoolExecutor(1) as aside:
        meanwhile = aside.submit(watch.until, lambda _alerts: over.is_set(), float("inf"))
        try:
            act.do(cluster)
            time.sleep(AFTERMATH_SECONDS)
        except pytest.fail.Exception as error:
            failed = str(error)
        finally:
            over.set()
    told = meanwhile.result().told | watch.until(silent_but_for(LINGERING), SILENT_SECONDS).told
    new = {name: severity for name, severity in told.items() if name not in earlier}
    done = Performed(act, begun, time.time(), new, cluster.restarts[before:], failed)
    print(f"{act.name}: {done.wrong or 'ok'}", file=sys.stderr, flush=True)
    return done


def _judge(cluster: Cluster, performed: list[Performed]) -> int:
    """Let all jobs end, print what became of them, and return the exit status."""
    broker = cluster.broker.master
    _expect_cron_jobs(cluster, performed)
    try:
        wait_until(lambda: not broker.pending(), END_SECONDS)
    except pytest.fail.Exception:
        print("jobs are still pending", file=sys.stderr)
    runs = cluster.runs()
    verdict = judge(cluster.enqueuer, runs, cluster.silences, broker)
    attribute(performed, cluster.enqueuer, runs, verdict)
    print(table(performed))
    print(f"\n{verdict}")
    wrong = [f"{one.act.name}: {one.wrong}" for one in performed if one.wrong]
    wrong += [
        f"{what}: {which}" for what, which in verdict.faults.items() if what not in ATTRIBUTED
    ]
    wrong += [f"said {many} times: {said}" for said, many in complaints(cluster.directory).items()]
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


def _expect_cron_jobs(cluster: Cluster, performed: list[Performed]) -> None:
    """Count one job as accepted for each minute that began meanwhile."""
    first, last = performed[0].begun // MINUTE + 1, performed[-1].ended // MINUTE
    for minute in range(int(first), int(last) + 1):
        tag = f"Cron0@{minute}"
        cluster.enqueuer.accepted[tag] = ENDS
        cluster.enqueuer.begun[tag] = minute * MINUTE


@contextmanager
def _directory(wanted: Path | None) -> Iterator[Path]:
    """Yield where logs are written: a new directory, or one that is gone afterwards."""
    if wanted is not None:
        wanted.mkdir(parents=True)
        yield wanted
        return
    with tempfile.TemporaryDirectory(prefix="headcount-rehearsal-") as directory:
        yield Path(directory)


def _acts(old: Release) -> list[Act]:
    return acts(new=Release("new", ROOT, NEW_MODULES), old=old)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.rehearsal", description=__doc__)
    names = [act.name for act in _acts(Release("old", ROOT, OLD_MODULES))]
    listed = "one or several of: " + ", ".join(names)
    parser.add_argument("act", nargs="*", choices=[[], *names], metavar="ACT", help=listed)
    parser.add_argument("--old", type=Path, default=ROOT, help="a checkout to upgrade from")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="of the dice")
    parser.add_argument("--logs", type=Path, help="a new directory that keeps all logs")
    parser.add_argument("--per-second", type=float, default=25, help="jobs enqueued")
    return parser


sys.exit(main())
