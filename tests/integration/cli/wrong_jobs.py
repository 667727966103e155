"""Jobs and a Celery app on which the self-check has something to say of each."""

from celery import Celery, Task

from workers import Worker, app


class UniqueTooBriefly(Worker):
    unique_for = 10
    max_retries = 5
    retry_backoff = 60

    @classmethod
    def perform(cls): ...


class ExpiresBetweenRuns(Worker):
    cron_schedule = "@daily"
    expires_in = 60

    @classmethod
    def perform(cls): ...


class OverlapsItself(Worker):
    cron_schedule = "* * * * *"
    time_limit = 300

    @classmethod
    def perform(cls): ...


class OfAnotherBase(Task):
    def run(self): ...


@app.task(base=OfAnotherBase, bind=True)
def uncounted(self): ...


@app.task(queue="urgent")
def misrouted(): ...


@app.task(serializer="pickle")
def pickled(): ...


@app.task(time_limit=10, soft_time_limit=20)
def limited_wrongly(): ...


@app.task(rate_limit="1/m")
def held_back(): ...


@app.task(max_retries=None)
def retried_for_ever(): ...


theirs = Celery("elsewhere", set_as_current=False)


@theirs.task
def theirs_alone(): ...


app.conf.update(
    beat_schedule={"nightly": {"task": "shop.nightly", "schedule": 60}},
    broker_url="redis://:secret@elsewhere:6379/0",
    broker_write_url="redis://:secret@elsewhere:6379/0",
    task_acks_late=False,
    task_create_missing_queues=True,
    worker_prefetch_multiplier=4,
    worker_eta_task_limit=100,
    worker_send_task_events=True,
    worker_soft_shutdown_timeout=10,
    beat_scheduler="redbeat.RedBeatScheduler",
)
app.conf.broker_transport_options = {
    **app.conf.broker_transport_options,
    "visibility_timeout": 60,
    "global_keyprefix": "shop:",
    "priority_steps": [0, 3, 6, 9],
}
