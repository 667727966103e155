"""compose.yaml is what Compose takes, and its parts fit together."""

import json
import subprocess
from importlib import resources

import jsonschema
import pytest
import yaml

from service.settings import Settings, load_settings
from tests.deploy.manifests import DEPLOY
from tests.programs import installed

COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
PROMETHEUS = yaml.safe_load((DEPLOY / "compose" / "prometheus.yml").read_text())
DEFAULTS = load_settings({})
OURS = {"worker", "beat", "sidecar", "flower"}
PORTS = {
    "sidecar": DEFAULTS.http_port,
    "flower": DEFAULTS.flower_port,
    "worker": DEFAULTS.metrics_port,
    "prometheus": 9090,
    "alertmanager": 9093,
    "grafana": 3000,
}


def compose_schema():
    folder = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    return json.loads((folder / "compose-spec.json").read_text())


def test_compose_takes_it():
    jsonschema.validate(COMPOSE, compose_schema())


def test_an_unknown_key_of_a_service_is_found():
    spoilt = {**COMPOSE, "services": {"worker": {**SERVICES["worker"], "replica": 3}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoilt, compose_schema())


def test_one_image_runs_every_process_by_its_command():
    assert {name for name, one in SERVICES.items() if one["image"] == "headcount:0.1.0"} == OURS
    assert all(SERVICES[name]["command"] == [name] for name in OURS)
    assert [name for name, one in SERVICES.items() if "build" in one] == ["worker"]
    context = DEPLOY / SERVICES["worker"]["build"]["context"]
    assert (context / SERVICES["worker"]["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_process_of_ours_writes_nowhere_but_to_tmp_and_gains_nothing(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]
    assert service["init"] is True


def test_no_process_gains_privileges():
    assert {tuple(one["security_opt"]) for one in SERVICES.values()} == {
        ("no-new-privileges:true",)
    }


@pytest.mark.parametrize("name", sorted(OURS))
def test_settings_are_allowed_as_they_stand_unless_somebody_sets_others(name):
    given = {key: default_of(value) for key, value in SERVICES[name]["environment"].items()}
    assert given.keys() <= {str(field.alias) for field in Settings.model_fields.values()}
    load_settings(given)


def test_a_worker_has_the_time_to_drain():
    worker = SERVICES["worker"]
    grace = float(worker["environment"]["HEADCOUNT_SHUTDOWN_GRACE_SECONDS"])
    assert float(worker["stop_grace_period"].removesuffix("s")) > grace + 5


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_is_published_is_the_port_of_its_process_on_this_machine_only(name):
    for published in SERVICES[name].get("ports", ()):
        assert published == f"127.0.0.1:{PORTS[name]}:{PORTS[name]}"


def test_every_image_is_named_by_its_version():
    tags = [service["image"].partition(":")[2] for service in SERVICES.values()]
    assert all(tag not in ("", "latest") for tag in tags)


def test_files_that_are_mounted_exist():
    for service in SERVICES.values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (DEPLOY / source).exists(), volume


def test_prometheus_scrapes_every_worker_and_sidecar():
    scraped = {
        name: config["port"]
        for job in PROMETHEUS["scrape_configs"]
        for config in job["dns_sd_configs"]
        for name in config["names"]
    }
    assert scraped == {name: PORTS[name] for name in ("worker", "sidecar")}
    [managers] = PROMETHEUS["alerting"]["alertmanagers"]
    assert managers["static_configs"] == [{"targets": [f"alertmanager:{PORTS['alertmanager']}"]}]


@pytest.mark.needs_prometheus
def test_prometheus_and_alertmanager_take_their_configurations(tmp_path):
    # As mounted: the rules are where the container has them.
    config = tmp_path / "prometheus.yml"
    rules = DEPLOY.parent / "alerts"
    config.write_text(
        (DEPLOY / "compose" / "prometheus.yml")
        .read_text()
        .replace("/etc/prometheus/rules", str(rules))
    )
    assert f"{rules}:" not in config.read_text()
    checked = run(installed("promtool"), "check", "config", config)
    assert f"{len(list(rules.glob('*.rules.yml')))} rule files found" in checked
    run(installed("amtool"), "check-config", rules / "alertmanager.yml")


def test_grafana_finds_its_source_and_the_dashboards_where_they_are_mounted():
    mounts = dict(volume.split(":")[:2] for volume in SERVICES["grafana"]["volumes"])
    [source] = read(DEPLOY / "compose" / "datasources" / "headcount.yaml")["datasources"]
    assert source["url"] == f"http://prometheus:{PORTS['prometheus']}"
    assert source["jsonData"]["timeInterval"] == PROMETHEUS["global"]["scrape_interval"]
    assert mounts["./compose/datasources"] == "/etc/grafana/provisioning/datasources"
    provisioning = "./grafana/provisioning/dashboards"
    assert mounts[provisioning] == "/etc/grafana/provisioning/dashboards"
    [provider] = read(DEPLOY / provisioning / "headcount.yaml")["providers"]
    assert mounts["../dashboards/json"] == provider["options"]["path"]
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    folder, _, name = home.rpartition("/")
    assert folder == provider["options"]["path"]
    assert (DEPLOY / "../dashboards/json" / name).exists()


def default_of(value):
    """``${NAME:-default}`` as Compose reads it where NAME is not set."""
    before, _, rest = value.partition("${")
    named, _, after = rest.partition("}")
    return before + named.partition(":-")[2] + after if rest else value


def read(path):
    return yaml.safe_load(path.read_text())


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
