"""Groups and containers: what every native directory promises. How to use it: `conformance_directory.py`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.errors import IdentityConflict
from gateway.identity.model import Attributes, Entry, LoginName, Origin
from gateway.identity.ports import NativeDirectory
from gateway.identity.search import BaseNotFound, Scope
from gateway.testing.directory_hooks import BASE, DirectoryHooks, group, person
from gateway.wire.dn import normalise_dn

ANN, BOB = f"uid=ann,ou=People,{BASE}", f"uid=bob,ou=People,{BASE}"
NO_MEMBERS = frozenset({"cn"})


class EntriesConformance(DirectoryHooks):
    """Copies of what is no person, and how they are found."""

    def test_a_group_is_here_as_carried_byte_for_byte(self) -> None:
        """R3, R18: DN, attributes, their order and spelling, each member as the source spelled it."""
        shown = Entry(
            dn=f"CN=Ünïcode\\, all, OU=Groups,{BASE}",
            dn_key=normalise_dn(f"CN=Ünïcode\\, all, OU=Groups,{BASE}"),
            attributes=Attributes(
                [
                    ("objectClass", [b"top", b"groupOfUniqueNames"]),
                    ("uniqueMember", [b"UID=Ann , ou=people,dc=example,dc=com", b"no dn at all", b"\xff\0", b""]),
                    ("CN", ["Ünïcode, all".encode()]),
                    ("MemberUID", [b"Ann", b"bob"]),
                    ("jpegPhoto", [bytes(range(256)), b""]),
                    ("member;x-past", [BOB.encode()]),
                ]
            ),
            operational=Attributes({"entryUUID": [b"597ae2f6-16a6-1027-98f4-d28b5365dc14"], "nsUniqueId": [b"\xff"]}),
        )
        self.carry(shown, key="Key: ÄÖ\x01'\"%_")
        (found,) = self.entries("(objectClass=groupOfUniqueNames)").values()
        assert (found.dn, found.dn_key) == (shown.dn, shown.dn_key)
        assert [*found.attributes.items()] == [*shown.attributes.items()]
        assert [*found.operational.items()] == [*shown.operational.items()]
        assert found.origin == Origin("staff", "Key: ÄÖ\x01'\"%_")
        assert not found.owned
        assert found.members == {"uniquemember", "memberuid"}

    def test_entries_are_found_beside_people_by_scope_and_filter(self) -> None:
        self.adopt(person("ann"))
        container = Attributes({"objectClass": [b"organizationalUnit"]})
        self.carry(Entry(f"ou=Groups,{BASE}", f"ou=groups,{BASE}", container))
        self.carry(group("staff", ANN))
        self.carry(group("admins", dn=f"cn=admins,cn=staff,ou=Groups,{BASE}"))
        staff, admins = f"cn=staff,ou=Groups,{BASE}", f"cn=admins,cn=staff,ou=Groups,{BASE}"
        assert self.entries("(objectClass=groupOfNames)").keys() == {staff, admins}
        assert self.entries("(objectClass=*)", f"ou=groups,{BASE}", Scope.ONE).keys() == {staff}
        assert self.entries("(objectClass=*)", f"OU=groups,{BASE}", Scope.BASE).keys() == {f"ou=Groups,{BASE}"}
        assert self.entries("(cn=STAFF)").keys() == {staff}
        assert self.entries("(cn=st*)", f"cn=staff,ou=groups,{BASE}").keys() == {staff}
        assert self.entries("(&(objectClass=person)(cn=*))") == {}
        assert self.entries("(cn=nobody)", person=LoginName.of("nobody")) == {}
        assert self.search("(objectClass=person)") == ["ann"]

    def test_a_base_is_found_where_only_an_entry_is(self) -> None:
        with pytest.raises(BaseNotFound):
            self.entries("(objectClass=*)", f"ou=groups,{BASE}")
        self.carry(group("staff"))
        assert self.entries("(cn=nobody)", f"ou=groups,{BASE}") == {}
        assert len(self.entries("(objectClass=*)", f"ou=groups,{BASE}")) == 1
        with pytest.raises(BaseNotFound):
            self.entries("(objectClass=*)", f"ou=roups,{BASE}")

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            (f"(member={ANN})", ["staff"]),
            ("(member=UID=Ann, ou=people,dc=example,dc=com)", ["staff"]),
            (f"(member={BOB})", ["empty?", "staff"]),
            ("(memberUid=ann)", ["posix"]),
            ("(memberUid=ANN)", []),
            ("(member=*)", ["empty?", "staff"]),
            ("(!(member=*))", ["posix", "unique"]),
            (f"(!(member={ANN}))", ["empty?", "posix", "unique"]),
            (f"(&(objectClass=groupOfNames)(!(member={ANN})))", ["empty?", "posix", "unique"]),
            (f"(|(uniqueMember={ANN})(memberUid=bob)(cn=nobody))", ["posix", "unique"]),
            (f"(uniqueMember={BOB}#'01'B)", ["unique"]),
            (f"(uniqueMember={BOB})", []),
            ("(memberUid=a*)", ["posix"]),
            (f"(distinguishedName={ANN})", ["staff"]),
            (f"(member:distinguishedNameMatch:={ANN})", ["staff"]),
            ("(member=no dn)", []),
            ("(nosuch=x)", []),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("asked", [None, frozenset({"member", "memberuid", "uniquemember"}), NO_MEMBERS])
    def test_a_filter_on_members_decides_whatever_is_shown(
        self, text: str, names: list[str], asked: frozenset[str] | None
    ) -> None:
        self.carry(group("staff", ANN, BOB))
        self.carry(group("empty?", BOB))
        self.carry(group("posix", memberUid=[b"ann", b"bob"]))
        self.carry(group("unique", uniqueMember=[ANN.encode(), f"{BOB}#'01'B".encode()]))
        assert sorted(str(one.attributes.first("cn")) for one in self.entries(text, attributes=asked).values()) == names

    def test_members_are_shown_where_they_are_asked_for_only(self) -> None:
        self.carry(group("staff", ANN, BOB, memberUid=[b"ann"]))
        asked = {
            "*": {"member", "memberUid"},
            "+": set(),
            "cn": set(),
            "member": {"member"},
            "memberuid": {"memberUid"},
        }
        for name, shown in asked.items():
            for text in ("(cn=staff)", f"(member={ANN})", "(memberUid=a*)"):
                (entry,) = self.entries(text, attributes=frozenset({name})).values()
                assert {"member", "memberUid"} & {name for name, _ in entry.attributes.items()} == shown, (name, text)
                assert not shown & {"member"} or entry.attributes.get("member") == (ANN.encode(), BOB.encode())
                assert entry.members == {"member", "memberuid"}

    def test_carrying_again_refreshes_and_the_same_again_writes_nothing(self) -> None:
        self.carry(group("staff", ANN, BOB))
        first = self.entries("(cn=staff)")[f"cn=staff,ou=Groups,{BASE}"]
        self.carry(group("staff", ANN, BOB))
        (again,) = self.entries("(cn=staff)").values()
        assert again.revision == first.revision
        for members in ((ANN,), (BOB, ANN), (ANN, BOB), (), ("cn=x", ANN, "cn=y"), ("cn=x", "cn=y", "cn=z")):
            self.carry(group("staff", *members, description=[str(members).encode()]))
            (now,) = self.entries("(cn=staff)").values()
            assert [one.decode() for one in now.attributes.get("member")] == list(members)
            assert now.attributes.first("description") == str(members)
            assert now.revision > first.revision
            assert now.id == first.id
            first = now

    def test_a_member_that_is_gone_is_not_found_any_more(self) -> None:
        self.carry(group("staff", ANN, BOB))
        self.carry(group("staff", BOB))
        assert self.entries(f"(member={ANN})") == {}
        assert self.run(self.directory.memberships([normalise_dn(ANN)])) == {}

    def test_a_group_that_was_renamed_in_its_source_is_one(self) -> None:
        self.carry(group("old", ANN), key="7")
        self.carry(group("new", ANN), key="7")
        assert self.entries("(objectClass=groupOfNames)").keys() == {f"cn=new,ou=Groups,{BASE}"}
        assert self.entries("(cn=old)") == {}

    def test_a_group_made_anew_in_its_source_takes_the_place_of_the_old_copy(self) -> None:
        self.carry(group("staff", ANN), key="7")
        self.carry(group("staff", BOB), key="8")
        (found,) = self.entries("(objectClass=groupOfNames)").values()
        assert found.origin == Origin("staff", "8")
        assert found.attributes.get("member") == (BOB.encode(),)

    def test_nothing_is_carried_to_the_dn_of_a_person_or_of_another_source(self) -> None:
        """R4."""
        self.adopt(person("ann"))
        with pytest.raises(IdentityConflict, match="ann"):
            self.carry(group("ann", dn=ANN.upper()))
        self.carry(group("staff"))
        with pytest.raises(IdentityConflict, match="source staff"):
            self.carry(group("staff", ANN), source="customers")
        (found,) = self.entries("(objectClass=groupOfNames)").values()
        assert found.attributes.get("member") == ()

    def test_a_person_takes_the_place_of_a_copy(self) -> None:
        """R11: what a source shows as a person by now is adopted."""
        self.carry(group("ann", dn=ANN))
        self.adopt(person("ann"))
        assert self.entries("(objectClass=*)") == {}
        assert self.search("(objectClass=*)") == ["ann"]

    def test_copies_are_found_by_origin(self) -> None:
        self.carry(group("staff", ANN), key="7")
        self.carry(group("other", dn=f"cn=other,{BASE}"), key="7", source="customers")
        found = self.run(self.directory.carried("staff", ["7", "8"]))
        (copy,) = found.values()
        assert copy is not None
        assert ([*found], copy.dn) == (["7"], f"cn=staff,ou=Groups,{BASE}")
        assert copy.attributes.get("member") == ()
        assert copy.members == {"member"}
        assert self.run(self.directory.carried("staff", [])) == {}

    def test_who_is_in_which_group(self) -> None:
        """R18: by DN in any spelling, by name for POSIX; the groups come without their members."""
        self.carry(group("staff", ANN.upper(), BOB))
        self.carry(group("unique", uniqueMember=[f"{BOB}#'01'B".encode()]))
        self.carry(group("posix", memberUid=[b"Ann", BOB.encode()]))
        ann, bob = normalise_dn(ANN), normalise_dn(BOB)
        found = self.run(self.directory.memberships([ann, bob, "uid=nobody"]))
        names = {key: sorted(str(one.attributes.first("cn")) for one in held) for key, held in found.items()}
        assert names == {ann: ["staff"], bob: ["staff", "unique"]}
        assert all(one.attributes.get("member") == () for held in found.values() for one in held)
        by_name = self.run(self.directory.memberships(["ann", "bob"], by_name=True))
        assert [(key, [one.dn for one in held]) for key, held in by_name.items()] == [
            ("ann", [f"cn=posix,ou=Groups,{BASE}"])
        ]
        assert self.run(self.directory.memberships([])) == {}

    def test_the_version_of_entries_changes_with_each_change_and_only_then(self) -> None:
        """R18: what is computed of groups is never staler than a second, in whatever process."""
        other = self.another()
        first = self.version(other)
        assert first is not None
        self.adopt(person("ann"))
        assert self.version(other) == first
        self.carry(group("staff", ANN))
        second = self.version(other)
        assert second not in {None, first}
        self.carry(group("staff", ANN))
        assert self.version(other) == second

    def version(self, directory: NativeDirectory) -> int | None:
        """What it says after a second of being asked."""
        for _ in range(2):
            directory.entries_version()
            self.later(0.5)
        return directory.entries_version()

    def test_a_large_group_is_whole(self) -> None:
        members = [f"uid=user{number},ou=People,{BASE}" for number in range(12_345)]
        self.carry(group("all", *members))
        self.carry(group("all", *members[1:], "uid=last"))
        (found,) = self.entries(f"(member={members[7_000]})").values()
        assert [one.decode() for one in found.attributes.get("member")] == [*members[1:], "uid=last"]
        assert self.entries(f"(member={members[0]})") == {}
        (shown,) = self.entries(f"(member={members[7_000]})", attributes=NO_MEMBERS).values()
        assert shown.attributes.get("member") == ()

    def test_an_entry_is_never_taken_for_a_person(self) -> None:
        self.carry(group("staff", uid=[b"staff"], mail=[b"staff@example.com"]))
        assert self.find("staff") is None
        assert self.find("staff@example.com") is None
        assert self.run(self.directory.by_origin("staff", [f"cn=staff,ou=groups,{BASE}"])) == {}
        assert self.run(self.directory.counts()) == {}
        assert len(self.entries("(uid=staff)")) == 1
        self.adopt(replace(person("staff"), groups=(f"cn=staff,ou=Groups,{BASE}",)))
        assert self.search("(&(uid=staff)(objectClass=person))") == ["staff"]
