"""The sidecar: health, probes, queues, workers, metrics and the status page over HTTP.

It only reads, and answers every request from one snapshot of the broker taken once a second.
Never imports ``workers``.
"""
