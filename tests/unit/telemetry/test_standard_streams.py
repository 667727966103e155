"""What is printed becomes lines, whole ones, of whoever printed it."""

import os
import subprocess
import sys
import threading


def events(log) -> list[str]:
    return [line["event"] for line in log.lines()]


def test_a_print_of_many_lines_is_many_lines(open_log):
    log = open_log()
    print("one\ntwo\n\n   \nthree")
    assert events(log) == ["one", "two", "three"]


def test_half_a_line_waits_for_the_rest(open_log):
    log = open_log()
    print("load", end="")
    print("ing", end="")
    assert events(log) == []
    print(" done")
    assert events(log) == ["loading done"]


def test_flushing_writes_half_a_line(open_log):
    log = open_log()
    print("loading", end="", flush=True)
    assert events(log) == ["loading"]


def test_half_a_line_that_never_ends_is_written_in_pieces(open_log):
    log = open_log()
    for _ in range(10):
        sys.stdout.write("." * 1_000)
    sys.stdout.flush()
    assert "".join(events(log)) == "." * 10_000


def test_threads_do_not_finish_each_others_lines(open_log):
    log = open_log()
    print("main", end="")
    thread = threading.Thread(target=lambda: print("other"))
    thread.start()
    thread.join()
    print(" thread")
    assert events(log) == ["other", "main thread"]


def test_a_forked_child_does_not_finish_its_parents_line(open_log):
    log = open_log()
    print("parent", end="")
    pid = os.fork()
    if pid == 0:
        print("child")
        os._exit(0)
    os.waitpid(pid, 0)
    print(" goes on")
    assert events(log) == ["child", "parent goes on"]


def test_percent_signs_are_printed_as_they_are(open_log):
    log = open_log()
    print("100 %d")
    assert events(log) == ["100 %d"]


def test_bytes_written_to_the_buffer_are_lines(open_log):
    log = open_log()
    sys.stdout.buffer.write(b"raw \xff\n")
    assert events(log) == ["raw \ufffd"]


def test_it_passes_for_a_text_stream(open_log):
    open_log()
    assert sys.stdout.writable()
    assert not sys.stdout.isatty()
    assert sys.stdout.encoding == "utf-8"
    assert sys.stdout.write("four") == 4


def test_programs_can_be_started_with_it_as_their_output(open_log):
    open_log()
    done = subprocess.run([sys.executable, "-c", ""], stdout=sys.stdout, check=False, timeout=60)
    assert done.returncode == 0
