"""What others run Headcount's monitoring with: files for Grafana, Prometheus and Kubernetes.

Owns no dashboards and no rules; what holds them is generated from ``dashboards/json/`` and
``alerts/*.rules.yml``. ``docs/monitoring.md`` says how the files are used.
"""
