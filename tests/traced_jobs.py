"""Jobs for tests of tracing; a child of their worker performs three of them and is replaced."""

import logging

from opentelemetry import baggage, trace

from tests.sample_jobs import Note
from workers import Worker, app

app.conf.worker_max_tasks_per_child = 3

tracer = trace.get_tracer("shop")  # before there is a provider, as libraries do


class Ship(Worker):
    """Traces a part of itself, says something about itself, logs, and enqueues another job."""

    @classmethod
    def perform(cls):
        trace.get_current_span().set_attribute("parcels", 2)
        with tracer.start_as_current_span("weigh"):
            logging.getLogger("shop").warning("weighed for %s", baggage.get_baggage("customer"))
        Note.perform_async("shipped")


@app.task(bind=True, max_retries=1)
def change(self, number):
    """Retries with another argument."""
    if self.request.retries == 0:
        raise self.retry(args=(number + 1,), countdown=0.1)
