"""The same with Flask: one route, one job."""

from flask import Flask

from examples.web_app.jobs import SendInvoice
from service.errors import EnqueueError, SettingsError
from service.telemetry.correlation import CorrelationWSGI


def create_app() -> Flask:
    """Return the application. It connects to the broker when it first enqueues."""
    app = Flask(__name__)
    # A request's X-Request-ID becomes the correlation id of every job enqueued for it.
    app.wsgi_app = CorrelationWSGI(app.wsgi_app)

    @app.post("/invoices/<int:invoice_id>")
    def send_invoice(invoice_id: int) -> tuple[dict[str, str], int]:
        return {"job_id": SendInvoice.perform_async(invoice_id).id}, 202

    @app.errorhandler(EnqueueError)
    @app.errorhandler(SettingsError)
    def answer_unavailable(error: Exception) -> tuple[dict[str, str], int, dict[str, str]]:
        return {"detail": str(error)}, 503, {"Retry-After": "10"}

    return app
