"""Grafana dashboards as code: one module a dashboard, its JSON beside it in ``json/``.

Owns what is drawn and how it looks. Metric names come from ``service.telemetry.catalogue``;
alert rules live in ``alerts/``. ``python -m dashboards.generate`` writes the JSON anew.
"""
