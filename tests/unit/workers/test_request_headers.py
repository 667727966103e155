"""``task.request.headers``, which the parent finds for its children."""

from celery.app.task import Context

from workers.request import NOT_HEADERS


def test_the_parent_finds_the_headers_that_celery_would():
    request = {
        **dict.fromkeys(("lang", "task", "argsrepr", "kwargsrepr", "compression"), "Celery's"),
        **{"id": "1", "root_id": "1", "stamps": {}, "delivery_info": {}, "args": [], "kwargs": {}},
        **{"headcount": {"due_at": 1.0}, "traceparent": "theirs"},
    }

    found = {name: request[name] for name in request.keys() - NOT_HEADERS}

    assert (
        found == Context(request).headers == {"headcount": {"due_at": 1.0}, "traceparent": "theirs"}
    )
