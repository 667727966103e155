"""Every rule finds the fault that it is for: a check that cannot fail is none.

Each fault is put into a dashboard that has none.
"""

import pytest

from tests.dashboards.faults import (
    asks,
    asks_twice_under_one_letter,
    becomes,
    colours_a_query_that_is_gone,
    defines_one_that_nobody_reads,
    forgets_a_variable,
    hides_a_fault_in_a_collapsed_row,
    is_made,
    lacks_unit,
    lies,
    links_values_to,
    marks,
    misspells_a_columns_unit,
    names_its_data_source,
    starts_with_another_variable,
    variable,
)
from tests.dashboards.rules import RULES
from tests.dashboards.sound_board import DEPTH, GRAPH, TABLE, sound_board

OVERVIEW_URL = "/d/headcount-overview?${__url_time_range}"
RECEIVED = 'headcount_jobs_received_total{job=~"$job", queue=~"$queue"}'
EXITS = 'headcount_worker_child_exits_total{job=~"$job"}'

FAULTS = [
    # The dashboard.
    ("its_address_is_stable", becomes(uid="x7KfQ2"), "uid: x7KfQ2"),
    ("its_address_is_stable", becomes(id=12), "id: set"),
    ("it_says_what_it_is", becomes(description=""), "no description"),
    ("it_says_what_it_is", becomes(tags=[]), "without headcount"),
    ("it_says_what_it_is", becomes(schemaVersion=16), "schemaVersion: 16"),
    ("nothing_names_a_data_source_by_itself", names_its_data_source, "P1809F7CD0C75ACF3"),
    ("its_first_variable_is_the_data_source", starts_with_another_variable, "it is ('queue'"),
    ("variables_follow_the_time_and_all_means_all", variable("queue", refresh=1), "$queue: not"),
    (
        "variables_follow_the_time_and_all_means_all",
        variable("job", allValue=None),
        "$job: All is None",
    ),
    ("variables_are_defined_and_read", forgets_a_variable, "$queue: read, but not defined"),
    ("variables_are_defined_and_read", defines_one_that_nobody_reads, "$colour: defined, but"),
    (
        "links_lead_somewhere_with_time_and_variables",
        becomes(links=[{"title": "all", "type": "dashboards", "keepTime": True}]),
        "link all forgets",
    ),
    (
        "links_lead_somewhere_with_time_and_variables",
        links_values_to("/d/headcount-moon?${__url_time_range}&${__all_variables}"),
        "leads to no dashboard",
    ),
    (
        "links_lead_somewhere_with_time_and_variables",
        links_values_to("/d/headcount-overview?var-queue=low"),
        "forgets the time",
    ),
    (
        "links_lead_somewhere_with_time_and_variables",
        links_values_to(OVERVIEW_URL),
        "forgets the variables",
    ),
    (
        "links_set_variables_that_their_dashboard_has",
        links_values_to(f"{OVERVIEW_URL}&var-colour=red"),
        "no variable colour",
    ),
    # Its panels.
    ("panels_have_titles_of_their_own", is_made(title=""), "no title"),
    ("panels_have_titles_of_their_own", is_made(title=TABLE), f"{TABLE}: twice"),
    ("panels_say_what_they_show_and_when_to_worry", is_made(description="Depth."), GRAPH),
    ("panels_say_what_they_show_and_when_to_worry", hides_a_fault_in_a_collapsed_row, "Within"),
    ("panels_are_of_a_kind_that_grafana_10_4_has", is_made(type="graph"), "no panel graph"),
    (
        "tables_are_made_by_what_grafana_10_4_has",
        is_made(transformations=[{"id": "transpose", "options": {}}]),
        "no transformation transpose",
    ),
    ("panels_have_queries_with_letters_of_their_own", is_made(targets=[]), "no query"),
    ("panels_have_queries_with_letters_of_their_own", asks_twice_under_one_letter, "one letter"),
    ("numbers_have_units", lacks_unit, f"{GRAPH}: no unit"),
    ("numbers_have_units", misspells_a_columns_unit, f"{TABLE}: unit secs"),
    ("graphs_name_their_lines", asks(DEPTH, legendFormat=""), f"{GRAPH} A: no legend"),
    ("settings_are_for_queries_that_exist", colours_a_query_that_is_gone, "query Z"),
    ("panels_are_numbered_once_each", is_made(id=2), f"{GRAPH}: id 2"),
    ("panels_lie_within_the_grid", lies(x=20), f"{GRAPH}: beyond column 24"),
    ("panels_do_not_cover_each_other", lies(x=6), GRAPH),
    # Their queries.
    (
        "every_query_reads_the_chosen_data_source",
        asks(DEPTH, datasource={"type": "prometheus", "uid": "mine"}),
        f"{GRAPH} A: its data source is fixed",
    ),
    (
        "queries_use_what_is_in_the_catalogue_or_recorded",
        asks("celery_queue_length"),
        "celery_queue_length is neither",
    ),
    (
        "queries_use_what_is_in_the_catalogue_or_recorded",
        marks("deploys_total"),
        "marks Deploys: deploys_total is neither",
    ),
    (
        "queries_use_what_is_in_the_catalogue_or_recorded",
        asks(f"sum by (task) ({DEPTH})"),
        "by: no label task",
    ),
    (
        "queries_use_what_is_in_the_catalogue_or_recorded",
        asks(RECEIVED),
        "headcount_jobs_received_total is a count",
    ),
    (
        "values_that_queries_name_exist",
        asks('max (headcount_queue_depth{job=~"$job", queue=~"$queue", state=~"ready|waiting"})'),
        "no state waiting of headcount_queue_depth",
    ),
    (
        "rates_look_back_as_far_as_scrapes_and_zoom_demand",
        asks(f"rate({RECEIVED}[5m])"),
        "rate of headcount_jobs_received_total over [5m]",
    ),
    (
        "rates_look_back_as_far_as_scrapes_and_zoom_demand",
        asks(f"increase({RECEIVED}[$__range])"),
        "over [$__range]",
    ),
    (
        "rates_look_back_as_far_as_scrapes_and_zoom_demand",
        asks(f"rate({RECEIVED}[$__interval])"),
        "over [$__interval]",
    ),
    (
        "queries_are_filtered_by_the_variables",
        asks('headcount_queue_depth{queue=~"$queue"}'),
        "headcount_queue_depth is not filtered by $job",
    ),
    (
        "queries_are_filtered_by_the_variables",
        asks('headcount_queue_depth{job=~"$job", queue="low"}'),
        "is not filtered by $queue",
    ),
    (
        "queries_are_filtered_by_the_variables",
        asks(f'{DEPTH} / on (queue) headcount_queue_depth{{queue=~"$queue"}}'),
        "is not filtered by $job",
    ),
    ("nothing_adds_up_what_several_sidecars_see_of_one_broker", asks(f"sum ({DEPTH})"), "its max"),
    (
        "nothing_adds_up_what_several_sidecars_see_of_one_broker",
        asks(
            'sum by (queue) (rate(headcount_jobs_total{job=~"$job", queue=~"$queue"}[$__interval]))'
        ),
        "headcount_jobs_total is seen by every sidecar",
    ),
]


