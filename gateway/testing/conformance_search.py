"""Searches: what every native directory promises. How to use it: `conformance_directory.py`."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

import pytest

from gateway.identity.model import Attributes, Entry, Identity, LoginName
from gateway.identity.search import BaseNotFound, Query, Scope
from gateway.testing.directory_hooks import BASE, DirectoryHooks, person
from gateway.wire.filter import parse_filter


class SearchConformance(DirectoryHooks):
    """Who is shown to whoever searches."""

    def test_scopes(self) -> None:
        self.adopt(person("top", dn=f"uid=top,{BASE}"))
        self.adopt(person("below", dn=f"uid=below,uid=top,{BASE}"))
        self.adopt(person("lookalike", dn=f"uid=lookalike,ou=x{BASE}"))
        assert self.search("(uid=*)") == ["below", "top"]
        assert self.search("(uid=*)", "") == ["below", "lookalike", "top"]
        assert self.search("(uid=*)", scope=Scope.ONE) == ["top"]
        assert self.search("(uid=*)", scope=Scope.BASE) == []
        assert self.search("(uid=*)", f"UID=Top,{BASE}") == ["below", "top"]
        assert self.search("(uid=*)", f"uid=top,{BASE}", Scope.ONE) == ["below"]
        assert self.search("(uid=*)", f"uid=top,{BASE}", Scope.BASE) == ["top"]
        assert self.search("(uid=*)", "dc=com") == ["below", "lookalike", "top"]

    def test_a_base_that_is_not_here_is_told(self) -> None:
        self.adopt(person("jdoe"))
        for base in ("ou=gone,dc=example,dc=com", "dc=org", "dc=om", "ou=eople,dc=example,dc=com"):
            with pytest.raises(BaseNotFound):
                self.search("(objectClass=*)", base)

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("(uid=ANN)", ["ann"]),
            ("(uid= ann )", ["ann"]),
            ("(&(objectClass=person)(uid=bob))", ["bob"]),
            ("(|(uid=ann)(mail=BOB@example.com)(uid=nobody))", ["ann", "bob"]),
            ("(|(uid=ann)(description=tall))", ["ann", "cid"]),
            ("(&(uid=ann)(!(mail=*)))", ["ann"]),
            ("(!(mail=*))", ["ann", "cid"]),
            ("(mail=*)", ["bob"]),
            ("(cn=the a*)", ["ann"]),
            ("(cn=the *n)", ["ann"]),
            ("(cn=*B)", ["bob"]),
            ("(memberOf=CN=Staff, dc=example,dc=com)", ["bob", "cid"]),
            ("(&(memberOf=cn=staff,dc=example,dc=com)(!(uid=bob)))", ["cid"]),
            ("(entryUUID=597ae2f6-16a6-1027-98f4-d28b5365dc14)", ["cid"]),
            ("(uidNumber=1000)", ["cid"]),
            ("(nosuch=x)", []),
            ("(&)", ["ann", "bob", "cid"]),
            ("(|)", []),
        ],
    )
    def test_the_filter_decides(self, text: str, names: list[str]) -> None:
        group = [b"cn=staff,dc=example,dc=com"]
        more: dict[str, dict[str, list[bytes]]] = {
            "ann": {},
            "bob": {"mail": [b"bob@example.com", b"b@example.com"], "memberOf": group},
            "cid": {"description": [b"tall"], "memberOf": group, "uidNumber": [b"1000"]},
        }
        for name, attributes in more.items():
            shown = person(name)
            known = {"entryUUID": [b"597ae2f6-16a6-1027-98f4-d28b5365dc14"]} if name == "cid" else {}
            self.adopt(
                replace(
                    shown,
                    attributes=Attributes([*shown.attributes.items(), *attributes.items()]),
                    operational=Attributes(known),
                )
            )
        assert self.search(text) == names

    def test_a_search_that_pins_one_person_still_asks_the_filter(self) -> None:
        self.adopt(person("jdoe", aliases=("jd",)))
        assert self.search("(uid=jdoe)", person=LoginName.of("jdoe")) == ["jdoe"]
        assert self.search("(uid=jd)", person=LoginName.of("jd")) == []
        assert self.search("(uid=jdoe)", "ou=People,dc=example,dc=com", Scope.BASE, person=LoginName.of("jdoe")) == []

    def test_a_search_that_pins_a_name_nobody_signs_in_with_goes_by_the_attribute(self) -> None:
        """R17: whom (uid=…) found before the move, it finds after it."""
        self.adopt(person("john.doe@example.com", attributes=Attributes({"uid": [b"jdoe"]}), dn=f"uid=jdoe,{BASE}"))
        assert self.search("(uid=jdoe)", person=LoginName.of("jdoe")) == ["john.doe@example.com"]

    def test_a_pinned_search_tells_a_base_that_is_not_here(self) -> None:
        with pytest.raises(BaseNotFound):
            self.search("(uid=jdoe)", "ou=gone,dc=example,dc=com", person=LoginName.of("jdoe"))

    def test_a_search_may_be_left_early(self) -> None:
        for number in range(5):
            self.adopt(person(f"user{number}"))

        async def first() -> Entry:
            async with aclosing(self.directory.search(Query("", Scope.SUBTREE, parse_filter("(uid=*)")))) as entries:
                return await anext(entries)

        assert isinstance(self.run(first()), Identity)
        assert len(self.search("(uid=*)")) == 5
