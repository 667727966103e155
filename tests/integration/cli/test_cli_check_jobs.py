"""The self-check on job modules: what their classes declare, and what they make of Celery."""

import pytest

from tests.integration.cli.findings import findings

WRONG = "tests.integration.cli.wrong_jobs"

EXPECTED = {
    "a uniqueness shorter than the retries": (
        "warning  workers: ", "UniqueTooBriefly: unique_for=10 ends before its retries do"
    ),
    "runs that expire before the next": (
        "warning  workers: ", "ExpiresBetweenRuns: expires_in=60 is less than the 1 d"
    ),
    "runs longer than the interval": (
        "warning  workers: ", "OverlapsItself: time_limit=300 is more than the 1 min"
    ),
    "a base of one's own": ("problem  celery: ", "uncounted: its base OfAnotherBase is no JobTask"),
    "a queue that nobody has": ("problem  celery: ", "misrouted: queue='urgent' is wrong"),
    "pickle": ("problem  celery: ", "pickled: serializer='pickle' is wrong"),
    "a soft limit after the hard one": ("problem  celery: ", "soft_time_limit=20 is wrong"),
    "a rate limit": ("warning  celery: ", "held_back: rate_limit='1/m'"),
    "endless retries": ("warning  celery: ", "retried_for_ever: max_retries=None"),
    "another app": ("warning  celery: ", "the Celery app 'elsewhere' has tasks of its own"),
    "a schedule that nobody runs": ("problem  celery: ", "entries that nobody runs: nightly"),
    "a broker in the configuration": (
        "problem  celery: ", "app.conf.broker_url is set, and Headcount goes by CELERY_BROKER_URL"
    ),
    "another broker to write to": ("problem  celery: ", "app.conf.broker_write_url is changed"),
    "late acknowledgement off": (
        "problem  celery: ", "app.conf.task_acks_late is False instead of True"
    ),
    "queues made up": (
        "problem  celery: ", "app.conf.task_create_missing_queues is True instead of False"
    ),
    "prefetch": ("problem  celery: ", "app.conf.worker_prefetch_multiplier is 4 instead of 1"),
    "a limit of delayed jobs": ("problem  celery: ", "app.conf.worker_eta_task_limit is 100"),
    "events": ("warning  celery: ", "app.conf.worker_send_task_events is True instead of False"),
    "a grace of Celery's": ("problem  celery: ", "app.conf.worker_soft_shutdown_timeout is 10"),
    "another scheduler": ("problem  celery: ", "app.conf.beat_scheduler is 'redbeat."),
    "a visibility timeout": ("warning  celery: ", "has visibility_timeout, without effect"),
    "a prefix of keys": ("problem  celery: ", "has global_keyprefix, kombu's keys are then others"),
    "priorities": ("problem  celery: ", "broker_transport_options['priority_steps'] is changed"),
}  # fmt: skip


@pytest.fixture(scope="module")
def wrong(headcount_of, shared_broker):
    shared_broker.client.flushall()
    return headcount_of(shared_broker)("check", HEADCOUNT_WORKERS=WRONG)


@pytest.mark.parametrize("named", EXPECTED)
def test_it_names(wrong, named):
    level, words = EXPECTED[named]
    (line,) = [line for line in wrong.stdout.splitlines() if words in line]
    assert line.startswith(level)
    assert wrong.returncode == 1
    assert wrong.stderr == ""


def test_it_names_nothing_else_and_no_password(wrong):
    assert len(findings(wrong)) == len(EXPECTED), wrong.stdout
    assert "secret" not in wrong.stdout


def test_a_module_that_fails_hides_no_other(headcount):
    failing = "no_such_module,tests.integration.jobs.broken_import,tests.sample_jobs"
    done = headcount("check", HEADCOUNT_WORKERS=failing)
    lines = [line for line in done.stdout.splitlines() if line.startswith("problem  workers: ")]
    assert len(lines) == 2
    assert "there is no module 'no_such_module'" in lines[0]
