from __future__ import annotations

from dataclasses import replace

import pytest
from conversation import person

from gateway.frontends.ldap.personas.flavour import ANYTHING, AsStored, Item
from gateway.frontends.ldap.personas.persona import PLAIN, Persona, narrow
from gateway.identity.model import Attributes, Entry, Identity
from gateway.identity.outcome import Outcome, Unknown
from gateway.wire.filter import Filter, parse_filter


class Shouting(AsStored):
    """Shows `uid` as `loud`; everything else is left out and computed."""

    def __init__(self, text: str | None = None) -> None:
        self.text = text

    def outward(self, entry: Entry) -> Entry:
        return replace(entry, attributes=Attributes({"loud": [v.upper() for v in entry.attributes.get("uid")]}))

    def narrow(self, item: Item) -> Filter:
        return item.renamed(lambda _: "uid") if item.attribute == "loud" else ANYTHING

    def stored_name(self, attribute: str) -> str | None:
        return "uid" if attribute == "loud" else None

    def wanted(self, asked: frozenset[str]) -> frozenset[str] | None:
        return frozenset({"uid"}) if asked == {"loud"} else None

    def diagnostic(self, outcome: Outcome) -> str | None:
        return self.text


def test_a_plain_persona_shows_the_stored_entry_itself() -> None:
    entry = person()
    assert PLAIN.outward(entry) is entry
    assert PLAIN.narrow(parse_filter("(!(uid=x))")) == parse_filter("(!(uid=x))")
    assert PLAIN.stored_name("x") == "x"
    assert PLAIN.diagnostic(Unknown()) is None


def test_an_outward_entry_is_made_once_for_each_persona() -> None:
    entry, one, two = person(), Persona("one", (Shouting(),)), Persona("two", (Shouting(),))
    shown = one.outward(entry)
    assert isinstance(shown, Identity)
    assert shown.attributes.get("loud") == (b"JDOE",)
    assert one.outward(entry) is shown
    assert two.outward(entry) is not shown


@pytest.mark.parametrize(("wanted", "narrowed"), [
    ("(loud=jdoe)", "(uid=jdoe)"),
    ("(&(loud=j*)(computed=1))", "(&(uid=j*)(&))"),
    ("(|(loud=j*)(computed=1))", "(|(uid=j*)(&))"),
    ("(!(loud=jdoe))", "(&)"),
    ("(&(loud=a)(!(&(loud=b)(!(loud=c)))))", "(&(uid=a)(&))"),
])  # fmt: skip
def test_a_narrowed_filter_selects_at_least_what_the_filter_selects(wanted: str, narrowed: str) -> None:
    assert narrow(parse_filter(wanted), Shouting()) == parse_filter(narrowed)
    assert Persona("x", (Shouting(),)).narrow(parse_filter(wanted)) == parse_filter(narrowed)


def test_flavours_are_asked_from_the_outside_inwards() -> None:
    class Louder(AsStored):
        def narrow(self, item: Item) -> Filter:
            return item.renamed(lambda name: "loud" if name == "louder" else name)

        def stored_name(self, attribute: str) -> str | None:
            return "loud" if attribute == "louder" else attribute

    both = Persona("both", (Shouting("inner"), Louder()))
    assert both.narrow(parse_filter("(louder=x)")) == parse_filter("(uid=x)")
    assert both.stored_name("louder") == "uid"
    assert both.stored_name("other") is None
    assert both.wanted(frozenset({"loud"})) == {"uid"}
    assert both.wanted(frozenset({"x"})) is None
    assert Persona("two", (Shouting("inner"), Shouting("outer"))).diagnostic(Unknown()) == "outer"
    assert both.diagnostic(Unknown()) == "inner"
