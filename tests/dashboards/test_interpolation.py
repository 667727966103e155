"""Values come into queries as Grafana puts them there."""

from tests.dashboards.interpolation import ALL, Choice

QUEUE = {"name": "queue", "multi": True, "includeAll": True, "allValue": ".*"}
TASK = {"name": "task", "multi": True, "includeAll": True}
ONE = {"name": "one"}
OFFERED = {"queue": ["critical", "low"], "task": ["shop.jobs.Send", "Clean"], "one": ["a.b"]}


def put(expression, **chosen):
    return Choice([QUEUE, TASK, ONE], OFFERED, **chosen).put_into(expression, seconds=60)


def test_all_is_what_the_variable_says_or_each_value():
    assert put('{queue=~"$queue"}') == '{queue=~".*"}'
    assert put('{task=~"${task}"}') == r'{task=~"(shop\\.jobs\\.Send|Clean)"}'


def test_values_are_escaped_for_a_regular_expression_where_there_may_be_several():
    assert put('{task=~"$task"}', task=["shop.jobs.Send"]) == r'{task=~"shop\\.jobs\\.Send"}'
    assert put('{queue=~"$queue"}', queue=["critical", "low"]) == '{queue=~"(critical|low)"}'
    assert put('{one="$one"}', one="a.b") == '{one="a.b"}'


def test_windows_hold_four_scrapes():
    assert put("rate(x[$__rate_interval]) + y[$__range:$__interval]") == ("rate(x[4s]) + y[60s:1s]")


def test_what_is_chosen_is_all_at_first():
    assert put('{queue=~"$queue"}', queue=ALL) == put('{queue=~"$queue"}')
