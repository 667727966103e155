"""OpenTelemetry's own variables decide whether there are spans at all."""

import pytest

from service.settings import load_settings
from service.trace_export import TraceExport
from workers.tracing.switch import make_tracing, tracing_problem

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
OF_TRACES = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
HERE = "http://collector:4318"


def traces(**environ):
    return load_settings(environ).traces


def test_without_an_endpoint_nothing_is_traced():
    assert traces() is None
    assert traces(**{ENDPOINT: " "}) is None
    assert traces(OTEL_SERVICE_NAME="shop", OTEL_TRACES_EXPORTER="otlp") is None


@pytest.mark.parametrize("name", [ENDPOINT, OF_TRACES])
def test_an_endpoint_is_enough(name):
    assert traces(**{name: HERE}) == TraceExport(HERE, "http/protobuf")


def test_the_endpoint_of_traces_goes_before_that_of_all_signals():
    assert traces(**{ENDPOINT: HERE, OF_TRACES: "http://x/v1/traces"}).endpoint.startswith(
        "http://x"
    )


@pytest.mark.parametrize(
    "switch",
    [
        {"OTEL_SDK_DISABLED": "true"},
        {"OTEL_SDK_DISABLED": "TRUE"},
        {"OTEL_TRACES_EXPORTER": "none"},
        {"OTEL_TRACES_EXPORTER": "console"},
    ],
)
def test_they_switch_it_off_again(switch):
    assert traces(**{ENDPOINT: HERE}, **switch) is None


def test_other_settings_are_as_they_were():
    assert load_settings({ENDPOINT: HERE, "HEADCOUNT_CONCURRENCY": "3"}).concurrency == 3


def test_a_protocol_that_is_not_spoken_is_named_with_what_mends_it():
    problem = tracing_problem(traces(**{ENDPOINT: HERE, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}))
    assert "OTEL_EXPORTER_OTLP_PROTOCOL='grpc'" in problem
    assert "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf" in problem


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OTEL_BSP_SCHEDULE_DELAY", "-1"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "100000"),
    ],
)
def test_what_opentelemetry_does_not_take_is_a_problem_and_no_error(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert "does not take a variable of its own" in tracing_problem(TraceExport(HERE))
    assert make_tracing(TraceExport(HERE)) is None


def test_nothing_secret_of_an_endpoint_is_shown():
    export = traces(**{ENDPOINT: "https://user:secret@collector:4318/x?key=secret"})
    assert export.host == "collector:4318"


def test_all_is_well_where_the_extra_is_installed():
    assert tracing_problem(TraceExport(HERE)) is None
