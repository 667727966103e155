"""What a worker with nothing to do keeps to itself."""

from celery import Celery

from tests.waiting import wait_until


def test_a_worker_sends_no_events_until_somebody_asks_for_them(broker, start):
    with broker.client.pubsub(ignore_subscribe_messages=True) as heard:
        heard.psubscribe("*celeryev*")
        start("worker", broker_url=broker.url)
        heard.get_message(timeout=0)
        assert heard.get_message(timeout=3) is None  # Celery's heart beats every 2 s
        Celery(broker=broker.url).control.enable_events()
        wait_until(
            lambda: b"worker.heartbeat" in (heard.get_message() or {}).get("channel", b""), 15
        )
