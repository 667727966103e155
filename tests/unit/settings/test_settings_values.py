"""Every variable: its default, its bounds, and what happens to a wrong value."""

from pathlib import Path

import pytest

from service.errors import SettingsError
from service.settings import Settings, load_settings

VARIABLES = {str(field.alias): name for name, field in Settings.model_fields.items()}

DEFAULTS = {
    "CELERY_BROKER_URL": None,
    "CELERY_RESULT_BACKEND": None,
    "HEADCOUNT_WORKERS": (),
    "HEADCOUNT_CONCURRENCY": 8,
    "HEADCOUNT_PREFETCH": 1,
    "HEADCOUNT_QUEUES": ("critical", "default", "low"),
    "HEADCOUNT_HOST": "127.0.0.1",
    "HEADCOUNT_HTTP_PORT": 8000,
    "HEADCOUNT_METRICS_PORT": 9808,
    "HEADCOUNT_FLOWER_PORT": 5555,
    "HEADCOUNT_PROMETHEUS_PORT": 9090,
    "HEADCOUNT_STATE_DIR": Path(".headcount"),
    "HEADCOUNT_LEASE_SECONDS": 60,
    "HEADCOUNT_LOG_FORMAT": None,
    "HEADCOUNT_LOG_LEVEL": "info",
    "HEADCOUNT_HEALTH_URL": None,
    "HEADCOUNT_GRAFANA_URL": None,
    "HEADCOUNT_SENTINEL_MASTER": "mymaster",
    "HEADCOUNT_SENTINEL_USER": "",
    "HEADCOUNT_SENTINEL_PASSWORD": "",
    "HEADCOUNT_FLOWER_USER": "",
    "HEADCOUNT_FLOWER_PASSWORD": "",
    "HEADCOUNT_SHUTDOWN_GRACE_SECONDS": 30,
    "HEADCOUNT_CHILD_MEMORY_MIB": 0,
    "HEADCOUNT_CANARIES": False,
}

RIGHT = [
    ("CELERY_BROKER_URL", "redis://broker", "redis://broker"),
    ("CELERY_BROKER_URL", "rediss://user:pw@broker:6380/3", "rediss://user:pw@broker:6380/3"),
    ("CELERY_BROKER_URL", "redis://[::1]:6379/0", "redis://[::1]:6379/0"),
    ("CELERY_BROKER_URL", "sentinel://a:26379;sentinel://b", "sentinel://a:26379;sentinel://b"),
    ("CELERY_RESULT_BACKEND", "redis://results/1", "redis://results/1"),
    ("HEADCOUNT_WORKERS", "mail, billing.jobs,", ("mail", "billing.jobs")),
    ("HEADCOUNT_CONCURRENCY", "1", 1),
    ("HEADCOUNT_CONCURRENCY", "1000", 1000),
    ("HEADCOUNT_PREFETCH", "1000", 1000),
    ("HEADCOUNT_QUEUES", "low, critical", ("critical", "low")),
    ("HEADCOUNT_HOST", "::", "::"),
    ("HEADCOUNT_HOST", "jobs.internal", "jobs.internal"),
    ("HEADCOUNT_HTTP_PORT", "65535", 65535),
    ("HEADCOUNT_METRICS_PORT", "0", 0),
    ("HEADCOUNT_STATE_DIR", "/var/lib/x y", Path("/var/lib/x y")),
    ("HEADCOUNT_LEASE_SECONDS", "3", 3),
    ("HEADCOUNT_LEASE_SECONDS", "86400", 86400),
    ("HEADCOUNT_SHUTDOWN_GRACE_SECONDS", "0", 0),
    ("HEADCOUNT_LOG_FORMAT", "JSON", "json"),
    ("HEADCOUNT_LOG_FORMAT", "console", "console"),
    ("HEADCOUNT_LOG_LEVEL", "Warning", "warning"),
    ("HEADCOUNT_HEALTH_URL", "https://sidecar/health", "https://sidecar/health"),
    ("HEADCOUNT_GRAFANA_URL", "https://g/d/headcount-overview", "https://g/d/headcount-overview"),
    ("HEADCOUNT_CANARIES", "true", True),
    ("HEADCOUNT_CANARIES", "False", False),
]

