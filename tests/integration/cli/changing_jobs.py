"""Jobs that differ from process to process, as between two versions or two settings."""

import os

from workers import Worker


class Report(Worker):
    name = "shop.Report"
    cron_schedule = os.environ.get("REPORT_AT", "0 1 * * *")

    @classmethod
    def perform(cls): ...


if "WITH_INVOICES" in os.environ:

    class Invoices(Worker):
        name = "shop.Invoices"
        cron_schedule = "0 3 * * *"

        @classmethod
        def perform(cls): ...
