"""What a real Prometheus saw of a real stack, as input series for promtool.

Prometheus scrapes every second, and a second is told as a quarter of a minute: 40 s of an outage
become ten minutes. That is right for what rules count, since counts, shares and gauges come as
they would, sample by sample, only sooner. What is measured in seconds (waits, ages) stays as it was
measured, and moments keep their distance from the sample that tells them. So an alert on an age
cannot be recorded like this; those have cases written by hand.
"""

import json
import re
import subprocess
import urllib.parse
import urllib.request
from contextlib import contextmanager

from drill.programs import answers
from service.queues import QUEUES
from tests.alerts.metric_use import read_use
from tests.alerts.rule_files import RECORDED, RULES
from tests.broker_process import free_port
from tests.waiting import wait_until

TOLD_SECONDS = 15
LATEST_SECONDS = 2
"""A sample that is older is gone: by default Prometheus shows it for five minutes."""

THRESHOLDS = {queue.wait_threshold_seconds for queue in QUEUES}
MEGABYTE = 1_000_000
SHORTEST_RISE = 3
"""Two samples always rise evenly; written one by one they are easier to read."""


@contextmanager
def running_prometheus(configuration, directory):
    """Run one, and yield its address."""
    directory.mkdir()
    file = directory / "prometheus.yml"
    file.write_text(json.dumps(configuration))
    port = free_port()
    command = [
        "prometheus",
        f"--config.file={file}",
        f"--storage.tsdb.path={directory / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        f"--query.lookback-delta={LATEST_SECONDS}s",
        "--log.level=error",
    ]
    process = subprocess.Popen(command)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{address}/-/ready"), 60, "Prometheus does not answer")
        yield address
    finally:
        process.terminate()
        process.wait(30)


def scraping(targets):
    """Return the configuration to scrape targets, instance -> port, every second."""
    static = [
        {"targets": [f"127.0.0.1:{port}"], "labels": {"instance": instance}}
        for instance, port in targets.items()
    ]
    return {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
        "scrape_configs": [{"job_name": "headcount", "static_configs": static}],
    }


def read_series(address, begin, seconds):
    """Return series -> its samples as promtool's files have them, of what the rules read."""
    names = "|".join(sorted(names_read()))
    selector = f'{{__name__=~"{names}"}}'
    end = begin + seconds
    found = ask(address, "query_range", query=selector, start=begin, end=end, step=1)
    kept = [one for one in found if is_read(one)]
    told = {series_name(one["metric"]): told_values(one, begin, seconds) for one in kept}
    return dict(sorted(told.items()))


def is_scraped(address, targets):
    """Whether Prometheus has seen all targets, and a Beat behind the sidecar."""
    both = "count(up == 1) and on () headcount_beat_last_tick_timestamp_seconds"
    found = ask(address, "query", query=both)
    return bool(found) and int(found[0]["value"][1]) == targets


def ask(address, kind, **query):
    text = urllib.parse.urlencode(query)
    with urllib.request.urlopen(f"{address}/api/v1/{kind}?{text}", timeout=30) as answer:
        return json.load(answer)["data"]["result"]


def is_read(series):
    """Leave out other buckets than the thresholds', and outcomes that a task never had."""
    metric, values = series["metric"], series["values"]
    if "outcome" in metric:
        return any(float(value) for _, value in values)
    return float(metric.get("le", 10)) in THRESHOLDS


def names_read():
    """The series that rules read and do not make."""
    used = {one.name for rule in RULES for one in read_use(rule["expr"], RECORDED).selectors}
    return used - RECORDED


def series_name(metric):
    labels = {label: text for label, text in metric.items() if label != "__name__"}
    shown = ", ".join(f"{label}={json.dumps(text)}" for label, text in sorted(labels.items()))
    return f"{metric['__name__']}{{{shown}}}"


def told_values(series, begin, seconds):
    name = series["metric"]["__name__"]
    seen = {round(at - begin): told_value(name, float(value), at) for at, value in series["values"]}
    moved = {n: seen[n] + n * TOLD_SECONDS if is_moment(name) else seen[n] for n in seen}
    return compress([moved.get(second) for second in range(seconds + 1)])


def told_value(name, value, at):
    """Round what differs from run to run; of a moment, return how long ago it was, below 0."""
    if is_moment(name):
        return -round(at - value)
    if name.endswith("_bytes"):
        return round(value / MEGABYTE) * MEGABYTE
    return round(value, 1)


def is_moment(name):
    return name.endswith("_timestamp_seconds")


def compress(values):
    """Write samples as promtool has them: runs that stay or grow evenly as one word."""
    words, n = [], 0
    while n < len(values):
        step, length = run_from(values, n)
        words.append(run_as_word(values[n], step, length, gone=n > 0 and values[n - 1] is not None))
        n += length
    return " ".join(words)


def run_from(values, n):
    """Return by how much samples grow from one on, and how many do so."""
    if n + 1 == len(values) or None in (values[n], values[n + 1]):
        after = next((m for m in range(n, len(values)) if values[m] is not None), len(values))
        return 0, max(1, after - n)
    step, end = values[n + 1] - values[n], n + 1
    while end + 1 < len(values) and values[end + 1] is not None:
        if abs(values[end + 1] - values[end] - step) > 1e-9:
            break
        end += 1
    length = end - n + 1
    return (step, length) if step == 0 or length >= SHORTEST_RISE else (0, 1)


def run_as_word(value, step, length, gone):
    if value is None:
        rest = f"_x{length - 1}" if length > 1 else ""
        return f"stale {rest}".strip() if gone else f"_x{length}"
    if length == 1:
        return f"{value:.12g}"
    return f"{value:.12g}{step:+.12g}x{length - 1}" if step else f"{value:.12g}x{length - 1}"


def count_samples(words):
    """Return how many samples such words are; absent ones count."""
    found = (re.fullmatch(r"(_?)(.*?)(?:x([0-9]+))?", word) for word in words.split())
    return sum(int(one[3]) + (not one[1]) if one[3] else 1 for one in found if one)