@pytest.mark.parametrize(
    ("rule", "break_it", "told"), [pytest.param(*one, id=f"{one[0]}: {one[2]}") for one in FAULTS]
)
def test_a_rule_names_its_fault(rule, break_it, told):
    board = sound_board()
    assert RULES[rule](board) == []
    break_it(board)
    assert any(told in problem for problem in RULES[rule](board)), RULES[rule](board)


SOUND = [
    # A count over the whole chosen time is one number, asked for once.
    asks(f"increase({RECEIVED}[$__range])", instant=True, range=False),
    # The ten largest of all that is shown, the same at every point of a graph.
    asks(f"{DEPTH} and on (queue) topk(10, increase({RECEIVED}[$__range] @ end()))"),
    # The chosen ones' share of all.
    asks(f"sum by (queue) (max by (queue) ({DEPTH})) / max (headcount_queue_depth{{job=~'$job'}})"),
    # Recorded series have windows of their own.
    asks('max_over_time(namespace_queue_sli:headcount_slo_burn:rate5m{queue=~"$queue"}[6h])'),
    # Workers count for themselves.
    asks(f"sum (rate({EXITS}[$__rate_interval]))"),
    # Alerts know their namespace; most are about no queue.
    marks('ALERTS{alertstate="firing"} unless ALERTS{alertstate="firing"} offset $__interval'),
    links_values_to(f"{OVERVIEW_URL}&var-queue=${{__field.labels.queue}}"),
]


@pytest.mark.parametrize("change", SOUND)
def test_what_is_sound_is_no_fault(change):
    board = sound_board()
    change(board)
    assert {name: found for name, rule in RULES.items() if (found := rule(board))} == {}


def test_every_rule_has_a_fault_that_it_finds():
    assert {rule for rule, _, _ in FAULTS} == set(RULES)
