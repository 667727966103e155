"""``task.request.headers``, which the parent finds for its children."""

from celery.app.task import Context

from workers.packing import add_foreign_headers


def test_the_parent_finds_the_headers_that_celery_would():
    request = {
        **dict.fromkeys(("lang", "task", "argsrepr", "kwargsrepr", "compression"), "Celery's"),
        **{"id": "1", "root_id": "1", "stamps": {}, "delivery_info": {}, "args": [], "kwargs": {}},
        **{"headcount": {"due_at": 1.0}, "traceparent": "theirs"},
    }

    foreign = {"headcount": {"due_at": 1.0}, "traceparent": "theirs"}
    assert Context(request).headers == foreign
    add_foreign_headers(request)
    assert request["headers"] == foreign
