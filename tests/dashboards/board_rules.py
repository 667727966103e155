"""Rules for a dashboard as a whole: its address, its variables, and where its links lead."""

import json
import re

from tests.dashboards.boards import (
    BOARDS,
    annotations_of,
    drawn_panels,
    filters_of,
    names_in,
    query_of,
    targets_of,
    variables_of,
)

SCHEMA_VERSION = 39
ON_TIME_RANGE_CHANGE = 2
CARRIES_TIME = re.compile(r"\$\{__url_time_range\}|[?&]from=.*&to=")
CARRIES_VARIABLES = re.compile(r"\$\{__all_variables\}|[?&]var-\w+=|\$\{\w+:queryparam\}")


def its_address_is_stable(board):
    name = next((name for name, one in BOARDS.items() if one["title"] == board["title"]), "?")
    wrong = [] if board.get("uid") == f"headcount-{name}" else [f"uid: {board.get('uid')}"]
    return wrong + (["id: set, which is for Grafana to give"] if board.get("id") else [])


def it_says_what_it_is(board):
    problems = [] if board["title"].startswith("Headcount / ") else [f"title: {board['title']}"]
    problems += [] if board.get("description") else ["no description"]
    problems += [] if "headcount" in board.get("tags", []) else ["tags: without headcount"]
    if board.get("schemaVersion") != SCHEMA_VERSION:
        problems.append(f"schemaVersion: {board.get('schemaVersion')}, Grafana 10.4 has 39")
    return problems


def nothing_names_a_data_source_by_itself(board):
    """Look at all there is: panels, variables, annotations."""
    uids = re.findall(r'"datasource": \{[^}]*"uid": "([^"]*)"', json.dumps(board))
    fixed = {uid for uid in uids if uid not in ("${datasource}", "-- Grafana --")}
    return [f"data source {uid}" for uid in sorted(fixed)]


def its_first_variable_is_the_data_source(board):
    first = variables_of(board)[0]
    found = first["name"], first["type"], first["query"]
    fixed = first.get("current", {}).get("value")
    return [
        *([] if found == ("datasource", "datasource", "prometheus") else [f"it is {found}"]),
        *([f"it is {fixed} from the start"] if fixed and fixed != "default" else []),
    ]


def variables_follow_the_time_and_all_means_all(board):
    """``.*`` matches a series without the label too, which a list of all values would not."""
    problems = []
    for variable in filters_of(board):
        if variable.get("refresh") != ON_TIME_RANGE_CHANGE:
            problems.append(f"${variable['name']}: not asked again when the time changes")
        if variable.get("includeAll") and variable.get("allValue") != ".*":
            problems.append(f"${variable['name']}: All is {variable.get('allValue')}, not .*")
    return problems


def variables_are_defined_and_read(board):
    defined = {variable["name"] for variable in variables_of(board)}
    texts = [json.dumps(one) for one in (*drawn_panels(board), board["annotations"])]
    chained = [query_of(variable) for variable in filters_of(board)]
    links = [link.get("url") or "" for link in board.get("links") or []]
    read = set().union(*(names_in(text) for text in [*texts, *chained, *links]))
    queries = [target["expr"] for _, _, target in targets_of(board)]
    queries += [mark["expr"] for _, mark in annotations_of(board)]
    asked = set().union(*map(names_in, queries))
    return [
        *(f"${name}: read, but not defined" for name in sorted(asked - defined)),
        *(f"${name}: defined, but never read" for name in sorted(defined - read)),
    ]


def links_lead_somewhere_with_time_and_variables(board):
    return [problem for link in _links(board) for problem in _check_link(link)]


def _links(board):
    """Return (where, link) of the dashboard's own links, and of those of panels and of values."""
    found = [("dashboard", link) for link in board.get("links") or []]
    for panel in drawn_panels(board):
        fields = panel.get("fieldConfig", {"defaults": {}, "overrides": []})
        settings = [one for override in fields["overrides"] for one in override["properties"]]
        links = [*(panel.get("links") or []), *(fields["defaults"].get("links") or [])]
        links += [link for one in settings if one["id"] == "links" for link in one["value"]]
        found += [(panel["title"], link) for link in links]
    return found


def _check_link(found):
    where, link = found
    if where == "dashboard" and not (link.get("keepTime") and link.get("includeVars")):
        return [f"{where}: link {link.get('title')} forgets time or variables"]
    url = link.get("url") or ""
    target = re.match(r"/d/([\w-]+)", url)
    if target is None:
        return []
    problems = []
    if target[1] not in {board["uid"] for board in BOARDS.values()}:
        problems.append(f"{where}: {url} leads to no dashboard")
    if where != "dashboard" and not CARRIES_TIME.search(url):
        problems.append(f"{where}: {url} forgets the time")
    if where != "dashboard" and not CARRIES_VARIABLES.search(url):
        problems.append(f"{where}: {url} forgets the variables")
    return problems


def links_set_variables_that_their_dashboard_has(board):
    by_uid = {one["uid"]: {v["name"] for v in variables_of(one)} for one in BOARDS.values()}
    return [
        f"{where}: {target[1]} has no variable {name}"
        for where, link in _links(board)
        if (target := re.match(r"/d/([\w-]+)", link.get("url") or "")) and target[1] in by_uid
        for name in re.findall(r"[?&]var-(\w+)=", link["url"])
        if name not in by_uid[target[1]]
    ]


BOARD_RULES = (
    its_address_is_stable,
    it_says_what_it_is,
    nothing_names_a_data_source_by_itself,
    its_first_variable_is_the_data_source,
    variables_follow_the_time_and_all_means_all,
    variables_are_defined_and_read,
    links_lead_somewhere_with_time_and_variables,
    links_set_variables_that_their_dashboard_has,
)
