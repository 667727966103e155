"""Many dead jobs from the command line: filters, what is said, a terminal's manners, Ctrl-C."""

import pytest

from service.broker import keys
from service.broker.dead_moves import MOVE_AT_ONCE
from service.broker.dead_set import dead_record
from tests.integration.cli.terminal import Terminal

MANY = 1_000


@pytest.fixture
def dead(jobs):
    """Dead jobs: a, b of mail.Send and c of sms.Send, by age; d of low."""
    for name, queue, task, hours in [
        ("a", "default", "mail.Send", 200),
        ("b", "default", "mail.Send", 30),
        ("c", "default", "sms.Send", 0),
        ("d", "low", "mail.Send", 0),
    ]:
        jobs.enqueue(name, queue)
        record = dead_record(job_id=name, headers={}, queue=queue, outcome="failed", task=task)
        jobs.end(jobs.reserve()[name], "dead", name, record)
        jobs.client.zincrby(keys.dead(queue), -hours * 3600, name)


@pytest.fixture
def many_dead(jobs):
    """More dead jobs than a person's patience lasts for."""
    jobs.enqueue_many(*(f"job-{n}" for n in range(MANY)))
    for job_id, tag in jobs.reserve(MANY).items():
        jobs.bury(tag, job_id)


@pytest.fixture
def terminal(broker):
    opened = []

    def open_one(*arguments):
        opened.append(Terminal(*arguments, broker_url=broker.url))
        return opened[-1]

    yield open_one
    for one in opened:
        one.kill()


FILTERS = [
    (["--task", "mail.Send"], "abd"),
    (["--task", "Send"], "abcd"),
    (["--task", "mail.Send", "--queue", "low"], "d"),
    (["--older-than", "7d"], "a"),
    (["--older-than", "1d", "--newer-than", "7d"], "b"),
    (["--newer-than", "90m"], "cd"),
    (["--newer-than", "1w", "--task", "mail.Send"], "bd"),
    (["--older-than", "30.5h"], "a"),
    (["--task", "no.Such"], ""),
]


@pytest.mark.usefixtures("dead")
@pytest.mark.parametrize(("options", "meant"), FILTERS, ids=[" ".join(one[0]) for one in FILTERS])
def test_what_is_listed_is_what_is_retried(said, jobs, options, meant):
    *rows, total = said("dead", "list", *options).splitlines()
    assert sorted(row.split()[0] for row in rows[1:]) == list(meant)
    assert total == f"{len(meant)} of {len(meant)} dead jobs"
    assert said("dead", "retry", "--all", *options) == f"retried {len(meant)} dead jobs\n"
    assert sorted(jobs.waiting() + jobs.waiting("low")) == list(meant)
    assert jobs.drifts() == [0, 0, 0]


@pytest.mark.usefixtures("dead")
def test_a_program_that_drops_all_is_not_asked(said, jobs):
    assert said("dead", "drop", "--all", "--task", "sms.Send") == "dropped 1 dead jobs\n"
    assert said("dead", "drop", "--all") == "dropped 3 dead jobs\n"
    assert jobs.state().dead == jobs.state("low").dead == 0


def test_a_job_beside_a_pending_one_like_it_stays_dead_and_says_why(headcount, said, jobs):
    unique = keys.unique("mail.Send", "x")
    jobs.push(b"\n" + jobs.message("a", unique=[unique, 60_000]).encode())
    jobs.bury(jobs.reserve()["a"], "a")
    jobs.enqueue("b", unique=unique)
    one = headcount("dead", "retry", "a")
    assert (one.returncode, one.stdout) == (1, "")
    assert one.stderr.startswith("dead job 'a' stays dead: job 'b' with the same arguments is")
    assert said("dead", "retry", "--all") == (
        "retried 0 dead jobs; 1 stay dead, because they are unique and a job with the same "
        "arguments is pending\n"
    )


def test_the_list_says_what_made_room(said, jobs):
    jobs.client.hset(keys.LEDGER, mapping={"low:dead_overflow": 12, "default:dead_overflow": 1})
    kept = "10000 a queue are kept, for 90 days"
    assert f"\n13 more are gone without anybody's doing: {kept}\n" in said("dead", "list")
    assert "\n12 more are gone" in said("dead", "list", "--queue", "low")
    assert "more are gone" not in said("dead", "list", "--queue", "critical")


# -- on a terminal


@pytest.mark.usefixtures("dead")
@pytest.mark.parametrize(("answer", "status", "left"), [("y", 0, 0), ("n", 1, 3)])
def test_a_person_who_drops_all_is_asked(terminal, jobs, answer, status, left):
    screen = terminal("dead", "drop", "--all")
    screen.shows("Forget all 4 dead jobs for good? [y/N]")
    screen.type(f"{answer}\n")
    assert screen.ends() == status
    assert jobs.state().dead == left


@pytest.mark.usefixtures("dead")
@pytest.mark.parametrize(("options", "left"), [(["--yes"], 0), (["--older-than", "1h"], 1)])
def test_a_person_who_says_yes_or_which_is_not_asked(terminal, jobs, options, left):
    screen = terminal("dead", "drop", "--all", *options)
    assert screen.ends() == 0
    assert jobs.state().dead == left
    assert "[y/N]" not in screen.text


@pytest.mark.usefixtures("many_dead")
def test_a_long_run_shows_how_far_it_is_and_ctrl_c_says_how_many_were_done(terminal, broker, jobs):
    broker.client.client_pause(20_000, all=False)  # whoever writes has to wait
    screen = terminal("dead", "retry", "--all")
    screen.shows("Retried dead jobs")
    screen.ctrl_c()
    broker.client.client_unpause()
    assert screen.ends() == 130
    assert f"retried {MOVE_AT_ONCE} dead jobs" in screen.text
    assert "interrupted; the rest is as it was" in screen.text
    assert (jobs.state().ready, jobs.state().dead) == (MOVE_AT_ONCE, MANY - MOVE_AT_ONCE)
    assert jobs.drifts() == [0, 0, 0]


@pytest.mark.usefixtures("many_dead")
def test_two_people_who_retry_all_at_once_move_each_job_once(terminal, jobs):
    screens = [terminal("dead", "retry", "--all") for _ in range(2)]
    assert [screen.ends(40) for screen in screens] == [0, 0]
    assert len(set(jobs.waiting())) == len(jobs.waiting()) == MANY
    assert (jobs.state().dead, jobs.drifts()) == (0, [0, 0, 0])
