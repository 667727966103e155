"""All rules together, in half hours that must page nobody and in some that must."""

import pytest

from tests.alerts.promtool_cases import check_what_fires
from tests.alerts.situations import HARMFUL, HARMLESS
from tests.alerts.stack_series import MINUTES, SECONDS

SITUATIONS = [make() for make in HARMLESS + HARMFUL]


@pytest.mark.needs_prometheus
@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.name)
def test_these_alerts_fire_and_no_others(situation, promtool, tmp_path):
    case = {"interval": f"{SECONDS}s", "input_series": situation.input_series()}
    check_what_fires(promtool, case, MINUTES, situation.fires, tmp_path)


@pytest.mark.parametrize("make", HARMLESS, ids=lambda make: make.__name__)
def test_a_harmless_situation_pages_nobody(make):
    assert not [alert for alert, severity, _ in make().fires if severity == "critical"]
