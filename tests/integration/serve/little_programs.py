"""Programs for a supervisor to run, each good or bad in one way."""

WAITS = "import signal; print('runs'); signal.pause()"
STOPS_WHEN_TOLD = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("runs")
signal.pause()
"""
IGNORES_SIGTERM = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("runs")
while True: signal.pause()
"""
HAS_A_CHILD = f"""
import subprocess, sys, signal
subprocess.Popen([sys.executable, "-u", "-c", {IGNORES_SIGTERM!r}])
signal.pause()
"""


def pid_of(tmp_path, name):
    return int((tmp_path / "pids" / f"{name}.pid").read_text())


def wait_for_runs(run, *names):
    for name in names:
        run.wait_for(f"{name} | runs")
