"""What a worker class declares wrongly is said when the class is made, in one line."""

import math

import pytest

from service.errors import JobDefinitionError
from workers import Worker

pytestmark = pytest.mark.usefixtures("registry")


def perform(cls, invoice_id=0, *, urgent=False):
    """Do nothing."""


async def perform_async_def(cls):
    """Do nothing."""


def perform_generator(cls):
    yield


async def perform_async_generator(cls):
    yield


def declare(called="SendInvoice", base=Worker, **attributes):
    given = {"__module__": "mail", "__qualname__": called, "perform": classmethod(perform)}
    return type(base)(called, (base,), {**given, **attributes})


WRONG_ATTRIBUTES = [
    ("queue", "urgent", "'critical' | 'default' | 'low'"),
    ("queue", "Critical", "'critical' | 'default' | 'low'"),
    ("queue", None, "'critical' | 'default' | 'low'"),
    ("queue", ["low"], "'critical' | 'default' | 'low'"),
    ("name", "", "a name"),
    ("name", "  ", "a name"),
    ("name", 7, "a name"),
    ("name", None, "a name"),
    ("name", "x" * 256, "a name"),
    ("max_retries", -1, "a whole number from 0 to 1000"),
    ("max_retries", 1001, "a whole number from 0 to 1000"),
    ("max_retries", 2.0, "a whole number from 0 to 1000"),
    ("max_retries", "3", "a whole number from 0 to 1000"),
    ("max_retries", True, "a whole number from 0 to 1000"),
    ("max_retries", None, "a whole number from 0 to 1000"),
    ("cron_schedule", "every minute", "five fields"),
    ("cron_schedule", "* * * *", "five fields"),
    ("cron_schedule", "61 * * * *", "Bad minute"),
    ("cron_schedule", "0 0 30 2 *", "Bad day-of-month"),
    ("cron_schedule", "@reboot", "@hourly"),
    ("cron_schedule", "", "None or a cron expression"),
    ("cron_schedule", 600, "None or a cron expression"),
    ("cron_deadline", 9, "None, or seconds from 10"),
    ("cron_deadline", "60", "None, or seconds from 10"),
    ("retry_backoff", -1, "seconds, 0 or more"),
    ("retry_backoff", "5", "seconds, 0 or more"),
    ("retry_backoff", math.nan, "seconds, 0 or more"),
    ("retry_backoff", None, "seconds, 0 or more"),
    ("retry_backoff_max", math.inf, "seconds, 0 or more"),
    ("retry_jitter", "yes", "True or False"),
    ("retry_jitter", 1, "True or False"),
    ("store_result", None, "True or False"),
    ("time_limit", 0, "seconds above 0"),
    ("time_limit", "30", "seconds above 0"),
    ("time_limit", math.inf, "up to ten years"),
    ("soft_time_limit", -5, "seconds above 0"),
    ("soft_time_limit", True, "seconds above 0"),
    ("expires_in", 0, "seconds above 0"),
    ("expires_in", math.nan, "seconds above 0"),
    ("unique_for", 0, "seconds above 0"),
    ("unique_for", 1e12, "up to ten years"),
    ("log_arguments", "invoice_id", "a tuple of argument names"),
    ("log_arguments", (7,), "a tuple of argument names"),
    ("log_arguments", {"invoice_id"}, "a tuple of argument names"),
    ("log_arguments", None, "a tuple of argument names"),
    ("log_arguments", ("invoice",), "arguments of perform: invoice_id, urgent"),
]


@pytest.mark.parametrize(("attribute", "value", "allowed"), WRONG_ATTRIBUTES)
def test_a_wrong_attribute_names_class_value_and_what_is_allowed(attribute, value, allowed):
    with pytest.raises(JobDefinitionError) as caught:
        declare(**{attribute: value})
    message = str(caught.value)
    assert message.startswith(f"mail.SendInvoice: {attribute}={value!r} is wrong; allowed: ")
    assert allowed in message
    assert "\n" not in message


