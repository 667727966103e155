"""What the rule files hold, as Prometheus reads them."""

import yaml

from alerts.generate import FOLDER

PATHS = sorted(FOLDER.glob("*.rules.yml"))
RULES = [
    rule
    for path in PATHS
    for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
ALERTS = [rule for rule in RULES if "alert" in rule]
RECORDED = {rule["record"] for rule in RULES if "record" in rule}
"""Names of the series that rules make."""
