"""Prometheus rules: what pages, what makes a ticket, and where each alert's links lead.

The rules are Python, one module per subject; ``*.rules.yml`` beside them are made of it
(``python -m alerts.generate``), and Prometheus 2.42 and later load those as they are. What to do
about an alert is in ``docs/runbooks/``; the promtool tests are in ``tests/alerts/``.
"""
