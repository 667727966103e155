"""Whether what a runbook tells its reader to type exists: programs are looked up in the product.

``problem`` returns what is wrong with a line, or "". Programs that are not ours are known by the
few forms in which runbooks use them.
"""

import re
import shlex
from urllib.parse import parse_qs, urlsplit

import typer

from service.cli import build_app
from service.errors import HeadcountError
from service.settings import Settings, load_settings
from service.sidecar.app import create_app
from tests.alerts.metric_use import read_use
from tests.alerts.rule_files import RECORDED
from tests.contract.runbook_text import ROOT

VARIABLES = {str(field.alias) for field in Settings.model_fields.values()}
PORTS = {8000: "the sidecar", 9808: "a worker", 9090: "Prometheus", 5555: "Flower"}
PATHS_ELSEWHERE = {
    9808: {"/metrics"},
    9090: {"/api/v1/query", "/api/v1/targets", "/api/v1/alerts", "/-/ready"},
    5555: {"/", "/tasks", "/workers"},
}
FORMS = {
    "cat": r"\S+",
    "celery": r"-b \$CELERY_BROKER_URL control terminate KILL ID",
    "df": r"-h",
    "dmesg": "",
    "free": r"-h",
    "grep": r"(-[a-zA-Z]+ )*.+",
    "head": r"(-n )?-?\d+",
    "kill": r"-(TERM|KILL|CONT|QUIT) \S+",
    "ps": r"-eo [a-z,]+|-o [a-z,]+ (-p|--ppid) \S+",
    "sort": r"(-[a-z]+ ?)*",
    "tail": r"-n \d+ \S+",
    "uniq": r"-c",
}
"""Program -> the arguments it is given, as a regular expression."""

REDIS_FLAGS = {"--latency", "--bigkeys"}
BROKER_URL = ("-u", "$CELERY_BROKER_URL")


class NoSnapshots:
    """Never asked."""


def sidecar_paths() -> set[str]:
    app = create_app(NoSnapshots(), load_settings({}), "host")  # type: ignore[arg-type]
    return set(app.openapi()["paths"])


def make_targets() -> set[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    rules = re.findall(r"^([a-z][a-z -]*):", text, re.MULTILINE)
    return {target for rule in rules for target in rule.split()}


def problem(line: str) -> str:
    """Say what is wrong with a command line: pipes, variables and ``$(...)`` included."""
    inner = re.search(r"\$\(([^()]+)\)", line)
    if inner:
        return problem(inner[1]) or problem(line.replace(inner[0], "OUTPUT"))
    reader = shlex.shlex(line, posix=True, punctuation_chars="|;&")
    reader.whitespace_split = True
    commands: list[list[str]] = [[]]
    for word in reader:
        if set(word) <= set("|;&"):
            commands.append([])
        else:
            commands[-1].append(word)
    return next(filter(None, map(command_problem, commands)), "")


def command_problem(words: list[str]) -> str:
    given = {}
    while words and (match := re.fullmatch(r"([A-Z][A-Z_]+)=(.*)", words[0])):
        given[match[1]] = match[2]
        words = words[1:]
    if unknown := given.keys() - VARIABLES:
        return f"no such setting: {unknown}"
    try:
        load_settings(given)
    except HeadcountError as error:
        return str(error)
    return program_problem(words) if words else "nothing to run"


def program_problem(words: list[str]) -> str:
    program, arguments = words[0], words[1:]
    special = {
        "headcount": headcount_problem,
        "make": make_problem,
        "curl": curl_problem,
        "redis-cli": redis_problem,
    }
    if program in special:
        return special[program](arguments)
    if program in FORMS and re.fullmatch(FORMS[program], " ".join(arguments)):
        return ""
    return f"not a known form: {' '.join(words)}"


def headcount_problem(arguments: list[str]) -> str:
    """Parse the arguments as the command itself does, and run nothing."""
    command, rest = typer.main.get_command(build_app()), list(arguments)
    while rest and hasattr(command, "commands"):
        name = rest.pop(0)
        if name not in command.commands:
            return f"no command {name!r} in headcount {' '.join(arguments)}"
        command = command.commands[name]
    try:
        command.make_context("headcount", rest)
    except Exception as error:  # noqa: BLE001 - typer may bring a click of its own
        return f"headcount {' '.join(arguments)}: {error or type(error).__name__}"
    return ""


def make_problem(arguments: list[str]) -> str:
    unknown = set(arguments) - make_targets()
    return f"no such target: {unknown}" if unknown else ""


def curl_problem(arguments: list[str]) -> str:
    addresses = [word for word in arguments if word.startswith(("localhost", "http"))]
    wrong = [text for address in addresses if (text := address_problem(address))]
    return "; ".join(wrong) if addresses else "no address"


def address_problem(address: str) -> str:
    url = urlsplit(address if "//" in address else f"//{address}")
    if url.port not in PORTS:
        return f"nothing of ours listens on {url.port}"
    paths = PATHS_ELSEWHERE.get(url.port) or sidecar_paths()
    patterns = [re.sub(r"\{\w+\}", "[^/]+", path) for path in paths]
    if not any(re.fullmatch(pattern, url.path or "/") for pattern in patterns):
        return f"{PORTS[url.port]} has no {url.path}"
    queries = parse_qs(url.query).get("query", [])
    return "; ".join(text for query in queries for text in read_use(query, RECORDED).problems)


def redis_problem(arguments: list[str]) -> str:
    left = [word for word in arguments if word not in BROKER_URL]
    return "" if left else "redis-cli is told to do nothing"


def redis_words(line: str) -> list[str]:
    """Return the command that a line sends to the broker, if any: a real one is asked about it."""
    program, *words = shlex.split(line.partition(" | ")[0])
    if program != "redis-cli":
        return []
    words = words[2:] if tuple(words[:2]) == BROKER_URL else words
    return [word for word in words if word not in REDIS_FLAGS]
