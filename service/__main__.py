"""``python -m service`` is the ``headcount`` command."""

from service.cli import main

main()
