"""The self-check: silent about what is right, one line for each problem."""

import pytest


def test_check_finds_nothing_wrong(said):
    lines = said("check").splitlines()
    assert all(line.startswith("ok ") for line in lines)
    assert any("tests.sample_jobs.Note" in line for line in lines)


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        (
            {"HEADCOUNT_CONCURRENCY": "0", "HEADCOUNT_TIMEZONE": "x"},
            ["HEADCOUNT_CONCURRENCY", "HEADCOUNT_TIMEZONE"],
        ),
        ({"CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}, ["redis://127.0.0.1:1/0"]),
        ({"HEADCOUNT_WORKERS": "no_such_module"}, ["no_such_module"]),
        ({"HEADCOUNT_QUEUES": "default,low"}, ["CriticalNap", "CriticalNote", "HealthCheckWorker"]),
    ],
)
def test_check_names_every_problem_on_a_line_of_its_own(headcount, variables, named):
    done = headcount("check", **variables)
    problems = [line for line in done.stdout.splitlines() if line.startswith("problem ")]
    assert done.returncode == 1
    assert len(problems) == len(named)
    for line, word in zip(sorted(problems), sorted(named), strict=True):
        assert word in line


def test_check_tells_of_an_unsafe_broker(headcount, broker):
    broker.client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        done = headcount("check")
    finally:
        broker.client.config_set("maxmemory-policy", "noeviction")
    assert done.returncode == 1
    assert "problem  broker eviction_policy: " in done.stdout
