"""The fire drill: its faults name alerts that exist, and one of them is gone through for real."""

import subprocess
import sys
from pathlib import Path

import pytest

from drill.faults import FAULTS
from tests.alerts.rule_files import ALERTS
from tests.programs import installed

ROOT = Path(__file__).parents[2]


def test_every_alert_that_a_fault_may_raise_exists():
    named = {name for fault in FAULTS for name in (fault.alert, *fault.also)}
    assert named <= {alert["alert"] for alert in ALERTS}


def test_no_two_faults_have_one_name():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@pytest.mark.needs_prometheus
def test_a_fault_raises_its_alert_which_resolves_after_the_cure():
    installed("prometheus")
    installed("alertmanager", "prometheus-alertmanager")
    drill = subprocess.run(
        [sys.executable, "-m", "drill", "Beat stopped"],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert drill.returncode == 0, drill.stdout + drill.stderr
    assert "| Beat stopped | HeadcountBeatSilent |" in drill.stdout
