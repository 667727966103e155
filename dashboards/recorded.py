"""PromQL over what the rules in ``alerts/`` record, and over the alerts that fire.

Rules keep no scrape job, so only namespace and queue filter them.
"""

from alerts.objectives import FAST, SLOW
from dashboards import colours
from dashboards.promql import EACH
from dashboards.scales import steps

SLI = f"{EACH}, sli"
FIRING = 'ALERTS{alertname=~"Headcount.*", alertstate="firing", namespace=~"$namespace"}'
ACTIVE_SINCE = 'ALERTS_FOR_STATE{alertname=~"Headcount.*", namespace=~"$namespace"}'

RATES = sorted(rate for _, _, rate in (*FAST, *SLOW))
BURNING = steps(
    "text", *zip(RATES, (colours.NOTICE, colours.NOTICE, colours.WARN, colours.BAD), strict=True)
)
"""The colours of burn rates: each step is where another alert begins."""


def burn(window: str, sli: str = "wait|success") -> str:
    """Read how many times as fast as allowed error budgets were spent over a window."""
    return _recorded(f"headcount_slo_burn:rate{window}", sli)


def budget_left(sli: str = "wait|success") -> str:
    """Read the share of 30 days' error budget that is left: 1 all, 0 none, below 0 missed."""
    return _recorded("headcount_slo_budget:ratio30d", sli)


def bad_jobs(sli: str = "wait|success") -> str:
    """Read how many jobs of the last hour were bad."""
    return _recorded("headcount_slo_bad:increase1h", sli)


def alerts_firing() -> str:
    """Count alerts that fire; 0 where none does."""
    return f"count ({FIRING}) or vector(0)"


def alerts_since() -> str:
    """Tell since when each firing alert's condition holds; one 0 for "none" where none fires.

    An alert about no queue is about all of them.
    """
    since = f"{ACTIVE_SINCE} * 1000 and ignoring (alertstate) {FIRING}"
    none = 'label_replace(vector(0), "alertname", "none", "", "")'
    listed = f"min by (alertname, queue) ({since}) or on () {none}"
    return f'label_replace({listed}, "queue", "All", "queue", "")'


def _recorded(name: str, sli: str) -> str:
    chosen = f'namespace=~"$namespace", queue=~"$queue", sli=~"{sli}"'
    return f"max by ({SLI}) (namespace_queue_sli:{name}{{{chosen}}})"
