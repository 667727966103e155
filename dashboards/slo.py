"""The SLO dashboard: how much of each queue's error budget is left, and how fast it burns.

It draws what the rules of ``alerts/objectives.py`` record, with lines where their alerts begin.
"""

from grafana_foundation_sdk.builders import table, timeseries
from grafana_foundation_sdk.builders.dashboard import Dashboard, ThresholdsConfig

from alerts.objectives import FAST, SLOW
from dashboards import colours, links
from dashboards.board import add_row, board
from dashboards.graphs import coloured, graph, leading, limited, marked
from dashboards.promql import seen
from dashboards.queries import Query
from dashboards.recorded import BURNING, SLI, bad_jobs, budget_left, burn
from dashboards.scales import TIMES, steps
from dashboards.tables import NAMESPACE, QUEUE, Column, Key, budget_column, rows_by

ABOUT = {"wait": "jobs that begin late", "success": "jobs that end dead"}


def build() -> Dashboard:
    """Build the dashboard."""
    dashboard = board(
        "slo",
        "SLO",
        "What users may expect of each queue, how much of the error budget of 30 days is left, and "
        "how fast it burns.",
    )
    dashboard.time("now-7d", "now")
    add_row(dashboard, 8, _objectives().span(24))
    add_row(dashboard, 8, *(_spent(sli).span(12) for sli in ABOUT))
    add_row(dashboard, 8, *(_burning_fast(sli).span(12) for sli in ABOUT))
    add_row(dashboard, 8, *(_burning_slowly(sli).span(12) for sli in ABOUT))
    add_row(dashboard, 7, *(_bad(sli).span(12) for sli in ABOUT))
    return dashboard


def _objectives() -> table.Panel:
    return rows_by(
        (NAMESPACE, QUEUE, Key("sli", "Objective", 90)),
        "Objectives",
        "Each queue's objectives: wait, that jobs begin within a time, and success, that they do "
        "not end dead. Burn: how many times as fast as allowed the budget was spent. Worry about "
        "14 over an hour, 1 over three days, and where little is left.",
        Column("Promised", seen("headcount_slo_objective_ratio", SLI), "percentunit", decimals=1),
        Column("Within", _within(), "s", instead={0: ("-", "text")}),
        *(
            Column(f"Burn {window}", burn(window), TIMES, BURNING, decimals=1)
            for window in ("5m", "1h", "6h", "1d", "3d")
        ),
        Column("Bad, 1h", bad_jobs(), decimals=0),
        budget_column("Budget left", budget_left()),
    )


def _within() -> str:
    """Read within how many seconds jobs should begin; 0 of other objectives."""
    threshold = seen("headcount_slo_threshold_seconds", SLI)
    return f"{threshold} or 0 * {seen('headcount_slo_objective_ratio', SLI)}"


def _spent(sli: str) -> timeseries.Panel:
    panel = _by_queue(
        f"Budget spent on {ABOUT[sli]}",
        f"Share of 30 days' error budget that {ABOUT[sli]} have spent. Worry when it climbs "
        "steadily towards 100 %: beyond it the objective is missed.",
        Query(f"max by (queue) ({burn('30d', sli)})", "{{queue}}"),
    )
    panel = marked(panel.thresholds(steps("transparent", (1, colours.BAD))))
    return panel.unit("percentunit").axis_soft_max(1.2)


def _burning_fast(sli: str) -> timeseries.Panel:
    return _burning(
        f"Burn of {ABOUT[sli]}, over an hour",
        f"How many times as fast as allowed {ABOUT[sli]} spend the budget, over 1 h, and dashed "
        "over 5 min. Worry above the upper line: the budget is gone within two days. Above the "
        "lower one for 6 h: within five.",
        sli,
        ("1h", "5m"),
        _lines(FAST, colours.WARN, colours.BAD),
    )


def _burning_slowly(sli: str) -> timeseries.Panel:
    return _burning(
        f"Burn of {ABOUT[sli]}, over a day",
        f"How many times as fast as allowed {ABOUT[sli]} spend the budget, over 1 day, and dashed "
        "over 2 h. Worry above the upper line: the budget is gone within ten days. Above the lower "
        "one for three days: the objective is missed.",
        sli,
        ("1d", "2h"),
        _lines(SLOW, colours.NOTICE, colours.WARN),
    )


def _lines(alerts: tuple[tuple[str, str, float], ...], lower: str, upper: str) -> ThresholdsConfig:
    rates = sorted(rate for _, _, rate in alerts)
    return steps("transparent", *zip(rates, (lower, upper), strict=True))


def _burning(
    title: str, description: str, sli: str, windows: tuple[str, str], lines: ThresholdsConfig
) -> timeseries.Panel:
    long, short = windows
    panel = _by_queue(
        title,
        description,
        Query(f"max by (queue) ({burn(long, sli)})", "{{queue}}"),
        Query(f"max by (queue) ({burn(short, sli)})", f"{{{{queue}}}}, {short}"),
    )
    return limited(marked(panel.thresholds(lines)), 1).unit(TIMES).axis_soft_max(2)


def _bad(sli: str) -> timeseries.Panel:
    panel = _by_queue(
        f"{ABOUT[sli].capitalize()}, in an hour",
        f"How many {ABOUT[sli]} there were in the hour before. Fewer than ten raise no alert: two "
        "of three jobs at night are no trend.",
        Query(f"sum by (queue) ({bad_jobs(sli)})", "{{queue}}"),
    )
    return panel.unit("locale").axis_soft_max(10)


def _by_queue(title: str, description: str, *queries: Query) -> timeseries.Panel:
    shades = {f"{queue}(,.*)?": colour for queue, colour in colours.QUEUES.items()}
    panel = coloured(graph(title, description, *queries), shades)
    return leading(panel, links.to_queue_of_line())
