"""A program that enqueues in every way at once, and prints what came of each."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

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


def enqueue(way):
    begun, raised = time.monotonic(), None
    try:
        way()
    except Exception as error:  # noqa: BLE001 - which one it is, is the question
        raised = error
    return type(raised).__name__, str(raised), time.monotonic() - begun


def main():
    with ThreadPoolExecutor(len(WAYS)) as at_once:
        found = at_once.map(enqueue, WAYS.values())
        print(json.dumps(dict(zip(WAYS, found, strict=True))))


if __name__ == "__main__":
    main()