WRONG = [
    ("CELERY_BROKER_URL", "amqp://broker", "redis://, rediss:// or sentinel://"),
    ("CELERY_BROKER_URL", "broker:6379", "redis://, rediss:// or sentinel://"),
    ("CELERY_BROKER_URL", "redis://", "with a host"),
    ("CELERY_BROKER_URL", "redis://a b/0", "with a host"),
    ("CELERY_BROKER_URL", "redis://broker:99999", "1 to 65535"),
    ("CELERY_BROKER_URL", "redis://broker:0", "1 to 65535"),
    ("CELERY_BROKER_URL", "redis://broker/jobs", "database number"),
    ("CELERY_BROKER_URL", "sentinel://a;b", "redis://, rediss:// or sentinel://"),
    ("CELERY_RESULT_BACKEND", "db+sqlite:///x", "redis://, rediss:// or sentinel://"),
    ("HEADCOUNT_WORKERS", "my-module", "importable module names"),
    ("HEADCOUNT_WORKERS", "a..b", "importable module names"),
    ("HEADCOUNT_WORKERS", "jobs/mail.py", "importable module names"),
    ("HEADCOUNT_CONCURRENCY", "0", "a whole number from 1 to 1000"),
    ("HEADCOUNT_CONCURRENCY", "1001", "a whole number from 1 to 1000"),
    ("HEADCOUNT_CONCURRENCY", "2.5", "a whole number from 1 to 1000"),
    ("HEADCOUNT_CONCURRENCY", "many", "a whole number from 1 to 1000"),
    ("HEADCOUNT_PREFETCH", "-1", "a whole number from 1 to 1000"),
    ("HEADCOUNT_QUEUES", "urgent", "some of critical,default,low"),
    ("HEADCOUNT_QUEUES", "low,low", "each once"),
    ("HEADCOUNT_QUEUES", ",", "some of critical,default,low"),
    ("HEADCOUNT_HOST", "http://0.0.0.0", "an IP address or a host name"),
    ("HEADCOUNT_HTTP_PORT", "0", "a whole number from 1 to 65535"),
    ("HEADCOUNT_HTTP_PORT", "65536", "a whole number from 1 to 65535"),
    ("HEADCOUNT_METRICS_PORT", "-1", "a whole number from 0 to 65535"),
    ("HEADCOUNT_FLOWER_PORT", "tcp://10.0.0.1:80", "a whole number from 1 to 65535"),
    ("HEADCOUNT_PROMETHEUS_PORT", "x", "a whole number from 1 to 65535"),
    ("HEADCOUNT_LEASE_SECONDS", "2.9", "a number from 3 to 86400"),
    ("HEADCOUNT_LEASE_SECONDS", "nan", "a number from 3 to 86400"),
    ("HEADCOUNT_LEASE_SECONDS", "inf", "a number from 3 to 86400"),
    ("HEADCOUNT_LEASE_SECONDS", "60s", "a number from 3 to 86400"),
    ("HEADCOUNT_SHUTDOWN_GRACE_SECONDS", "-1", "a number from 0 to 86400"),
    ("HEADCOUNT_CHILD_MEMORY_MIB", "-1", "a whole number from 0 to 1048576"),
    ("HEADCOUNT_LOG_FORMAT", "xml", "'json' or 'console'"),
    ("HEADCOUNT_LOG_LEVEL", "loud", "'debug', 'info', 'warning', 'error' or 'critical'"),
    ("HEADCOUNT_HEALTH_URL", "localhost:8000", "http:// or https://"),
    ("HEADCOUNT_HEALTH_URL", "http://x:99999", "1 to 65535"),
    ("HEADCOUNT_TIMEZONE", "Mars/Olympus", "IANA time zone database"),
    ("HEADCOUNT_TIMEZONE", "../etc/passwd", "IANA time zone database"),
    ("HEADCOUNT_CANARIES", "yes", "true or false"),
    ("HEADCOUNT_CANARIES", "1", "true or false"),
]


def load(**environ: str):
    return load_settings(environ)


