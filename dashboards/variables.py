"""The variables at the top of every dashboard.

A new one is one function here and one matcher in ``promql.series``.
"""

from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.dashboard import (
    VariableOption,
    VariableRefresh,
    VariableSort,
)

DATASOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
ALL = VariableOption(selected=True, text="All", value="$__all")


def datasource() -> DatasourceVariable:
    """Offer every Prometheus that Grafana knows; no dashboard names one by itself."""
    return DatasourceVariable("datasource").label("Prometheus").type("prometheus")


def job() -> QueryVariable:
    """Offer the scrape jobs of workers and sidecars."""
    names = '{__name__=~"headcount_worker_slots|headcount_broker_up"}'
    return _label_values("job", "Job", f"label_values({names}, job)")


def namespace() -> QueryVariable:
    """Offer the namespaces of installations; where nothing sets any, All stands for none."""
    return _label_values("namespace", "Namespace", "label_values(headcount_queue_depth, namespace)")


def queue() -> QueryVariable:
    """Offer the queues that the sidecars see."""
    return _label_values("queue", "Queue", "label_values(headcount_queue_depth, queue)")


def task() -> QueryVariable:
    """Offer the tasks of the chosen queues."""
    tasks = 'headcount_jobs_started_total{queue=~"$queue"}'
    return _label_values("task", "Task", f"label_values({tasks}, task)")


def _label_values(name: str, label: str, query: str) -> QueryVariable:
    return (
        QueryVariable(name)
        .label(label)
        .datasource(DATASOURCE)
        .query({"query": query, "refId": f"Variable-{name}"})
        .definition(query)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(ALL)
    )
