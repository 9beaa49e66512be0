"""docs/operations.rst: its words are those of the code, and its statements do what it says."""

from __future__ import annotations

import ast
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from documents import ROOT, literals, section, tree
from docutils import nodes

from backends.native.sql import PLUGIN, SqlDirectory
from gateway.errors import IdentityConflict
from gateway.frontends.web.metrics import Metrics
from gateway.identity.audit import CHANGES, AuditRecord, as_json, word_for
from gateway.identity.migrate import Migrator
from gateway.identity.model import Identity, LoginName, Origin, Secret
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unavailable, Unknown
from gateway.plugins import Context
from gateway.testing.directory_hooks import PASSWORD, adoption, person
from gateway.testing.plain_hasher import PlainHasher
from gateway.testing.pump import PumpReactor

DOCUMENT = tree("operations.rst")
CODE = {path: path.read_text("utf-8") for top in ("gateway", "backends") for path in (ROOT / top).rglob("*.py")}
JDOE = person("jdoe")


def terms(heading: str) -> list[str]:
    """What the definition list below a heading defines."""
    below = section(DOCUMENT, heading)
    (defined,) = [child for child in below.children if isinstance(child, nodes.definition_list)]
    return [text for term in defined.findall(nodes.term) for text in literals(term)]


def statements(heading: str) -> str:
    """The SQL below a heading."""
    (block,) = section(DOCUMENT, heading).findall(nodes.literal_block)
    return "\n".join(line for line in block.astext().splitlines() if not line.startswith("sudo "))


def constants() -> Iterator[str]:
    """Every text in the code, those that are written in parts put together."""
    for text in CODE.values():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_the_outcome_words_are_those_of_the_audit() -> None:
    outcomes: list[Outcome] = [Accepted(JDOE), Unknown(), Unavailable("x"), Unavailable("x", busy=True)]
    words = [word_for(outcome) for outcome in [*outcomes, *map(Rejected, Reason)]]
    assert sorted(terms("Outcome words")) == sorted(words)


def test_the_events_are_those_of_the_audit() -> None:
    said = set(re.findall(r'_report\("([a-z-]+)"', CODE[ROOT / "gateway/identity/migrate.py"]))
    assert Migrator.__module__ == "gateway.identity.migrate"
    assert set(terms("Events")) == said | CHANGES | {"bind"}


def test_the_members_are_those_of_an_audit_line() -> None:
    full = AuditRecord("bind", 1.0, "l", "accepted", "memory", "n", "i", "a", "app", 1.0, "d", "b")
    assert sorted(terms("The audit")) == sorted(re.findall(r'"([a-z]+)":', as_json(full)))


def test_the_metrics_are_those_that_are_counted() -> None:
    counted = set(re.findall(r'"(bindferry_[a-z_]+)"', "".join(CODE.values())))
    assert {name.removesuffix("_total") for name in terms("Metrics")} == counted
    exposed = Metrics().text().decode()
    for name in ("bindferry_binds_total", "bindferry_bind_seconds", "bindferry_adoptions_total"):
        assert f"# TYPE {name} " in exposed


def test_every_log_line_that_is_explained_is_written() -> None:
    written = set(constants())
    assert [line for line in terms("Log lines") if not any(line in text for text in written)] == []


def test_every_warning_about_groups_is_explained() -> None:
    """R18: what is not copied is missing when the source is gone."""
    explained = "\n".join(terms("Log lines"))
    for path, text in CODE.items():
        if path.parent == ROOT / "gateway" / "groups":
            for line in re.findall(r'_log\.(?:warn|failure)\(\s*"([^"]+)"', text):
                assert line in explained


def test_every_option_that_is_named_is_in_the_manual() -> None:
    manual = (ROOT / "config" / "bindferry.yaml").read_text("utf-8")
    sections = set(re.findall(r"^([a-z]+):", manual, re.MULTILINE))
    named = {
        text.partition(":")[0] for text in literals(DOCUMENT) if text.partition(".")[0] in sections and "." in text
    }
    assert len(named) > 8
    for option in named:
        assert re.search(rf"^\s*#?{option.partition('.')[2]}:", manual, re.MULTILINE), option


class Directory:
    """The native directory over a file, with jdoe in it, and a hand that writes statements into the file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.reactor = PumpReactor()
        self.directory = self.open(path)
        self.reactor.run(self.directory.adopt(adoption(JDOE)))

    def open(self, path: Path) -> SqlDirectory:
        """Another process."""
        options = PLUGIN.options.model_validate({"url": f"sqlite:///{path}", "base": "dc=example,dc=com"})
        opened = PLUGIN.build(options, Context(self.reactor, PlainHasher()))
        assert isinstance(opened, SqlDirectory)
        return opened

    def find(self, directory: SqlDirectory | None = None) -> Identity | None:
        """jdoe."""
        return self.reactor.run((directory or self.directory).find(LoginName.of("jdoe")))

    def by_hand(self, script: str) -> None:
        """As the command sqlite3."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.executescript(script)

    def close(self) -> None:
        """As at the daemon's end."""
        self.reactor.run(self.directory.close())


@pytest.fixture
def native(tmp_path: Path) -> Iterator[Directory]:
    native = Directory(tmp_path / "directory.db")
    yield native
    native.close()


def test_who_is_disabled_by_hand_is_refused_by_the_running_daemon_within_a_second(native: Directory) -> None:
    for _ in range(2):
        before = native.find()
        native.reactor.advance(0.5)
    assert before is not None
    assert not before.state.disabled
    native.by_hand(statements("Somebody leaves"))
    for _ in range(2):
        native.reactor.advance(0.5)
        native.find()
        native.reactor.run(native.directory.settled())
    found = native.find()
    assert found is not None
    assert found.state.disabled
    assert found.revision > before.revision, "what was proved a moment ago ends"
    outcome = native.reactor.run(native.directory.verify(before, Secret(PASSWORD)))
    assert isinstance(outcome, Accepted)
    assert outcome.identity.state.disabled


def test_who_is_sent_back_is_gone_and_can_move_anew(native: Directory) -> None:
    native.close()
    native.by_hand(statements("One person back to the old store"))
    native.directory = native.open(native.path)
    assert native.find() is None
    assert native.reactor.run(native.directory.by_origin(JDOE.origin.source, [JDOE.origin.key])) == {}
    assert native.reactor.run(native.directory.counts()) == {}
    native.reactor.run(native.directory.adopt(adoption(JDOE)))
    assert native.find() is not None


def test_a_copy_that_is_made_while_the_daemon_runs_is_a_whole_directory(native: Directory, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    native.by_hand(re.sub(r"'.*'", f"'{copy}'", statements("Backup")))
    restored = native.open(copy)
    found = native.find(restored)
    assert found is not None
    assert found.attributes == JDOE.attributes
    with pytest.raises(IdentityConflict):
        native.reactor.run(restored.adopt(adoption(person("jdoe", origin=Origin("other", "1")))))
    native.reactor.run(restored.close())
