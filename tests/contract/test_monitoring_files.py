"""What Grafana, Prometheus and Kubernetes load is what the repository has, and fits together."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from alerts.generate import FOLDER as RULES
from dashboards.generate import FOLDER as DASHBOARDS
from deploy.generate import list_stale, write
from service.serve.prometheus_config import prometheus_config, shipped_rule_files
from service.settings import load_settings
from tests.programs import installed

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PROMETHEUS = DEPLOY / "prometheus" / "prometheus.yml"
PROVISIONING = DEPLOY / "grafana" / "provisioning"
PAGE = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")

APPLY_BYTES = 256 * 1024
"""``kubectl apply`` keeps a copy of what it applied in an annotation; all of them fit in this."""


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def config_maps(name):
    text = (DEPLOY / "kubernetes" / "monitoring" / name).read_text(encoding="utf-8")
    return list(yaml.safe_load_all(text))


BOARD_MAPS = config_maps("grafana-dashboards.yaml")
(RULES_MAP,) = config_maps("prometheus-rules.yaml")
each_map = pytest.mark.parametrize(
    "config_map", [*BOARD_MAPS, RULES_MAP], ids=lambda one: one["metadata"]["name"]
)


def test_the_config_maps_are_what_the_files_make_them():
    assert list_stale() == [], "run python -m deploy.generate"


def test_a_config_map_that_was_changed_or_is_missing_is_named(tmp_path):
    write(tmp_path)
    assert list_stale(tmp_path) == []
    changed, missing = tmp_path / "grafana-dashboards.yaml", tmp_path / "prometheus-rules.yaml"
    changed.write_text(changed.read_text().replace('grafana_dashboard: "1"', ""))
    missing.unlink()
    assert list_stale(tmp_path) == [changed, missing]


def test_grafanas_sidecar_finds_every_dashboard_in_a_config_map():
    found = {file: json.loads(text) for one in BOARD_MAPS for file, text in one["data"].items()}
    written = {f"headcount-{path.name}": json.loads(path.read_text("utf-8"))
               for path in DASHBOARDS.glob("*.json")}  # fmt: skip
    assert found == written
    for one in BOARD_MAPS:
        assert one["metadata"]["labels"]["grafana_dashboard"] == "1"
        assert set(one["metadata"]["annotations"]) == {"grafana_folder"}


def test_the_config_map_of_rules_has_every_rule_file():
    written = {path.name: path.read_text("utf-8") for path in RULES.glob("*.rules.yml")}
    assert RULES_MAP["data"] == written
    assert f"configMap: {RULES_MAP['metadata']['name']}" in PAGE


@each_map
def test_kubernetes_takes_a_config_map(config_map):
    assert (config_map["apiVersion"], config_map["kind"]) == ("v1", "ConfigMap")
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", config_map["metadata"]["name"])
    for key, text in config_map["data"].items():
        assert re.fullmatch(r"[-._a-zA-Z0-9]{1,253}", key)
        assert isinstance(text, str)
    assert len(json.dumps(config_map)) < APPLY_BYTES


def test_names_of_config_maps_are_their_own():
    names = [one["metadata"]["name"] for one in [*BOARD_MAPS, RULES_MAP]]
    assert len(set(names)) == len(names)


def test_grafana_finds_the_dashboards_where_the_page_puts_them():
    (provider,) = read(PROVISIONING / "dashboards" / "headcount.yaml")["providers"]
    mounts = dict(re.findall(r'-v "\$PWD/([\w/]+):([\w/]+):ro"', PAGE))
    assert mounts == {
        "deploy/grafana/provisioning": "/etc/grafana/provisioning",
        "dashboards/json": provider["options"]["path"],
    }
    assert all((ROOT / path).is_dir() for path in mounts)
    assert f"cp dashboards/json/*.json {provider['options']['path']}/" in PAGE
    assert provider["type"] == "file"
    folder = BOARD_MAPS[0]["metadata"]["annotations"]["grafana_folder"]
    assert provider["folder"] == folder


def test_grafanas_data_source_is_the_prometheus_of_serve_at_its_pace():
    (source,) = read(PROVISIONING / "datasources" / "headcount.yaml")["datasources"]
    settings = load_settings({})
    assert source["type"] == "prometheus"
    assert source["url"] == f"http://127.0.0.1:{settings.prometheus_port}"
    scraped = {read(PROMETHEUS)["global"]["scrape_interval"], served()["global"]["scrape_interval"]}
    assert {source["jsonData"]["timeInterval"]} == scraped


def test_provisioning_has_only_what_grafana_knows():
    """Source: Grafana 10.4, administration/provisioning; it passes over what it does not know."""
    for folder, known in {
        "datasources": {"name", "type", "access", "url", "uid", "isDefault", "jsonData"},
        "dashboards": {
            *("name", "type", "folder", "folderUid", "allowUiUpdates", "disableDeletion"),
            *("updateIntervalSeconds", "options"),
        },
    }.items():
        (path,) = (PROVISIONING / folder).iterdir()
        version, entries = read(path).values()
        assert version == 1
        for entry in entries:
            assert set(entry) <= known


def test_the_example_scrapes_what_serve_scrapes_and_loads_all_rules():
    example = read(PROMETHEUS)
    assert targets(example) == targets(served())
    (pattern,) = example["rule_files"]
    loaded = {path.resolve() for path in PROMETHEUS.parent.glob(pattern)}
    assert loaded == set(shipped_rule_files())


@pytest.mark.needs_prometheus
def test_prometheus_takes_the_example():
    command = [installed("promtool"), "check", "config", PROMETHEUS]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"{len(shipped_rule_files())} rule files found" in checked.stdout


def test_files_that_the_page_names_exist():
    named = re.findall(r"`((?:deploy|dashboards|alerts|tests)/[\w./*-]+)`", PAGE)
    assert named
    assert [path for path in named if not list(ROOT.glob(path.rstrip("/")))] == []


def served():
    return json.loads(prometheus_config(load_settings({}), shipped_rule_files()))


def targets(configuration):
    """Job -> its targets."""
    return {
        job["job_name"]: job["static_configs"][0]["targets"]
        for job in configuration["scrape_configs"]
    }
