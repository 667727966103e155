"""Names lead to classes, each to one; modules that are missing or broken are told apart."""

import importlib
import sys

import pytest

from service.errors import JobDefinitionError, SettingsError, UnknownWorkerError
from workers import Worker
from workers.registry import load_worker_modules

JOB = """
from workers import Worker

class {name}(Worker):
    {line}

    @classmethod
    def perform(cls):
        return {value}
"""


@pytest.fixture
def write_module(registry, tmp_path, monkeypatch):
    """Write a module that can be imported, and is forgotten after the test."""
    monkeypatch.syspath_prepend(tmp_path)
    written = []

    def write(module, text="", name="Send", line="", value=0):
        (tmp_path / f"{module}.py").write_text(
            text or JOB.format(name=name, line=line, value=value)
        )
        importlib.invalidate_caches()
        written.append(module)

    yield write
    for module in written:
        sys.modules.pop(module, None)


def test_an_imported_module_registers_its_jobs(write_module, registry):
    write_module("mail")
    load_worker_modules(("mail",))
    assert registry.find("mail.Send") is registry.find("Send") is registry.get("mail.Send")


def test_two_classes_of_one_name_are_refused(write_module):
    write_module("mail", line="name = 'send'")
    write_module("post", name="Deliver", line="name = 'send'")
    load_worker_modules(("mail",))
    with pytest.raises(
        JobDefinitionError, match=r"^post\.Deliver: name='send' is taken by mail\.Send; allowed: "
    ):
        load_worker_modules(("post",))


def test_a_reloaded_module_replaces_its_classes(write_module, registry, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    write_module("mail", value=1)
    module = importlib.import_module("mail")
    write_module("mail", value=2)
    importlib.reload(module)
    assert [worker.perform() for worker in registry] == [2]


def test_an_unknown_name_lists_the_known_ones(write_module, registry):
    write_module("mail")
    load_worker_modules(("mail",))
    with pytest.raises(UnknownWorkerError, match=r"^'Sned' is no worker class; known: mail\.Send$"):
        registry.find("Sned")


def test_a_class_name_that_two_modules_use_asks_for_the_whole_name(write_module, registry):
    write_module("mail")
    write_module("post")
    load_worker_modules(("mail", "post"))
    with pytest.raises(
        UnknownWorkerError, match=r"several worker classes; known: mail\.S.*post\.S"
    ):
        registry.find("Send")
    assert registry.find("post.Send").__module__ == "post"


@pytest.mark.parametrize("missing", ["no_such_module", "mail.no_such_part", "no_such.part"])
def test_a_missing_module_is_a_wrong_setting(write_module, missing):
    write_module("mail")
    with pytest.raises(SettingsError, match=r"^HEADCOUNT_WORKERS='mail,.*there is no module .*al"):
        load_worker_modules(("mail", missing))


def test_a_module_that_misses_another_keeps_its_own_traceback(write_module):
    write_module("mail", text="import no_such_dependency")
    with pytest.raises(ModuleNotFoundError, match="no_such_dependency"):
        load_worker_modules(("mail",))


def test_whatever_an_import_raises_is_raised(write_module):
    write_module("mail", text="1 / 0")
    with pytest.raises(ZeroDivisionError):
        load_worker_modules(("mail",))


def test_followers_learn_of_classes_before_and_after(registry):
    class Early(Worker):
        @classmethod
        def perform(cls):
            """Do nothing."""

    seen = []
    registry.follow(seen.append)

    class Late(Worker):
        @classmethod
        def perform(cls):
            """Do nothing."""

    assert seen == [Early, Late]
