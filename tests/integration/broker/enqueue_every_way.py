"""A program that enqueues in every way on CELERY_BROKER_URL, and prints what came of each."""

import json
import time

from celery import group

from tests import sample_jobs as jobs


def enqueue_group():
    return group(jobs.plain.si(n) for n in range(100))()


WAYS = {
    "one": lambda: jobs.Note.perform_async("x"),
    "later": lambda: jobs.Note.perform_in(60, "x"),
    "bulk": lambda: jobs.Note.perform_bulk([("x",)] * 3000),
    "plain": lambda: jobs.plain.delay("x"),
    "plain, result kept": lambda: jobs.add.delay([1]),
    "group": enqueue_group,
}


def main():
    found = {}
    for name, way in WAYS.items():
        begun, raised = time.monotonic(), None
        try:
            way()
        except Exception as error:  # noqa: BLE001 - which one it is, is the question
            raised = error
        found[name] = (type(raised).__name__, str(raised), time.monotonic() - begun)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
