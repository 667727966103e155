"""Puts values into queries as Grafana does it for Prometheus.

Source: grafana/grafana 10.4, packages/grafana-prometheus: ``interpolateQueryExpr`` and its escapes.
"""

import re

from tests.dashboards.boards import VARIABLE

ALL = "$__all"


class Choice:
    """What is chosen in a dashboard's variables: name -> a value, several, or ALL.

    ``offered``: what each variable has to choose from.
    """

    def __init__(self, variables, offered, **chosen):
        self._variables = {one["name"]: one for one in variables}
        self._offered = offered
        self._chosen = dict.fromkeys(offered, ALL) | chosen

    def put_into(self, expression, seconds, scrape_seconds=1):
        """Return the query for a graph of so many seconds, a point a scrape."""
        own = own_values(seconds, scrape_seconds)

        def value(found):
            name = found["braced"] or found["bare"]
            return own[name] if name in own else self._value(name)

        return VARIABLE.sub(value, expression)

    def _value(self, name):
        variable, chosen = self._variables[name], self._chosen[name]
        if chosen == ALL and variable.get("allValue"):
            return variable["allValue"]
        values = self._offered[name] if chosen == ALL else chosen
        if isinstance(values, str) and not (variable.get("multi") or variable.get("includeAll")):
            return values.replace("\\", "\\\\").replace("'", "\\\\'")
        escaped = [escape(one) for one in ([values] if isinstance(values, str) else values)]
        return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def own_values(seconds, scrape_seconds):
    """Return Grafana's own variables. The window of rates holds four scrapes at least."""
    window = max(2 * scrape_seconds, 4 * scrape_seconds)
    return {
        "__interval": f"{scrape_seconds}s",
        "__interval_ms": str(scrape_seconds * 1000),
        "__rate_interval": f"{window}s",
        "__rate_interval_ms": str(window * 1000),
        "__range": f"{seconds}s",
        "__range_s": str(seconds),
        "__range_ms": str(seconds * 1000),
    }


def escape(value):
    """Escape for a regular expression inside of PromQL's quotes, hence twice."""
    return re.sub(r"[$^*{}\[\]'+?.()|]", r"\\\\\g<0>", value.replace("\\", "\\\\\\\\"))
