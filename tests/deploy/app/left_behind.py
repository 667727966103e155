"""A job that leaves a process behind, as one does that starts a program and does not wait."""

import subprocess

from workers import Worker


class LeaveBehind(Worker):
    @classmethod
    def perform(cls):
        subprocess.run(["sh", "-c", "sleep 0.1 & sleep 0.1 &"], check=True)
