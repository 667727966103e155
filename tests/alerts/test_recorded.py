"""All rules on what a real stack did, as record.py recorded it."""

from pathlib import Path

import pytest
import yaml

from tests.alerts.promtool_cases import check_what_fires
from tests.alerts.recording import TOLD_SECONDS, count_samples
from tests.alerts.situations import critical, warning

RECORDED = Path(__file__).parent / "recorded"

FIRES = {
    "idle": set(),
    # A backlog, retries and a killed child are everyday life.
    "busy": set(),
    "failing": {
        warning("HeadcountFailuresHigh"),
        warning("HeadcountDeadSetGrowing"),
        critical("HeadcountObjectiveBurnsFast"),
    },
    "worker_killed": {warning("HeadcountLeasesExpire"), warning("HeadcountWorkerSilent")},
    "broker_stopped": {critical("HeadcountBrokerDown")},
}
"""Scene -> what fires in it."""

OVER = {"broker_stopped"}
"""Scenes in whose end all is well again."""


@pytest.mark.needs_prometheus
@pytest.mark.parametrize("scene", FIRES)
def test_these_alerts_fire_on_what_was_recorded(scene, promtool, tmp_path):
    series = read_recorded(scene)
    minutes = max(count_samples(one["values"]) for one in series) * TOLD_SECONDS // 60
    case = {"interval": f"{TOLD_SECONDS}s", "input_series": series}
    left = set() if scene in OVER else FIRES[scene]
    check_what_fires(promtool, case, minutes, FIRES[scene], tmp_path, left)


def test_every_scene_is_recorded_and_every_recording_has_a_test():
    assert {path.stem for path in RECORDED.glob("*.yml")} == set(FIRES)


def test_a_real_stack_writes_the_bounds_of_buckets_as_the_rules_do():
    names = [one["series"] for scene in FIRES for one in read_recorded(scene)]
    bounds = {name.split('le="')[1].split('"')[0] for name in names if 'le="' in name}
    assert bounds == {"10.0", "60.0", "300.0"}


def read_recorded(scene):
    return yaml.safe_load((RECORDED / f"{scene}.yml").read_text(encoding="utf-8"))
