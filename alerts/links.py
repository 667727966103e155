"""Where the links in every alert lead; the generator adds them, a test holds the rules to it."""

RUNBOOK_BASE = "https://github.com/headcount-jobs/headcount/blob/main/docs/runbooks/"

DASHBOARD_BASE = "/d/headcount-"
"""Below Grafana's own address, which only an installation knows: its alert templates add it."""


def runbook_url(alert: str) -> str:
    """Return the address of an alert's runbook."""
    return f"{RUNBOOK_BASE}{alert}.md"


def dashboard_url(by_queue: bool) -> str:
    """Return the dashboard to look at: the alert's queue, or the Overview of all."""
    board = "queue?var-queue={{ $labels.queue }}" if by_queue else "overview"
    return f"{DASHBOARD_BASE}{board}"
