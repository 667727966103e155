"""Start, Ctrl-C, start again; and a start that cannot be."""

import contextlib
import socket

from tests.integration.serve.running_program import is_alive
from tests.waiting import wait_until

NOTE = "tests.sample_jobs.Note"
VARIABLES = {
    8000: "HEADCOUNT_HTTP_PORT",
    5555: "HEADCOUNT_FLOWER_PORT",
    9808: "HEADCOUNT_METRICS_PORT",
    9090: "HEADCOUNT_PROMETHEUS_PORT",
}
STOCK_REDIS_PORT = 6379


def test_ctrl_c_lets_jobs_end_leaves_nothing_and_keeps_what_waits(run_stack, tmp_path):
    first = run_stack(tmp_path).wait_until_up()
    waiting = first.enqueue(NOTE, "--in", "10")
    running = first.enqueue("Nap", "[4]")  # last: a command may take seconds
    wait_until(lambda: first.queue("default")["leased"] == 1, 20)
    below = first.program.descendants()
    assert first.stop() == 0
    assert not [process for process in below if is_alive(process)]
    assert first.wait_for_end(running) == "succeeded"
    assert not first.ends(waiting)
    assert not [line for line in first.program.lines if "Traceback" in line]

    second = run_stack(tmp_path).wait_until_up()
    assert second.wait_for_end(waiting) == "succeeded"
    assert second.get_json("/health")["checks"]["ledger"]["status"] == "ok"
    assert second.stop() == 0


def test_taken_ports_are_named_with_the_variables_that_move_them(run_stack, tmp_path):
    with contextlib.ExitStack() as taken:
        for port in (*VARIABLES, STOCK_REDIS_PORT):
            with contextlib.suppress(OSError):  # taken by somebody else already: as good
                taken.enter_context(socket.create_server(("127.0.0.1", port)))
        defaults = dict.fromkeys(VARIABLES.values(), "")
        stack = run_stack(tmp_path, **defaults)
        assert stack.program.exit_status() == 1
    named = {int(line.removeprefix("port ").split(",")[0]): line for line in stack.program.lines}
    assert [line for port, line in named.items() if VARIABLES[port] not in line] == []
    assert VARIABLES.keys() - named.keys() <= {9090}, "wanted only where Prometheus is installed"
