"""Whether a table's columns and settings are about something that its queries' answers have."""


def columns_of_nothing(answers):
    """Return the columns that a table names, or sets, and that no answer has."""
    return [
        f"{panel['title']}: {name}"
        for panel, found in _tables(answers)
        for name in sorted(_named(panel) - _fields(found))
    ]


def ragged_rows(answers):
    """Return the queries that name rows otherwise than a table's first: the rows do not merge."""
    return [
        answer.where
        for _, (first, *others) in _tables(answers)
        for answer in others
        if _labels(answer) != _labels(first)
    ]


def _tables(answers):
    """Return (panel, its answers with series) of every table."""
    by_id = {}
    for answer in answers:
        if answer.panel["type"] == "table" and answer.series:
            by_id.setdefault(answer.panel["id"], (answer.panel, []))[1].append(answer)
    return list(by_id.values())


def _labels(answer):
    return set().union(*(series["metric"] for series in answer.series))


def _fields(answers):
    """Return the fields as Grafana names them; one query's value has no letter."""
    letters = {f"Value #{answer.target['refId']}" for answer in answers}
    return {"Time", *(letters if len(answers) > 1 else {"Value"})}.union(*map(_labels, answers))


def _named(panel):
    """Return the fields that are renamed, and those that settings are for, by their first names."""
    renamed = {}
    for step in panel.get("transformations") or []:
        renamed |= step["options"].get("renameByName") or {}
    first_names = {new: old for old, new in renamed.items()}
    set_by_name = {
        override["matcher"]["options"]
        for override in panel["fieldConfig"]["overrides"]
        if override["matcher"]["id"] == "byName"
    }
    return {*renamed, *(first_names.get(name, name) for name in set_by_name)}
