"""`gateway.cli.explain`: the questions of a bind, without a password."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from waiting import now

from gateway.cli.explain import Explanation, Walk, login_of, show
from gateway.errors import DirectoryUnavailable, ProtocolError
from gateway.identity.model import AccountState
from gateway.identity.names import NameRules
from gateway.identity.ports import Account, Adoption
from gateway.identity.source_names import SourceNames
from gateway.testing.memory_directory import MemoryDirectory
from gateway.testing.memory_source import MemorySource
from gateway.testing.plain_hasher import PlainHasher

RULES = NameRules.of(["CORP"], ["corp.example"], ["uid"], ["dc=example,dc=com"])


@pytest.fixture
def native() -> MemoryDirectory:
    return MemoryDirectory(PlainHasher())


def explained(
    name: str, native: MemoryDirectory, *sources: MemorySource, migrating: bool = True, at: float = 1000.0
) -> Explanation:
    return now(Walk(login_of(name), RULES, migrating=migrating, now=at).through(native, sources))


def test_somebody_who_has_not_moved_is_found_in_the_first_source_that_knows_the_name(native: MemoryDirectory) -> None:
    staff, customers = MemorySource("staff"), MemorySource("customers")
    customers.add("jdoe", b"x", aliases=["j@corp.example"], groups=["cn=all,o=corp"])
    told = explained("CORP\\JDoe", native, staff, customers)
    assert told.readings == ["jdoe"]
    assert told.steps == ["directory: unknown", "source staff: unknown", "source customers: known"]
    assert told.person is not None
    assert (told.person["dn"], told.person["found_in"]) == ("uid=jdoe,ou=people,o=corp", "source customers")
    assert told.bind == "source customers is asked for the password"
    assert told.writes == "the person, with attributes and groups, and a fresh hash of the password"
    assert "verify jdoe" not in customers.asked


def test_nothing_is_written_while_migration_is_off(native: MemoryDirectory) -> None:
    source = MemorySource()
    source.add("jdoe", b"x")
    assert explained("jdoe", native, source, migrating=False).writes == "nothing"


def test_for_somebody_who_has_moved_no_source_is_asked(native: MemoryDirectory) -> None:
    """R9."""
    source = MemorySource()
    now(native.adopt(Adoption(source.add("jdoe", b"x"), "plain$", "", 0.0)))
    told = explained("jdoe", native, source)
    assert told.bind == "the directory decides; no source is asked"
    assert told.writes == "nothing"
    assert source.asked == []


def test_somebody_who_moved_under_another_name_is_recognised_by_origin(native: MemoryDirectory) -> None:
    source = MemorySource()
    moved = source.add("jdoe", b"x", key="7")
    now(native.adopt(Adoption(moved, "plain$", "", 0.0)))
    source.remove("jdoe")
    source.add("jsmith", b"x", key="7")
    told = explained("jsmith", native, source)
    assert told.steps[-1] == "directory: has moved under the name 'jdoe', from source old"


@pytest.mark.parametrize(("state", "reason", "written"), [
    (AccountState(disabled=True), "disabled", False),
    (AccountState(locked=True), "locked", False),
    (AccountState(expires_at=999.0), "expired", False),
    (AccountState(must_change=True), "must-change", True),
])  # fmt: skip
def test_a_state_that_refuses_is_said(native: MemoryDirectory, state: AccountState, reason: str, written: bool) -> None:
    """R7."""
    source = MemorySource()
    source.add("jdoe", b"x", state=state)
    told = explained("jdoe", native, source)
    assert told.bind == f"source old is asked for the password, and even the right one is refused: {reason}"
    assert (told.writes != "nothing") is written


def test_an_outage_ends_the_questions(native: MemoryDirectory) -> None:
    """R6."""
    down, up = MemorySource("down"), MemorySource("up")
    down.fail_with()
    up.add("jdoe", b"x")
    told = explained("jdoe", native, down, up)
    assert told.steps == ["directory: unknown", "source down: cannot tell (the store is stopped)"]
    assert told.bind.startswith("answered unavailable")
    assert up.asked == []


def test_a_source_that_answers_with_another_name_is_refused(native: MemoryDirectory) -> None:
    """R2."""

    class Loose(MemorySource):
        async def lookup(self, login: object) -> Account | None:
            return Account("1", "strasse")

    told = explained("straße", native, Loose())
    assert told.bind == "refused: the source's name is not the name that was asked for"
    assert told.person is None


def test_one_name_and_two_people_is_refused(native: MemoryDirectory) -> None:
    """R4."""
    source = MemorySource()
    source.add("jdoe", b"x", aliases=["boss"])
    source.add("asmith", b"x", aliases=["boss"])
    assert explained("boss", native, source).bind == "refused: the name means more than one person"


def test_a_name_that_nobody_knows_is_said_so(native: MemoryDirectory) -> None:
    told = explained("uid=nobody,dc=example,dc=com", native, MemorySource())
    assert told.readings == ["uid=nobody,dc=example,dc=com", "nobody"]
    assert told.bind == "refused: nobody knows this name"


def test_what_cannot_be_explained_is_raised(native: MemoryDirectory) -> None:
    with pytest.raises(ProtocolError):
        login_of("uid=a,,b")
    native.fail_with()
    with pytest.raises(DirectoryUnavailable):
        explained("jdoe", native)


def test_the_status_tells_whether_somebody_was_found(
    native: MemoryDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    source = MemorySource()
    source.add("jdoe", b"x", groups=["cn=a,o=corp", "cn=b,o=corp"])
    told = explained("jdoe", native, source)
    assert show(told, as_json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "jdoe is read as: jdoe"
    assert lines[-2] == "a bind: source old is asked for the password"
    assert [line for line in lines if line.startswith("    groups:")] == [
        "    groups: cn=a,o=corp",
        "    groups: cn=b,o=corp",
    ]
    assert show(replace(told, person=None), as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["name"] == "jdoe"


def test_why_a_source_is_not_asked_is_told(native: MemoryDirectory) -> None:
    """R4, R8: it ends no question, neither by an outage nor by owning the name."""

    class Choosy(MemorySource):
        name_rules = SourceNames(domains=frozenset({"other"}), pattern=re.compile("[a-z]+"))

    staff, customers = Choosy("staff"), MemorySource("customers")
    staff.fail_with()
    customers.add("jdoe7", b"x")
    assert explained("jdoe7", native, staff, customers).steps == [
        "directory: unknown",
        "source staff: not asked, the name does not match its pattern",
        "source customers: known",
    ]
    told = explained("CORP\\jdoe7", native, staff, customers)
    assert told.steps[1] == "source staff: not asked, 'corp' is none of its domains"
    assert "cannot tell" in explained("jdoe", native, staff, customers).steps[1]
