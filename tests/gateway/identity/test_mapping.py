"""Attribute rules, before and after the move."""

from __future__ import annotations

from waiting import collect, now

from gateway.identity.mapping import AttributeRules, MappedSource
from gateway.identity.model import Attributes, LoginName, Secret
from gateway.identity.outcome import Accepted
from gateway.identity.search import Query, Scope
from gateway.testing.memory_source import MemorySource
from gateway.wire.filter import parse_filter

RULES = AttributeRules.of({"Telephone": "telephoneNumber"}, ["description"], {"o": ["Corp"]})
OLD = {"objectClass": [b"person"], "uid": [b"jdoe"], "telephone": [b"+1 2"], "description": [b"3"]}
NEW = Attributes(
    {"objectClass": [b"person"], "uid": [b"jdoe"], "telephoneNumber": [b"+1 2"], "o": [b"Corp"]},
)


def mapped() -> MappedSource:
    source = MemorySource()
    source.add("jdoe", b"right", attributes=OLD)
    source.add_entry("cn=group,ou=people,o=corp", {"cn": [b"group"], "description": [b"9"]})
    return MappedSource(source, RULES)


def found(text: str) -> list[str]:
    asked = Query("ou=people,o=corp", Scope.SUBTREE, parse_filter(text))
    return [entry.dn.partition(",")[0] for entry in collect(mapped().search(asked))]


def test_names_change_order_and_values_do_not() -> None:
    assert list(RULES.attributes(Attributes(OLD), add=True).items()) == list(NEW.items())


def test_a_constant_gives_way_to_a_value_of_ones_own() -> None:
    assert RULES.attributes(Attributes({"O": [b"Own"]}), add=True) == Attributes({"O": [b"Own"]})


def test_reading_verifying_and_searching_show_the_same() -> None:
    """R17."""
    source = mapped()
    account = now(source.lookup(LoginName.of("jdoe")))
    assert account is not None
    read, verified = now(source.read(account)), now(source.verify(account, Secret(b"right")))
    assert read is not None
    assert isinstance(verified, Accepted)
    asked = Query("ou=people,o=corp", Scope.SUBTREE, parse_filter("(uid=jdoe)"))
    assert [read.attributes, verified.identity.attributes, *(e.attributes for e in collect(source.search(asked)))] == [
        NEW
    ] * 3


def test_filters_are_about_the_new_names() -> None:
    assert found("(telephoneNumber=+1 2)") == ["uid=jdoe"]
    assert found("(telephone=+1 2)") == []
    assert found("(description=3)") == []
    assert found("(o=corp)") == ["uid=jdoe"]
    assert found("(&(uid=jdoe)(!(description=3)))") == ["uid=jdoe"]
    assert found("(:telephoneNumberMatch:=+1 2)") == ["uid=jdoe"]
    assert found("(:caseIgnoreMatch:=corp)") == ["uid=jdoe"]
    assert found("(:caseIgnoreMatch:=9)") == []


def test_what_is_no_person_gets_no_constants() -> None:
    assert found("(cn=group)") == ["cn=group"]
    assert found("(!(o=corp))") == ["cn=group"]


def test_a_renamed_filter_reaches_the_source_in_its_own_words() -> None:
    asked: list[Query] = []

    class Listening(MemorySource):
        def search(self, query):  # type: ignore[no-untyped-def]
            asked.append(query)
            return super().search(query)

    source = MappedSource(Listening(), RULES)
    collect(source.search(Query("ou=people,o=corp", Scope.SUBTREE, parse_filter("(telephoneNumber=1)"))))
    assert asked[0].filter == parse_filter("(telephone=1)")


def test_no_rules_are_false() -> None:
    assert not AttributeRules()
    assert RULES


def test_a_filter_that_the_source_cannot_be_asked_is_about_nobody_in_particular() -> None:
    """Neither the one name nor the limit holds for all the entries that are then read."""
    asked: list[Query] = []

    class Listening(MemorySource):
        def search(self, query):  # type: ignore[no-untyped-def]
            asked.append(query)
            return super().search(query)

    source = MappedSource(Listening(), RULES)
    wanted = parse_filter("(&(uid=jdoe)(o=corp))")
    collect(source.search(Query("ou=people,o=corp", Scope.SUBTREE, wanted, LoginName.of("jdoe"), 2)))
    assert (asked[0].person, asked[0].limit) == (None, 0)
