"""The stack's own Prometheus: its configuration is valid, and it scrapes both listeners."""

import json
import signal
import subprocess
import urllib.request

import pytest

from service.serve.prometheus_config import prometheus_config, shipped_rule_files
from service.settings import load_settings
from tests.programs import installed
from tests.waiting import wait_until

pytestmark = pytest.mark.needs_prometheus

RULES = """\
groups:
  - name: one
    rules:
      - alert: StubDown
        expr: stub_up == 0
"""


def check_config(path):
    return subprocess.run(
        [installed("promtool"), "check", "config", path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "environ", [{}, {"HEADCOUNT_HOST": "::1"}, {"HEADCOUNT_METRICS_PORT": "0"}], ids=str
)
def test_promtool_accepts_the_configuration(tmp_path, environ):
    rules = tmp_path / "a b.rules.yml"
    rules.write_text(RULES)
    config = tmp_path / "prometheus.yml"
    config.write_text(prometheus_config(load_settings(environ), [rules]))
    checked = check_config(config)
    assert checked.returncode == 0, checked.stderr
    assert "1 rules found" in checked.stdout


def test_promtool_accepts_the_configuration_with_the_shipped_rules(tmp_path):
    config = tmp_path / "prometheus.yml"
    config.write_text(prometheus_config(load_settings({}), shipped_rule_files()))
    checked = check_config(config)
    assert checked.returncode == 0, checked.stderr


def test_only_rule_files_are_loaded(tmp_path):
    for name in ("b.rules.yml", "a.rules.yml", "a.tests.yml", "rules.py"):
        (tmp_path / name).touch()
    assert [path.name for path in shipped_rule_files(tmp_path)] == ["a.rules.yml", "b.rules.yml"]


def test_prometheus_scrapes_worker_and_sidecar_every_five_seconds(serve, stack_environ):
    installed("prometheus")
    run = serve()
    run.wait_for("Ctrl-C stops everything")
    base = f"http://127.0.0.1:{stack_environ['HEADCOUNT_PROMETHEUS_PORT']}"

    def targets():
        with urllib.request.urlopen(f"{base}/api/v1/targets") as reply:
            return json.load(reply)["data"]["activeTargets"]

    wait_until(lambda: [target["health"] for target in targets()] == ["up", "up"], 20)
    assert {target["labels"]["job"] for target in targets()} == {
        "headcount-worker",
        "headcount-sidecar",
    }
    assert {target["scrapeInterval"] for target in targets()} == {"5s"}
    run.signal(signal.SIGINT)
    assert run.exit_status() == 0
