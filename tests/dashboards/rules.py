"""All rules for dashboards, by name."""

from tests.dashboards.board_rules import BOARD_RULES
from tests.dashboards.panel_rules import PANEL_RULES
from tests.dashboards.query_rules import QUERY_RULES

RULES = {rule.__name__: rule for rule in (*BOARD_RULES, *PANEL_RULES, *QUERY_RULES)}