WRONG_PERFORMS = [
    (perform, "a function"),
    (staticmethod(perform), "a staticmethod"),
    (property(perform), "a property"),
    ("perform", "a str"),
    (None, "missing"),
    (classmethod(perform_async_def), "async"),
    (classmethod(perform_async_generator), "async"),
    (classmethod(perform_generator), "a generator"),
]


@pytest.mark.parametrize(("wrong", "what"), WRONG_PERFORMS)
def test_a_perform_that_is_no_plain_classmethod_is_refused(wrong, what):
    with pytest.raises(JobDefinitionError, match=rf"^mail\.SendInvoice: perform is {what}.*class"):
        declare(perform=wrong)


def test_a_class_without_perform_is_refused():
    with pytest.raises(JobDefinitionError, match=r"Nothing: perform is missing.*abstract=True"):

        class Nothing(Worker):
            pass


def test_a_soft_limit_must_be_below_the_hard_one():
    with pytest.raises(JobDefinitionError, match=r"soft_time_limit=10 .*less than time_limit=10"):
        declare(time_limit=10, soft_time_limit=10)


def test_beat_has_no_arguments_to_give():
    with pytest.raises(JobDefinitionError, match=r"cron_schedule='@daily'.*not invoice_id"):
        declare(
            cron_schedule="@daily", perform=classmethod(lambda cls, invoice_id, *rest, **more: 0)
        )


def test_a_refused_class_is_not_registered(registry):
    with pytest.raises(JobDefinitionError):
        declare(queue="urgent")
    assert list(registry) == []


def test_defaults_are_those_of_the_contract():
    worker = declare()
    assert worker.name == "mail.SendInvoice"
    assert (worker.queue, worker.max_retries) == ("default", 3)
    assert (worker.cron_schedule, worker.cron_deadline) == (None, None)
    assert (worker.retry_backoff, worker.retry_backoff_max, worker.retry_jitter) == (5, 600, True)
    assert (worker.time_limit, worker.soft_time_limit) == (None, None)
    assert (worker.expires_in, worker.unique_for) == (None, None)
    assert (worker.store_result, worker.log_arguments) == (False, ())


def test_every_attribute_may_be_set():
    given = {
        "queue": "low",
        "name": "send invoice",
        "max_retries": 0,
        "cron_schedule": "*/10 * * * MON-FRI",
        "cron_deadline": 60,
        "retry_backoff": 0,
        "retry_backoff_max": 0.5,
        "retry_jitter": False,
        "time_limit": 60,
        "soft_time_limit": 0.5,
        "expires_in": 86400,
        "unique_for": 1,
        "store_result": True,
        "log_arguments": ["invoice_id", "urgent"],
    }
    worker = declare(**given)
    assert {name: getattr(worker, name) for name in given} == given


def test_any_argument_may_be_logged_where_perform_takes_any():
    worker = declare(perform=classmethod(lambda cls, **fields: 0), log_arguments=("customer",))
    assert worker.log_arguments == ("customer",)


def test_an_abstract_base_is_no_job_and_hands_down_what_it_has(registry):
    class Invoicing(Worker, abstract=True):
        queue = "critical"

        @classmethod
        def perform(cls):
            return cls.__name__

    class Reminder(Invoicing):
        pass

    assert list(registry) == [Reminder]
    assert (Reminder.queue, Reminder.perform()) == ("critical", "Reminder")


def test_a_subclass_of_a_job_is_a_job_of_its_own(registry):
    first = declare("First")
    second = declare("Second", base=first, queue="low")
    assert [one.name for one in registry] == [first.name, second.name]
    assert first.queue == "default"
    assert second.perform(7) is None


def test_a_set_name_is_not_handed_down():
    first = declare("First", name="invoices")
    assert declare("Second", base=first).name == "mail.Second"
