"""PromQL that rules share.

Every sidecar reads the same broker: its series are aggregated with max, never sum. Every worker
counts its own jobs: those are summed. ``namespace`` keeps installations apart that one Prometheus
scrapes; where nothing sets it, it is empty and harmless.
"""

EACH = "namespace, queue"


def seen(name: str, by: str = "namespace", **labels: str) -> str:
    """Read a gauge of the sidecars."""
    return f"max by ({by}) ({name}{_matching(labels)})"


def age(name: str, by: str = "namespace") -> str:
    """Return how old a timestamp of the sidecars was when scraped; rare scrapes age nothing."""
    return f"min by ({by}) (timestamp({name}) - {name})"


def ledger(function: str, window: str, states: str, by: str = EACH) -> str:
    """Return ``rate`` or ``increase`` of the ledger's counts, added up over ``states``."""
    counts = f"{function}(headcount_jobs_total{_matching({'state': states})}[{window}])"
    return f"sum by ({by}) (max by (namespace, queue, state) ({counts}))"


def counted(name: str, function: str, window: str, by: str = EACH, **labels: str) -> str:
    """Return ``rate`` or ``increase`` of the workers' counters, added up."""
    return f"sum by ({by}) ({function}({name}{_matching(labels)}[{window}]))"


def _matching(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    pairs = [f'{label}{"=~" if "|" in text else "="}"{text}"' for label, text in labels.items()]
    return "{" + ", ".join(pairs) + "}"
