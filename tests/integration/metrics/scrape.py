"""One look at a process's ``/metrics``, as Prometheus takes it."""

import urllib.request
from collections import Counter, defaultdict

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


class Scrape:
    """The samples of one moment."""

    def __init__(self, text):
        self.text, self._samples = text, defaultdict(list)
        read = openmetrics if text.endswith("# EOF\n") else text_string_to_metric_families
        for family in read(text):
            for sample in family.samples:
                self._samples[sample.name].append(sample)

    def samples(self, name, **labels):
        return [one for one in self._samples[name] if labels.items() <= one.labels.items()]

    def value(self, name, **labels):
        """The value of the only sample of this name with these labels; None if there is none."""
        found = self.samples(name, **labels)
        assert len(found) <= 1, found
        return found[0].value if found else None

    def by(self, name, *labels, **others):
        """Label values -> value, without zeros."""
        found = Counter()
        for one in self.samples(name, **others):
            found[tuple(one.labels[label] for label in labels)] += one.value
        return Counter({its: value for its, value in found.items() if value})


def scrape(port, accept="text/plain"):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return Scrape(answer.read().decode())
