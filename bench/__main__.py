"""``python -m bench``: all benchmarks, one after another."""

from bench import noop_jobs


def main() -> None:
    noop_jobs.main()


main()