def refusal(**environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(**environ)
    return str(caught.value)


@pytest.mark.parametrize(("variable", "value"), DEFAULTS.items(), ids=DEFAULTS)
def test_unset_means_the_default(variable, value):
    assert getattr(load(), VARIABLES[variable]) == value


def test_the_default_timezone_is_utc():
    assert load().timezone.key == "UTC"


def test_every_variable_has_its_default_tested():
    assert {*DEFAULTS, "HEADCOUNT_TIMEZONE"} == VARIABLES.keys()


@pytest.mark.parametrize("variable", VARIABLES)
def test_empty_and_blank_mean_unset(variable):
    assert load(**{variable: ""}) == load(**{variable: "  "}) == load()


@pytest.mark.parametrize(("variable", "text", "value"), RIGHT)
def test_a_right_value_is_taken(variable, text, value):
    assert getattr(load(**{variable: f" {text} "}), VARIABLES[variable]) == value


@pytest.mark.parametrize(("variable", "text", "allowed"), WRONG)
def test_a_wrong_value_is_one_line_with_variable_value_and_what_is_allowed(variable, text, allowed):
    message = refusal(**{variable: text})
    assert len(message.splitlines()) == 1
    assert message.startswith(f"{variable}={text!r} is wrong; allowed: ")
    assert allowed in message


def test_several_wrong_values_are_a_line_each():
    message = refusal(
        HEADCOUNT_CONCURRENCY="no", HEADCOUNT_HTTP_PORT="0", HEADCOUNT_LOG_LEVEL="x\ny"
    )
    named = [line.partition("=")[0] for line in message.splitlines()]
    assert named == ["HEADCOUNT_CONCURRENCY", "HEADCOUNT_HTTP_PORT", "HEADCOUNT_LOG_LEVEL"]


@pytest.mark.parametrize(
    "url",
    [
        "amqp://user:SECRET@host/0",
        "redis://:SECRET@host:99999",
        "redis://:SECRET",
        "redis://:p@SECRET@host/x",
        "redis://u:SECRET/slash@host:1/0",
        "redis://host/x?password=SECRET",
        "sentinel://:SECRET@a;http://:SECRET@b",
        "sentinel://:x@a;http://:SECRET",
        "redis://user:SECRET",
        "redis://user:SECRET%40host:6379/0",
        "redis://host:6379:SECRET/0",
        "redis:user:SECRET",
        "redis://host&password=SECRET",
    ],
)
@pytest.mark.parametrize(
    "variable", ["CELERY_BROKER_URL", "CELERY_RESULT_BACKEND", "HEADCOUNT_HEALTH_URL"]
)
def test_a_wrong_url_is_shown_without_its_password(variable, url):
    assert "SECRET" not in refusal(**{variable: url})


@pytest.mark.parametrize(
    ("url", "shown"),
    [("redis://broker:port", "redis://broker:…"), ("redis://[::1", "redis://[:…")],
)
def test_of_a_wrong_url_what_is_no_port_is_not_shown(url, shown):
    assert refusal(CELERY_BROKER_URL=url).startswith(f"CELERY_BROKER_URL={shown!r} is wrong")


def test_a_link_on_the_status_page_may_not_have_a_password():
    message = refusal(HEADCOUNT_GRAFANA_URL="https://user:SECRET@grafana.example")
    assert "whoever sees the status page sees it" in message
    assert "SECRET" not in message


def test_passwords_are_no_part_of_how_settings_print():
    assert "SECRET" not in repr(load(HEADCOUNT_FLOWER_PASSWORD="SECRET"))


def test_variables_of_others_are_left_alone():
    service_links = {
        "HEADCOUNT_PORT": "tcp://10.96.0.7:8000",
        "HEADCOUNT_SERVICE_HOST": "10.96.0.7",
        "HEADCOUNT_PORT_8000_TCP_PROTO": "tcp",
        "CELERY_SOMETHING": "else",
    }
    assert load(**service_links) == load()


def test_a_missing_broker_says_what_to_set():
    with pytest.raises(SettingsError, match=r"^CELERY_BROKER_URL is not set; allowed: .*rediss://"):
        load().require_broker()


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/health"),
        ("0.0.0.0", "http://127.0.0.1:8000/health"),
        ("::", "http://127.0.0.1:8000/health"),
        ("::1", "http://[::1]:8000/health"),
        ("10.1.2.3", "http://10.1.2.3:8000/health"),
    ],
)
def test_the_health_check_asks_this_machines_sidecar(host, asked):
    assert load(HEADCOUNT_HOST=host).sidecar_health_url() == asked


def test_the_health_check_asks_what_it_is_told_to():
    url = "http://sidecar.jobs:8000/health"
    assert load(HEADCOUNT_HEALTH_URL=url).sidecar_health_url() == url
