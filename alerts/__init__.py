"""Prometheus rules: what pages, what makes a ticket, and where each alert's links lead.

Owns ``*.rules.yml``, which Prometheus 2.42 and later load as they are. What to do about an
alert is in ``docs/runbooks/``; the promtool tests are in ``tests/alerts/``.
"""
