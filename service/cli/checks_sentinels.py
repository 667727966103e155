"""Checks of the sentinels that a broker is behind: that they answer, agree, and could fail over."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import redis

from service.broker.connection import connect, sentinel_options
from service.broker_address import BrokerAddress, broker_address
from service.cli.findings import Finding, Findings, ok, problem, warning
from service.settings import Settings

ENOUGH_SENTINELS = 3

Answer = Mapping[str, Any] | Exception
"""What one sentinel says of the master, or why it does not."""


def check_sentinels(settings: Settings) -> Findings:
    """Ask every sentinel named about the master; nothing where the broker is behind none."""
    address = broker_address(settings.require_broker())
    if not address.behind_sentinels:
        return
    with ThreadPoolExecutor(len(address.hosts)) as pool:
        answers = dict(
            zip(
                address.hosts,
                pool.map(lambda host: _ask(host, address, settings), address.hosts),
                strict=True,
            )
        )
    found = [*_judged(answers, settings.sentinel_master), *_alone(settings)]
    yield from found or [ok("sentinels", f"{len(answers)} agree on {settings.sentinel_master!r}")]


def _judged(answers: Mapping[tuple[str, int], Answer], master: str) -> Iterator[Finding]:
    seen = {_named(host): one for host, one in answers.items() if not isinstance(one, Exception)}
    for host, one in answers.items():
        if isinstance(one, Exception):
            yield _unanswered(_named(host), one, master, others=bool(seen))
    places = {f"{one['ip']}:{one['port']}" for one in seen.values()}
    if len(places) > 1:
        yield problem(
            "sentinels",
            f"they do not agree where {master!r} is: {', '.join(sorted(places))}; mend: wait for "
            "a failover under way to end, else set all of them up alike",
        )
    for one in list(seen.values())[:1]:
        yield from _set_up(one, len(answers), master)


def _unanswered(sentinel: str, error: Exception, master: str, *, others: bool) -> Finding:
    if isinstance(error, redis.AuthenticationError):
        mend = "HEADCOUNT_SENTINEL_PASSWORD (and _USER)"
        return problem("sentinels", f"{sentinel} wants a password: {error}; mend: {mend}")
    if isinstance(error, redis.ResponseError):
        said = f"{sentinel} knows no master {master!r} ({error})"
        return problem("sentinels", f"{said}; mend: HEADCOUNT_SENTINEL_MASTER")
    line = f"{sentinel} does not answer: {str(error) or type(error).__name__}; mend: start it"
    return warning("sentinels", line) if others else problem("sentinels", line)


def _set_up(seen: Mapping[str, Any], named: int, master: str) -> Iterator[Finding]:
    known = int(seen["num-other-sentinels"]) + 1
    if known > named:
        yield warning(
            "sentinels",
            f"{known} watch {master!r}, and CELERY_BROKER_URL names {named}: while those are "
            "down the broker is not found; mend: name all of them",
        )
    if known < ENOUGH_SENTINELS or known < int(seen["quorum"]):
        yield warning(
            "sentinels",
            f"only {known} watch {master!r} (quorum {seen['quorum']}): none of them may fail; "
            f"mend: at least {ENOUGH_SENTINELS}, on machines of their own",
        )
    if int(seen["num-slaves"]) == 0:
        yield warning("sentinels", f"{master!r} has no replica to fail over to; mend: add one")
    if "down" in str(seen["flags"]):
        yield problem(
            "sentinels", f"they take {master!r} for down ({seen['flags']}); mend: start it"
        )


def _alone(settings: Settings) -> Iterator[Finding]:
    """Judge whether a broker takes jobs that has no replica any more: others may lead by now."""
    try:
        said = connect(settings).info("replication")
    except (redis.RedisError, OSError):
        return  # which the broker's own checks tell of
    if int(said.get("connected_slaves", 0)) > 1 and "min_slaves_good_slaves" not in said:
        yield warning(
            "sentinels",
            "the broker takes jobs also while it is cut off from its replicas, and forgets them "
            "when it is back; mend: min-replicas-to-write 1 on all servers",
        )


def _ask(host: tuple[str, int], address: BrokerAddress, settings: Settings) -> Answer:
    options = sentinel_options(address, settings.sentinel_credentials())
    client = redis.Redis(host=host[0], port=host[1], decode_responses=True, **options)
    try:
        with client:
            return _pairs(client.execute_command("SENTINEL", "MASTER", settings.sentinel_master))
    except (redis.RedisError, OSError) as error:
        return error


def _pairs(reply: Any) -> Mapping[str, Any]:
    if isinstance(reply, dict):
        return reply
    return dict(zip(reply[::2], reply[1::2], strict=True))


def _named(host: tuple[str, int]) -> str:
    return f"{host[0]}:{host[1]}"
