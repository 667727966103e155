"""The local stack: its processes, and the supervisor that runs them in the foreground.

Owns everything under ``HEADCOUNT_STATE_DIR``. Knows the other rooms only as programs to start.
"""
