"""What others run Headcount and its monitoring with.

Files for containers, Kubernetes, Grafana and Prometheus. Owns no dashboards and no rules; what
holds them is generated from ``dashboards/json/`` and ``alerts/*.rules.yml``. How the files are used
say ``deploy/README.md`` and ``docs/monitoring.md``.
"""
