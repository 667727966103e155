"""Whether a job may go to the broker without passing through Celery, at a third of the price.

It may while nobody could tell the difference: nobody listens to the signals of publishing, nobody
has wrapped what publishes, and what decides on messages is as Headcount configures it.
"""

from typing import TYPE_CHECKING, Any

from celery import Celery, signals
from celery.app.task import Task
from kombu import Producer

from service.broker_address import broker_address

if TYPE_CHECKING:
    from workers.celery_app import HeadcountCelery

DECIDES: dict[str, Any] = {
    "task_annotations": None,
    "task_compression": None,
    "task_default_delivery_mode": 2,
    "task_default_priority": None,
    "task_inherit_parent_priority": False,
    "task_protocol": 2,
    "task_send_sent_event": False,
    "task_serializer": "json",
}
"""Setting -> the value under which a message is as ``new_message.py`` makes it."""


def configured_here(app: "HeadcountCelery") -> bool:
    """Return whether an app's messages are those that Headcount makes by itself."""
    decides = {
        **DECIDES,
        "broker_write_url": broker_address(app.settings.require_broker()).urls()[0],
        "task_routes": (app.route,),
    }
    return all(app.conf[name] == value for name, value in decides.items())


def unobserved(app: "HeadcountCelery") -> bool:
    """Return whether nobody takes part in publishing just now; tests and tracers come and go."""
    listening = (
        len(signals.before_task_publish.receivers) > 1  # one is signals.py's
        or signals.after_task_publish.receivers
        or signals.task_sent.receivers
    )
    return not (listening or _wrapped() or app.conf.task_always_eager)


def _wrapped() -> bool:
    """Return whether a tracer has put functions of its own around those that publish."""
    publishing = (Task.apply_async, Celery.send_task, Producer.publish)
    return any(hasattr(function, "__wrapped__") for function in publishing)
