"""``headcount check``: what can be found wrong before users do. The checks are in ``checks_*.py``.

What has to be asked elsewhere is asked while the job modules are imported. Where the broker does
not answer, everything that can be known without it is said all the same. docs/preflight.md lists
what is checked, and why.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from service.cli.broker_look import BrokerLook, ask_result_store, look_at_broker
from service.cli.checks_beats import check_beats
from service.cli.checks_broker import check_broker, check_ledger, check_unread
from service.cli.checks_celery import check_configuration
from service.cli.checks_fleet import check_fleet
from service.cli.checks_jobs import check_class, check_modules, check_registered
from service.cli.checks_known_tasks import check_known_tasks, left_out
from service.cli.checks_plain_tasks import check_other_apps, check_tasks
from service.cli.checks_sentinels import check_sentinels
from service.cli.checks_tracing import check_tracing
from service.cli.checks_variables import check_fit, check_lease, check_names, check_overriding
from service.cli.checks_versions import check_installed
from service.cli.environment import read_settings, settings_with_broker, variables
from service.cli.findings import Finding, Findings, ok, problem
from service.errors import BrokerError, HeadcountError
from service.settings import Settings
from workers.announced import own_tasks, schedules
from workers.process_app import process_app
from workers.worker import Worker


def find_everything() -> Findings:
    """Yield a finding per thing checked; it takes a second or two, and changes nothing."""
    yield from check_names(variables())
    yield from check_installed()
    settings, wrong = _settings()
    yield from wrong
    if settings is None:
        return
    yield from check_overriding(variables(), settings)
    yield from check_fit(settings)
    yield from check_lease(settings)
    yield from check_tracing(settings)
    if settings.broker_url is None:
        yield from _jobs(settings)
        yield from left_out(settings)
        return
    with ThreadPoolExecutor(3) as elsewhere:
        look = elsewhere.submit(look_at_broker, settings)
        results = elsewhere.submit(_result_store, settings)
        sentinels = elsewhere.submit(lambda: list(check_sentinels(settings)))
        yield from _jobs(settings)
        yield from _celery(settings)
        yield from sentinels.result()
        yield from results.result()
        yield from _broker(settings, look)


def _settings() -> tuple[Settings | None, list[Finding]]:
    """Return the settings, if none is wrong, and what is to be said of them."""
    try:
        return settings_with_broker(), [ok("settings")]
    except HeadcountError as error:
        wrong = [problem("settings", line) for line in str(error).split("\n")]
    try:
        return read_settings(), wrong  # all is well but that there is no broker
    except HeadcountError:
        return None, wrong


def _jobs(settings: Settings) -> Findings:
    failed = list(check_modules(settings))
    yield from failed or check_registered()
    for worker in Worker.registry:
        yield from check_class(worker, settings)


def _celery(settings: Settings) -> Iterator[Finding]:
    app = process_app()
    try:
        app.finalize()
    except Exception as error:  # noqa: BLE001 - whatever a declared task raises is the finding
        yield problem("celery", f"{type(error).__name__}: {error}")
        return
    yield from check_configuration(app, settings)
    yield from check_tasks(app)
    yield from check_other_apps(app)


def _result_store(settings: Settings) -> list[Finding]:
    """Ask the result store, where it is another than the broker."""
    if settings.result_backend in (None, settings.broker_url):
        return []
    try:
        ask_result_store(settings)
    except BrokerError as error:
        return [problem("results", f"{error}; mend: CELERY_RESULT_BACKEND, or start it")]
    return [ok("results", "the result store answers")]


def _broker(settings: Settings, looking: "Future[BrokerLook]") -> Findings:
    try:
        look = looking.result()
    except BrokerError as error:
        yield problem("broker", str(error))
        yield from left_out(settings)
        return
    app: Any = process_app()
    yield from check_broker(look)
    yield from check_ledger(look)
    yield from check_unread(look)
    yield from check_fleet(look, settings)
    yield from check_known_tasks(look, settings, frozenset(own_tasks(app)))
    yield from check_beats(look, settings, schedules(app))
