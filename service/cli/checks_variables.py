"""Checks of the environment beyond what each value may be: names, and values that do not fit."""

import re
from collections.abc import Mapping

from service.broker.lease import RENEWALS_PER_LEASE, SHORT_LEASE_SECONDS
from service.broker_address import broker_address
from service.cli.findings import Findings, ok, problem, warning
from service.settings import Settings

KNOWN = frozenset(str(field.alias) for field in Settings.model_fields.values())

OVERRIDING = ("CELERY_BROKER_READ_URL", "CELERY_BROKER_WRITE_URL")
"""Celery prefers these to what its app is configured with. Source: celery/app/utils.py."""

_KUBERNETES = re.compile(r"HEADCOUNT_(SERVICE_(HOST|PORT)(_\w+)?|PORT(_\d+_\w+)?)")
"""What Kubernetes sets in pods beside a Service called ``headcount``."""

PORTS = ("http_port", "metrics_port", "flower_port", "prometheus_port")


def check_names(environ: Mapping[str, str]) -> Findings:
    """Find variables that are one slip away from one that Headcount reads."""
    for name in sorted(environ.keys() - KNOWN):
        meant = _meant(name)
        if meant is not None:
            yield problem("settings", f"{name} is no setting, and is ignored; mend: {meant}")


def check_overriding(environ: Mapping[str, str], settings: Settings) -> Findings:
    """Find variables by which Celery itself goes to another broker."""
    for name in OVERRIDING:
        if environ.get(name) and environ[name] != settings.broker_url:
            yield problem(
                "settings",
                f"{name} is set, and Celery prefers it to CELERY_BROKER_URL: what Celery sends or "
                f"consumes goes to another broker; mend: unset {name}",
            )


def check_fit(settings: Settings) -> Findings:
    """Find settings that do not fit each other."""
    yield from _shared_ports(settings)
    if bool(settings.flower_user) != bool(settings.flower_password):
        yield warning(
            "settings",
            "of HEADCOUNT_FLOWER_USER and HEADCOUNT_FLOWER_PASSWORD only one is set, so Flower "
            "listens on the loopback address only; mend: set both, or none",
        )
    behind = settings.broker_url and broker_address(settings.broker_url).behind_sentinels
    given = settings.model_fields_set & {"sentinel_master", "sentinel_user", "sentinel_password"}
    if given and settings.broker_url and not behind:
        names = " and ".join(_variable(name) for name in sorted(given))
        yield warning(
            "settings",
            f"{names} without effect: CELERY_BROKER_URL names no sentinels; "
            "mend: a sentinel:// URL, or unset",
        )


def check_lease(settings: Settings) -> Findings:
    """Find a lease that outlasts next to nothing; say how lease and grace go together."""
    lease, grace = settings.lease_seconds, settings.shutdown_grace_seconds
    if lease < SHORT_LEASE_SECONDS:
        yield warning("lease", f"{lease:g} s is short: {_SHORT} {SHORT_LEASE_SECONDS:g}")
        return
    renewed = f"renewed every {lease / RENEWALS_PER_LEASE:g} s until its worker has ended"
    yield ok("lease", f"{lease:g} s, {renewed}, also in the {grace:g} s it gets to stop")


_SHORT = (
    "a worker that cannot reach the broker for seconds loses its jobs to others, and they run "
    "twice; mend: HEADCOUNT_LEASE_SECONDS of at least"
)


def _shared_ports(settings: Settings) -> Findings:
    taken: dict[int, str] = {}
    for name in PORTS:
        port, variable = getattr(settings, name), _variable(name)
        if port and port in taken:
            yield warning(
                "settings",
                f"{taken[port]} and {variable} are both {port}, and on one machine only one "
                "process can listen there; mend: give each a port of its own",
            )
        taken.setdefault(port, variable)


def _variable(field: str) -> str:
    return str(Settings.model_fields[field].alias)


def _meant(name: str) -> str | None:
    """Return the setting that ``name`` is one slip away from."""
    if _KUBERNETES.fullmatch(name):
        return None
    upper = name.upper()
    if upper in KNOWN:
        return upper
    return next((known for known in sorted(KNOWN) if _one_slip(upper, known)), None)


def _one_slip(name: str, known: str) -> bool:
    """Return whether one character too many, too few, wrong or swapped makes the difference."""
    differing = (i for i, (one, other) in enumerate(zip(name, known, strict=False)) if one != other)
    i = next(differing, min(len(name), len(known)))
    swapped = name[i : i + 2] == known[i : i + 2][::-1] and name[i + 2 :] == known[i + 2 :]
    too_many, too_few = name[i + 1 :] == known[i:], name[i:] == known[i + 1 :]
    return too_many or too_few or swapped or name[i + 1 :] == known[i + 1 :]
