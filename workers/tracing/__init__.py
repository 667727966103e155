"""Spans of jobs, exported over OTLP: imported only where the extra ``otel`` is there and used.

A job's ``send`` span travels in its message as W3C trace context; each attempt is a ``process``
span, made in the process that performs it. Which span that will be, the worker's parent process
chooses beforehand: so it can tell of an attempt whose process was killed, as the same span, and
link the next attempt to it. docs/tracing.md has the names.
"""
