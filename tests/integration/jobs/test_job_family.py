"""Jobs enqueued by jobs know whose children they are, as Celery tells of them."""

from tests import sample_jobs as jobs


def test_a_job_enqueued_within_a_job_names_its_parent_and_root(account, module_notes):
    first = jobs.Family.perform_async("first")
    account.settle(3)
    lines = {name: rest for name, *rest in map(fields, module_notes.lines())}
    assert lines["first"] == [first.id, "None", first.id]
    for child in ("child", "bulk child"):
        assert lines[child][1:] == [first.id, first.id]
    assert {line["correlation_id"] for line in account.worker.finished()} == {first.id}


def fields(line):
    return line.rsplit(" ", 3)
