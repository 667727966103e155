"""Telemetry: events, the metric catalogue, and the listeners that turn one into the other.

Knows no Celery and no Redis: whoever runs jobs emits events, listeners decide what they mean.
"""
