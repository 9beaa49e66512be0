"""Adoption and look-ups: what every native directory promises. How to use it: `conformance_directory.py`."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from twisted.internet.defer import Deferred, gatherResults

from gateway.errors import DirectoryError, DirectoryUnavailable, IdentityConflict
from gateway.identity.model import AccountState, Attributes, Identity, LoginName, Origin, derive_id
from gateway.testing.directory_hooks import BASE, DirectoryHooks, adoption, dn_login, person, same


class AdoptionConformance(DirectoryHooks):
    """Who is here, and how they came."""

    def test_an_empty_directory_knows_nobody(self) -> None:
        assert self.find("jdoe") is None
        assert self.run(self.directory.find(dn_login(f"uid=jdoe,{BASE}"))) is None
        assert self.run(self.directory.counts()) == {}
        assert self.search("(objectClass=*)") == []

    def test_a_person_is_here_as_adopted_byte_for_byte(self) -> None:
        """R3: DN, attributes, their order and spelling, values that are no text."""
        shown = person(
            "Ünïcode Döe",
            dn="UID=J\\C3\\96e\\, Jr.+cn=x, ou=People,DC=Example,dc=com",
            attributes=Attributes(
                [
                    ("objectClass", [b"top", b"Person"]),
                    ("zz;x-y", [b"last", b"first"]),
                    ("jpegPhoto", [bytes(range(256)), b"", b"\0"]),
                    ("CN", ["Ünïcode".encode(), "Ünïcode".encode("latin-1")]),
                    ("emptyOne", []),
                ]
            ),
            operational=Attributes({"entryUUID": [b"597ae2f6-16a6-1027-98f4-d28b5365dc14"], "nsUniqueId": [b"\xff\0"]}),
            aliases=("J.Doe@Example.COM", "jd"),
            groups=("cn=Staff,ou=Groups,dc=example,dc=com", "wheel"),
            state=AccountState(must_change=True, expires_at=4_000_000_000.25),
            id=uuid.UUID("597ae2f6-16a6-1027-98f4-d28b5365dc14"),
            origin=Origin("staff", "Key: ÄÖ\x01'\"%_"),
        )
        assert same(self.adopt(shown), shown)
        assert same(self.find("ünïcode döe"), shown)
        assert same(self.run(self.another().find(LoginName.of("JD"))), shown)

    def test_a_person_is_found_by_any_spelling_of_name_alias_and_dn(self) -> None:
        """R1."""
        self.adopt(person("JDoe", aliases=("John.Doe@Example.com",)))
        for login in ("jdoe", " JDOE ", "ＪＤｏｅ", "john.doe@example.COM"):
            found = self.find(login)
            assert found is not None
            assert found.name == "JDoe"
        assert self.run(self.directory.find(dn_login(f"UID=jdoe , OU=people,{BASE}"))) is not None

    def test_a_dn_is_not_taken_for_a_name(self) -> None:
        self.adopt(person("jdoe"))
        assert self.run(self.directory.find(dn_login("uid=jdoe,ou=elsewhere,dc=org"))) is None

    def test_similar_names_are_different_people(self) -> None:
        """R2: no loose comparison of the database shows through."""
        for number, name in enumerate(("strasse", "straße", "jose", "josé", "a b", "a  b", "a%", "a_")):
            self.adopt(person(name, dn=f"uid={number},{BASE}"))
        for name in ("strasse", "straße", "jose", "josé", "a b", "a  b", "a%", "a_"):
            found = self.find(name)
            assert found is not None
            assert found.name == name

    def test_a_name_wins_over_an_alias(self) -> None:
        self.adopt(person("other", aliases=("jdoe",)))
        found = self.find("jdoe")
        assert found is not None
        assert found.name == "other"
        self.adopt(person("jdoe"))
        found = self.find("jdoe")
        assert found is not None
        assert found.name == "jdoe"

    def test_an_alias_of_two_people_is_a_conflict(self) -> None:
        """R4: never one of them by chance."""
        self.adopt(person("one", aliases=("info@example.com",)))
        assert self.find("info@example.com") is not None
        self.adopt(person("two", aliases=("Info@example.com",)))
        with pytest.raises(IdentityConflict):
            self.find("info@example.com")

    def test_adoption_gives_a_revision(self) -> None:
        assert self.adopt(person("jdoe")).revision > 0

    def test_adopting_again_changes_nothing(self) -> None:
        """R11: idempotent by origin, whatever the second one says."""
        first = self.adopt(person("jdoe"))
        again = self.adopt(person("renamed", origin=first.origin, state=AccountState(disabled=True)), b"another")
        assert same(again, first)
        assert again.revision == first.revision
        assert self.find("renamed") is None
        assert self.run(self.directory.counts()) == {"staff": 1}

    def test_many_adoptions_of_one_person_at_once_give_one(self) -> None:
        """R11."""
        shown = person("jdoe")

        async def all_at_once() -> list[Identity]:
            adoptions = [Deferred.fromCoroutine(self.directory.adopt(adoption(shown))) for _ in range(8)]
            return await gatherResults(adoptions)

        adopted = self.run(all_at_once())
        assert {identity.revision for identity in adopted} == {adopted[0].revision}
        assert self.run(self.directory.counts()) == {"staff": 1}

    @pytest.mark.parametrize(
        "second",
        [
            person("JDOE", origin=Origin("customers", "7"), dn=f"uid=7,{BASE}"),
            person("seven", origin=Origin("customers", "7"), dn=f"UID=jdoe,ou=people,{BASE}"),
            person("seven", origin=Origin("customers", "7"), id=derive_id(Origin("staff", "jdoe"))),
        ],
        ids=["name", "DN", "id"],
    )
    def test_a_second_person_is_a_conflict_and_nothing_is_written(self, second: Identity) -> None:
        """R4: the error names who holds it."""
        self.adopt(person("jdoe"))
        with pytest.raises(IdentityConflict, match=r"uid=jdoe,ou=People.*staff"):
            self.adopt(second)
        assert self.run(self.directory.counts()) == {"staff": 1}
        assert self.run(self.directory.by_origin("customers", ["7"])) == {}
        assert self.find("seven") is None

    def test_nobody_is_adopted_without_a_hash(self) -> None:
        with pytest.raises(DirectoryError):
            self.run(self.directory.adopt(replace(adoption(person("jdoe")), password_hash="")))
        assert self.find("jdoe") is None

    def test_whoever_another_process_adopted_is_found_at_once(self) -> None:
        other = self.another()
        assert self.find("jdoe") is None
        self.run(other.adopt(adoption(person("jdoe"))))
        assert self.find("jdoe") is not None

    def test_people_are_found_by_origin(self) -> None:
        jdoe = self.adopt(person("jdoe", origin=Origin("staff", "7")))
        self.adopt(person("asmith", origin=Origin("customers", "7")))
        found = self.run(self.directory.by_origin("staff", ["7", "8"]))
        assert list(found) == ["7"]
        assert found["7"] is not None
        assert found["7"].id == jdoe.id
        assert self.run(self.directory.by_origin("staff", [])) == {}

    def test_people_are_counted_by_source(self) -> None:
        for name, source in (("a", "staff"), ("b", "staff"), ("c", "customers")):
            self.adopt(person(name, origin=Origin(source, name)))
        assert self.run(self.directory.counts()) == {"staff": 2, "customers": 1}

    def test_a_closed_directory_is_unavailable(self) -> None:
        self.adopt(person("jdoe"))
        self.run(self.directory.close())
        with pytest.raises(DirectoryUnavailable):
            self.find("jdoe")
        with pytest.raises(DirectoryUnavailable):
            self.adopt(person("asmith"))

    def test_no_hash_is_shown(self) -> None:
        """R15."""
        written = adoption(person("jdoe"))
        adopted = self.run(self.directory.adopt(written))
        with pytest.raises(IdentityConflict) as conflict:
            self.adopt(person("jdoe", origin=Origin("customers", "1")))
        for text in (repr(written), repr(adopted), repr(self.directory), repr(conflict.value), str(conflict.value)):
            assert written.password_hash not in text
