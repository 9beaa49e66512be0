from __future__ import annotations

from conversation import person

from gateway.frontends.ldap.personas.flavour import ANYTHING, AsStored, Flavour
from gateway.identity.model import Attributes
from gateway.identity.outcome import Unknown
from gateway.wire.filter import Equal


def test_as_stored_is_a_flavour_that_changes_nothing() -> None:
    flavour: Flavour = AsStored()
    entry, item = person(), Equal("uid", b"x")
    assert flavour.outward(entry) is entry
    assert flavour.narrow(item) is item
    assert flavour.stored_name("uid") == "uid"
    assert flavour.wanted(frozenset({"uid"})) == {"uid"}
    assert (flavour.root_dse(entry), flavour.subschema(entry)) == (entry, entry)
    assert flavour.diagnostic(Unknown()) is None


def test_anything_selects_every_entry() -> None:
    assert ANYTHING.matches(Attributes()) is True
