"""A small dashboard without a fault, for tests that put one into it."""

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
GRAPH, TABLE = "Depth", "Queues"
SAYS_ENOUGH = "Jobs that are due and wait for a slot, by queue. Worry when they climb and stay."
DEPTH = 'headcount_queue_depth{job=~"$job", queue=~"$queue"}'


def sound_board():
    """Return it anew: whoever asks may change it."""
    datasource = {"name": "datasource", "type": "datasource", "query": "prometheus"}
    return {
        "uid": "headcount-overview",
        "title": "Headcount / Overview",
        "description": "Background jobs at a glance.",
        "tags": ["headcount"],
        "schemaVersion": 39,
        "annotations": {"list": []},
        "templating": {"list": [datasource, _filter("job"), _filter("queue")]},
        "panels": [_panel(1, "timeseries", GRAPH, x=0), _panel(2, "table", TABLE, x=12)],
    }


def _filter(name):
    return {
        "name": name,
        "type": "query",
        "query": {"query": f"label_values(headcount_queue_depth, {name})"},
        "datasource": SOURCE,
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
    }


def _panel(number, kind, title, x):
    instant = kind == "table"
    target = {
        "refId": "A",
        "expr": f"max by (queue, state) ({DEPTH})",
        "legendFormat": "{{queue}} {{state}}",
        "datasource": SOURCE,
        "instant": instant,
        "range": not instant,
    }
    return {
        "id": number,
        "type": kind,
        "title": title,
        "description": SAYS_ENOUGH,
        "datasource": SOURCE,
        "gridPos": {"x": x, "y": 0, "w": 12, "h": 6},
        "targets": [target],
        "options": {},
        "fieldConfig": {"defaults": {"unit": "locale"}, "overrides": []},
    }
