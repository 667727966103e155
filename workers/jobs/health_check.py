"""The job that asks, every ten minutes, whether Headcount is healthy.

It proves the whole way, too: Beat enqueued it, a worker ran it, and its success is recorded.
"""

import os

import httpx

from service.broker.connection import without_passwords
from service.errors import HeadcountError
from service.settings import load_settings
from workers.worker import Worker

TIMEOUT_SECONDS = 10.0


class UnhealthyError(HeadcountError):
    """Headcount's health is not ok."""


class HealthCheckWorker(Worker):
    """Asks ``HEADCOUNT_HEALTH_URL`` and fails, visibly, unless the answer is ok."""

    queue = "critical"
    max_retries = 0  # the next run is the retry
    cron_schedule = "*/10 * * * *"
    expires_in = 600
    time_limit = 30

    @classmethod
    def perform(cls) -> None:
        """Ask once.

        Raises:
            UnhealthyError: nobody answers, or the answer is not ok; names the failed checks.
        """
        address = load_settings(os.environ).sidecar_health_url()
        url = without_passwords(address)
        try:
            answer = httpx.get(address, timeout=TIMEOUT_SECONDS)
            health = answer.json()
            status = health["status"]
        except httpx.HTTPError as error:
            raise UnhealthyError(f"{url} does not answer: {error}") from None
        except (ValueError, KeyError, TypeError):
            raise UnhealthyError(f"{url} does not answer as /health does") from None
        if status != "ok" or answer.status_code != httpx.codes.OK:
            raise UnhealthyError(f"{url} says {status}: {_reasons(health)}")


def _reasons(health: dict[str, dict[str, dict[str, str]]]) -> str:
    checks = health.get("checks") or {}
    failed = [f"{name}: {one['detail']}" for name, one in checks.items() if one["status"] != "ok"]
    return "; ".join(failed) or "no reasons given"
