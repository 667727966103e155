"""A real Flower beside a real worker, as a browser sees it."""

import html
import re

from tests.asking import ask


class RunningFlower:
    """``credentials``: user:password, sent with every request."""

    def __init__(self, process, credentials=""):
        self.process, self._credentials = process, credentials

    def ask(self, path, method="GET", credentials=None, **headers):
        """Return status and text; ``credentials`` other than its own, "" for none."""
        address = f"http://127.0.0.1:{self.process.flower_port}{path}"
        return ask(
            address, method, self._credentials if credentials is None else credentials, headers
        )

    def task(self, job_id):
        """Label -> what the task's page says; empty while it knows no such task."""
        status, page = self.ask(f"/task/{job_id}")
        if status == 404:
            return {}
        rows = re.findall(r"<dt>([^<]*)</dt>\s*<dd[^>]*>(.*?)</dd>", page, re.DOTALL)
        return {label: _words(content) for label, content in rows}

    def queues(self):
        """Queue -> waiting jobs, in the order of the broker's page."""
        rows = re.findall(r"<td>(\w+)</td>\s*<td[^>]*>(\d+)", self.ask("/broker")[1])
        return {name: int(number) for name, number in rows}


def _words(markup):
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())
