"""What others run Headcount and its monitoring with: image, compose, Kubernetes, Grafana, Prometheus.

Owns no dashboards and no rules; what holds them is generated from ``dashboards/json/`` and
``alerts/*.rules.yml``. ``docs/monitoring.md`` says how the files are used.
"""
