"""What each colour means, the same on every dashboard.

Red, orange and yellow are kept for trouble: queues, percentiles and
healthy states have none of them. Tasks, error types and workers are nobody's here: Grafana's
palette tells them apart, and means nothing by it.
"""

OK = "green"
NOTICE = "yellow"
WARN = "orange"
BAD = "red"
PLAIN = "blue"
"""A number that is neither good nor bad."""

DISCARDED = "purple"
"""Attempts that ended on purpose without success: neither good nor a failure."""

QUEUES = {"critical": "purple", "default": "blue", "low": "light-green"}
STATES = {"ready": "blue", "scheduled": "purple", "leased": "green", "dead": WARN}
FLOW = {"enqueued": "blue", "ended": "green"}
PERCENTILES = {"p50": "light-blue", "p95": "semi-dark-blue", "p99": "purple"}
SLOTS = {"busy": "blue", "slots": "text"}
