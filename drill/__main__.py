"""``python -m drill [FAULT ...]``: cause these faults, or all, one after another; print a table.

Exits 1 if an alert did not fire or resolve, an unrelated one fired, or one fault paged twice.
Begins with an hour of normal load, at the drill's pace, that must fire none.
"""

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from alerts.pace import Pace
from drill.faults import FAULTS, LINGERS, Fault
from drill.load import Load
from drill.report import Finding, table
from drill.stack import Stack, running
from drill.watch import Watch, Watched, firing, silent_but_for

SPEED, LEAST_SECONDS = 20.0, 6
"""How much faster the rules wait and look back; a window of less would hold too few scrapes."""

SETTLE_SECONDS = 60
RESOLVE_SECONDS = 240
NOTHING = "an hour of normal load"


def main() -> int:
    """Run the drill; return its exit status."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the stack ends with it
    chosen = [fault for fault in FAULTS if fault.name in options.fault or not options.fault]
    findings: list[Finding] = []
    pace = Pace(SPEED, LEAST_SECONDS)
    with (
        tempfile.TemporaryDirectory(prefix="headcount-drill-") as directory,
        running(Path(directory), pace) as stack,
        Load(stack.environment()) as load,
    ):
        watch = Watch(stack.ports["alertmanager"])
        watch.until(silent_but_for(set()), SETTLE_SECONDS)
        if not options.fault:
            findings.append(_say(_quiet(watch, pace.seconds("1h"))))
        findings += [_say(_try(fault, stack, load, watch)) for fault in chosen]
    print(table(findings))
    return 1 if any(found.wrong for found in findings) else 0


def _try(fault: Fault, stack: Stack, load: Load, watch: Watch) -> Finding:
    """Cause a fault, wait for its alert, cure it, and wait until nothing is told any more."""
    earlier = watch.now().told.keys()
    fault.cause(stack, load)
    again = (lambda: fault.cause(stack, load)) if fault.again else None
    before = watch.until(firing(fault.alert), fault.within_seconds, meanwhile=again)
    fault.cure(stack, load)
    after = watch.until(silent_but_for(LINGERS), RESOLVE_SECONDS)
    others = sorted({*before.told, *after.told} - {fault.alert} - earlier)
    unrelated = [name for name in others if name not in {*fault.also, *LINGERS}]
    pages = _pages(before, after)
    return Finding(
        fault.name,
        fault.alert,
        before.seconds,
        after.seconds,
        pages=pages,
        others=others,
        wrong=_wrong(before, after, unrelated, pages),
    )


def _quiet(watch: Watch, seconds: float) -> Finding:
    seen = watch.until(lambda _told: False, seconds)
    wrong = f"fired: {', '.join(sorted(seen.told))}" if seen.told else ""
    return Finding(NOTHING, "none", None, None, _pages(seen), sorted(seen.told), wrong)


def _wrong(before: Watched, after: Watched, unrelated: Sequence[str], pages: int) -> str:
    if before.seconds is None:
        return "its alert did not fire"
    if after.seconds is None:
        return "not everything resolved after the cure"
    if unrelated:
        return f"unrelated: {', '.join(unrelated)}"
    return "paged more than once" if pages > 1 else ""


def _pages(*watched: Watched) -> int:
    told = {name: severity for one in watched for name, severity in one.told.items()}
    return sum(severity == "critical" for severity in told.values())


def _say(found: Finding) -> Finding:
    verdict = found.wrong or "ok"
    print(f"{found.fault}: {verdict}", file=sys.stderr, flush=True)
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m drill", description=__doc__)
    names = [fault.name for fault in FAULTS]
    parser.add_argument("fault", nargs="*", choices=[[], *names], help="default: all")
    return parser


sys.exit(main())
