"""The shop's web application: it answers at once and leaves the work to jobs."""

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse

from examples.web_app.jobs import SendInvoice, ThumbnailImage
from service.errors import EnqueueError, SettingsError
from service.telemetry.correlation import CorrelationASGI


def create_app() -> FastAPI:
    """Return the application. It connects to the broker when it first enqueues."""
    app = FastAPI(title="Shop")
    # A request's X-Request-ID becomes the correlation id of every job enqueued for it.
    app.add_middleware(CorrelationASGI)
    app.add_exception_handler(EnqueueError, answer_unavailable)
    app.add_exception_handler(SettingsError, answer_unavailable)

    # Plain functions, not coroutines: enqueuing waits for the broker, in a thread of its own.
    @app.post("/invoices/{invoice_id}", status_code=202)
    def send_invoice(invoice_id: int, urgent: bool = False) -> dict[str, str]:
        return {"job_id": SendInvoice.perform_async(invoice_id, urgent=urgent).id}

    @app.post("/pictures/{picture}/thumbnail", status_code=202)
    def make_thumbnail(picture: str, width: int = 320, delay_seconds: float = 0) -> dict[str, str]:
        return {"job_id": ThumbnailImage.perform_in(delay_seconds, picture, width).id}

    return app


def answer_unavailable(_: Request, error: Exception) -> JSONResponse:
    """Tell the client that its job was not enqueued, and when to try again."""
    return JSONResponse({"detail": str(error)}, 503, {"Retry-After": "10"})
