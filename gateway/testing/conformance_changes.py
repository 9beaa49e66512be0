"""Changes by administrators' hands: what every native directory promises. How to use it: `conformance_directory.py`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from twisted.internet.defer import Deferred, gatherResults

from gateway.errors import RemovedHere, Superseded
from gateway.identity.changes import Changed, ChangeRefused, Deed, Fault, Kind, Modification, Password
from gateway.identity.model import NATIVE, AccountState, Attributes, Entry, Identity, LoginName, Origin, Secret
from gateway.identity.outcome import Accepted, Reason, Rejected
from gateway.identity.ports import NativeDirectory
from gateway.testing.directory_hooks import BASE, PASSWORD, DirectoryHooks, group, person
from gateway.testing.plain_hasher import PlainHasher
from gateway.wire.dn import normalise_dn
from gateway.wire.filter import parse_filter

AT = 1_800_000_000.0
ADMIN = f"cn=admin,{BASE}"
DEED = Deed(AT, ADMIN)
WHOLE = Deed(AT, ADMIN, whole=True)
ANN, BOB = f"uid=ann,ou=People,{BASE}", f"uid=bob,ou=People,{BASE}"
STAFF = f"cn=staff,ou=Groups,{BASE}"


def step(text: str, *values: bytes) -> Modification:
    """`+mail`, `-mail`, `=mail`, `#uidNumber`."""
    kind = {"+": Kind.ADD, "-": Kind.DELETE, "=": Kind.REPLACE, "#": Kind.INCREMENT}[text[0]]
    return Modification(kind, text[1:], values)


@contextmanager
def refused(fault: Fault) -> Iterator[None]:
    """What is done is refused like that."""
    with pytest.raises(ChangeRefused) as caught:
        yield
    assert caught.value.fault is fault


class ChangesConformance(DirectoryHooks):
    """Adding, changing, renaming and removing."""

    def change(self, dn: str, *steps: Modification, deed: Deed = DEED, **more: Any) -> Changed:
        done = self.run(self.directory.change(normalise_dn(dn), steps, deed, **more))
        assert done is not None
        return done

    def rename(self, dn: str, to: str, *, keep_old: bool = False, deed: Deed = DEED) -> Changed:
        done = self.run(self.directory.rename(normalise_dn(dn), to, normalise_dn(to), deed, keep_old=keep_old))
        assert done is not None
        return done

    def remove(self, dn: str, deed: Deed = DEED) -> Entry | None:
        return self.run(self.directory.remove(normalise_dn(dn), deed))

    def add(self, entry: Entry, password: bytes | None = None, deed: Deed = DEED) -> Entry:
        stored = None if password is None else Password(PlainHasher.strong(password))
        return self.run(self.directory.add(entry, deed, stored))

    def owned_group(self, *members: str, **attributes: Any) -> None:
        self.add(group("staff", *members, **attributes))

    def members(self, name: str = "member") -> list[bytes]:
        """Of the group `staff`."""
        return list(self.entries("(cn=staff)")[STAFF].attributes.get(name))

    def now(self, name: str) -> Identity:
        found = self.find(name)
        assert found is not None
        return found

    # Adding

    def test_a_person_who_is_added_signs_in(self) -> None:
        added = self.add(person("ann", attributes=Attributes({"objectClass": [b"account"]})), PASSWORD)
        assert isinstance(added, Identity)
        assert added.origin.source == NATIVE
        assert added.attributes.get("uid") == (b"ann",)
        assert added.operational.first("entryUUID") == str(added.id)
        assert added.operational.first("createTimestamp") == "20270115080000Z"
        assert added.operational.first("creatorsName") == ADMIN
        found = self.now("ANN")
        assert isinstance(self.run(self.directory.verify(found, Secret(PASSWORD))), Accepted)
        assert self.search("(uid=ann)") == ["ann"]

    def test_a_person_without_a_password_is_refused_whatever_is_typed(self) -> None:
        self.add(person("ann", attributes=Attributes({"objectClass": [b"account"]})))
        for password in (PASSWORD, b"x"):
            outcome = self.run(self.directory.verify(self.now("ann"), Secret(password)))
            assert outcome in (Rejected(Reason.NO_PASSWORD), Rejected(Reason.WRONG_PASSWORD))

    def test_a_group_that_is_added_is_owned(self) -> None:
        self.add(group("staff", ANN))
        (found,) = self.entries(f"(member={ANN})").values()
        assert found.owned
        assert found.origin is None
        assert found.operational.first("entryUUID") == str(found.id)

    @pytest.mark.parametrize(
        ("entry", "fault"),
        [
            (person("x", dn=ANN), Fault.ENTRY_ALREADY_EXISTS),
            (person("Ann", dn=f"uid=ann,{BASE}"), Fault.CONSTRAINT_VIOLATION),
            (group("x", dn=STAFF), Fault.ENTRY_ALREADY_EXISTS),
            (group("x", dn=ANN), Fault.ENTRY_ALREADY_EXISTS),
            (Entry(f"cn=x,{BASE}", f"cn=x,{BASE}", Attributes({"cn": [b"x"]})), Fault.OBJECT_CLASS_VIOLATION),
            (group("x", objectClass=[b"posixGroup"]), Fault.OBJECT_CLASS_VIOLATION),
            (group("x", userPassword=[b"secret"]), Fault.CONSTRAINT_VIOLATION),
            (group("x", member=[b"no dn"]), Fault.INVALID_ATTRIBUTE_SYNTAX),
        ],
        ids=[
            "DN of a person",
            "name",
            "DN of a group",
            "a group at a person",
            "no class",
            "must",
            "password",
            "syntax",
        ],
    )
    def test_what_cannot_be_added(self, entry: Entry, fault: Fault) -> None:
        self.adopt(person("ann"))
        self.carry(group("staff"))
        if isinstance(entry, Identity):
            attributes = Attributes({"objectClass": [b"account"], "uid": [b"x"]})
            entry = person(entry.name, dn=entry.dn, attributes=attributes)
        with refused(fault):
            self.add(entry)
        assert self.search("(uid=*)") == ["ann"]
        assert self.entries("(objectClass=*)").keys() == {STAFF}

    # Changing

    @pytest.mark.parametrize("who", ["person", "group"])
    def test_values_are_added_deleted_replaced_and_counted_up(self, who: str) -> None:
        """RFC 4511 4.6, RFC 4525."""
        dn = self.somebody(who, description=[b"old"], uidNumber=[b"7"])
        done = self.change(
            dn,
            step("+description", b"a", b"b"),
            step("-Description", b" OLD "),
            step("=title", b"x", b"y"),
            step("#uidNumber", b"3"),
            step("=seeAlso"),
        )
        assert done.before.attributes.get("description") == (b"old",)
        after = done.after.attributes
        assert (after.get("description"), after.get("title")) == ((b"a", b"b"), (b"x", b"y"))
        assert after.get("uidNumber") == (b"10",)
        assert [name for name, _ in after.items()][-1] == "title"
        assert done.after.operational.first("modifiersName") == ADMIN
        assert done.after is not done.before
        text = "(&(description=a)(uidNumber=10)(!(description=old)))"
        assert len(self.search(text) if who == "person" else self.entries(text)) == 1
        assert (self.search if who == "person" else self.entries)("(uidNumber=7)") in ([], {})
        self.change(dn, step("-title"), step("=description"))
        assert len(self.entries("(title=*)")) == len(self.search("(description=*)")) == 0

    def somebody(self, who: str, **attributes: Any) -> str:
        """A person or a group with these attributes; its DN."""
        if who == "group":
            self.carry(group("staff", ANN, BOB, **attributes))
            return STAFF
        shown = person("ann")
        self.adopt(person("ann", attributes=Attributes([*shown.attributes.items(), *attributes.items()])))
        return ANN

    @pytest.mark.parametrize("who", ["person", "group"])
    @pytest.mark.parametrize(
        ("steps", "fault"),
        [
            ([step("+description", b"OLD")], Fault.ATTRIBUTE_OR_VALUE_EXISTS),
            ([step("+description", b"x", b"X")], Fault.ATTRIBUTE_OR_VALUE_EXISTS),
            ([step("-description", b"none")], Fault.NO_SUCH_ATTRIBUTE),
            ([step("-title")], Fault.NO_SUCH_ATTRIBUTE),
            ([step("#title", b"1")], Fault.NO_SUCH_ATTRIBUTE),
            ([step("#description", b"1")], Fault.CONSTRAINT_VIOLATION),
            ([step("=uidNumber", b"1", b"2")], Fault.CONSTRAINT_VIOLATION),
            ([step("=uidNumber", b"seven")], Fault.INVALID_ATTRIBUTE_SYNTAX),
            ([step("=entryUUID", b"597ae2f6-16a6-1027-98f4-d28b5365dc14")], Fault.CONSTRAINT_VIOLATION),
            ([step("=userPassword", b"secret")], Fault.CONSTRAINT_VIOLATION),
            ([step("-objectClass")], Fault.OBJECT_CLASS_VIOLATION),
            ([step("+objectClass", b"posixAccount")], Fault.OBJECT_CLASS_VIOLATION),
            ([step("+title", b"good"), step("-description", b"none")], Fault.NO_SUCH_ATTRIBUTE),
        ],
    )
    def test_what_cannot_be_changed_is_left_as_it_was(self, who: str, steps: list[Modification], fault: Fault) -> None:
        dn = self.somebody(who, description=[b"old"], uidNumber=[b"7"])
        with refused(fault):
            self.change(dn, *steps)
        assert self.entries("(title=*)") == {}
        assert self.search("(title=*)") == []
        found = self.find("ann") if who == "person" else self.entries("(cn=staff)")[STAFF]
        assert found is not None
        assert found.attributes.get("description") == (b"old",)
        assert not getattr(found, "owned", False)

    def test_values_of_the_name_stay(self) -> None:
        self.adopt(person("ann"))
        self.carry(group("staff"))
        for dn, name in ((ANN, "uid"), (STAFF, "cn")):
            with refused(Fault.NOT_ALLOWED_ON_RDN):
                self.change(dn, step(f"={name}", b"other"))

    def test_the_first_change_makes_a_copy_owned_and_then_the_directory_decides(self) -> None:
        """R9, R18."""
        self.carry(group("staff", ANN))
        self.change(STAFF, step("+member", BOB.encode()))
        self.carry(group("staff", "cn=from the source"))
        (found,) = self.entries("(cn=staff)").values()
        assert found.owned
        assert found.attributes.get("member") == (ANN.encode(), BOB.encode())
        assert self.run(self.directory.carried("staff", [normalise_dn(STAFF)])).keys() == {normalise_dn(STAFF)}

    def test_members_come_and_go(self) -> None:
        """R18."""
        self.owned_group(ANN, memberUid=[b"ann"])
        done = self.change(
            STAFF, step("+member", BOB.encode()), step("-member", ANN.upper().encode()), step("+memberUid", b"bob")
        )
        assert (done.before.attributes.get("member"), done.after.attributes.get("member")) == ((), ())
        assert self.members() == [BOB.encode()]
        assert self.members("memberUid") == [b"ann", b"bob"]
        assert self.entries(f"(member={ANN})") == {}
        done = self.change(STAFF, step("=member", ANN.encode(), BOB.encode()), step("-memberUid"), deed=WHOLE)
        assert done.before.attributes.get("member") == (BOB.encode(),)
        assert done.after.attributes.get("member") == (ANN.encode(), BOB.encode())
        assert done.after.attributes.get("memberUid") == self.entries("(memberUid=*)").get("memberUid", ())
        self.change(STAFF, step("+uniqueMember", ANN.encode()))
        assert len(self.run(self.directory.memberships([normalise_dn(ANN)]))[normalise_dn(ANN)]) == 1
        assert self.members("uniqueMember") == [ANN.encode()]
        self.change(STAFF, step("-member"))
        assert self.members() == []

    @pytest.mark.parametrize(
        ("steps", "fault"),
        [
            ([step("+member", ANN.upper().encode())], Fault.ATTRIBUTE_OR_VALUE_EXISTS),
            ([step("+member", BOB.encode(), BOB.upper().encode())], Fault.ATTRIBUTE_OR_VALUE_EXISTS),
            ([step("-member", BOB.encode())], Fault.NO_SUCH_ATTRIBUTE),
            ([step("-uniqueMember")], Fault.NO_SUCH_ATTRIBUTE),
            ([step("+member", b"no dn")], Fault.INVALID_ATTRIBUTE_SYNTAX),
            ([step("+member", BOB.encode()), step("-title")], Fault.NO_SUCH_ATTRIBUTE),
            ([step("+memberUid", b"ann")], Fault.ATTRIBUTE_OR_VALUE_EXISTS),
        ],
    )
    def test_members_that_cannot_be_changed(self, steps: list[Modification], fault: Fault) -> None:
        self.owned_group(ANN, memberUid=[b"ann"])
        with refused(fault):
            self.change(STAFF, *steps)
        assert self.members() == [ANN.encode()]
        self.change(STAFF, step("+memberUid", b"ANN"))
        assert self.members("memberUid") == [b"ann", b"ANN"]

    def test_a_change_of_nothing_that_is_here_is_none(self) -> None:
        key = normalise_dn(ANN)
        assert self.run(self.directory.change(key, [step("=title", b"x")], DEED)) is None
        assert self.run(self.directory.rename(key, BOB, normalise_dn(BOB), DEED, keep_old=False)) is None
        assert self.remove(ANN) is None

    def test_nobody_loses_a_change_to_another(self) -> None:
        """R11: many who change one entry at once, and none of it is lost."""
        self.adopt(person("ann"))
        self.owned_group()

        async def all_at_once() -> None:
            both = (self.directory, self.another())
            steps = [(ANN, "+description"), (STAFF, "+memberUid"), (STAFF, "+description")]
            changes = [
                Deferred.fromCoroutine(both[number % 2].change(normalise_dn(dn), [step(what, b"%d" % number)], DEED))
                for number in range(12)
                for dn, what in steps
            ]
            await gatherResults(changes)

        self.run(all_at_once())
        assert sorted(map(int, self.now("ann").attributes.get("description"))) == list(range(12))
        assert sorted(map(int, self.members("memberUid"))) == list(range(12))
        (staff,) = self.entries("(cn=staff)").values()
        assert sorted(map(int, staff.attributes.get("description"))) == list(range(12))

    @pytest.mark.parametrize("who", ["person", "group"])
    def test_an_assertion_is_asked_first(self, who: str) -> None:
        """RFC 4528: in the same transaction."""
        dn = self.somebody(who, description=[b"old"])
        holds = ["(description=old)"] + ([f"(member={ANN})", "(!(member=cn=x))"] if who == "group" else [])
        for text in ("(description=new)", "(nosuch=x)", f"(member=cn=x,{BASE})"):
            deed = Deed(AT, assertion=parse_filter(text))
            for act in (
                lambda deed=deed: self.change(dn, step("=title", b"x"), deed=deed),
                lambda deed=deed: self.rename(dn, f"cn=new,{BASE}", deed=deed),
                lambda deed=deed: self.remove(dn, deed),
            ):
                with refused(Fault.ASSERTION_FAILED):
                    act()
        for text in holds:
            assert self.change(dn, step("=title", b"x"), deed=Deed(AT, assertion=parse_filter(text))).after

    def test_password_and_state_change_with_the_rest(self) -> None:
        """R19: one transaction, one revision."""
        self.adopt(person("ann"))
        stored = Password(PlainHasher.strong(b"new one"))
        state = AccountState(must_change=True)
        done = self.change(ANN, step("=title", b"x"), password=stored, state=state)
        assert isinstance(done.before, Identity)
        assert isinstance(done.after, Identity)
        assert done.after.state == state
        assert done.after.revision > done.before.revision
        assert self.run(self.directory.verify(self.now("ann"), Secret(PASSWORD))) == Rejected(Reason.WRONG_PASSWORD)
        assert isinstance(self.run(self.directory.verify(self.now("ann"), Secret(b"new one"))), Accepted)
        assert stored.stored not in repr((stored, done))
        self.owned_group()
        with refused(Fault.OBJECT_CLASS_VIOLATION):
            self.change(STAFF, password=stored)

    def test_a_change_of_an_older_person_is_not_made(self) -> None:
        self.adopt(person("ann"))
        before = self.now("ann")
        done = self.change(ANN, step("=title", b"first"), deed=Deed(AT, revision=before.revision))
        with pytest.raises(Superseded):
            self.change(ANN, step("=title", b"second"), deed=Deed(AT, revision=before.revision))
        assert self.now("ann").attributes.first("title") == "first"
        assert isinstance(done.after, Identity)
        reset = AccountState(must_change=True, reset=True)
        last = self.change(ANN, deed=Deed(AT, revision=done.after.revision), state=reset)
        for shown in (last.after, self.now("ann")):
            assert isinstance(shown, Identity)
            assert (shown.state, shown.operational.get("pwdReset")) == (reset, (b"TRUE",))
        assert self.change(ANN, step("=title", b"third"), state=AccountState()).after.operational.get("pwdReset") == ()

    def test_another_process_sees_a_change_within_a_second(self) -> None:
        """R9, R19."""
        self.adopt(person("ann", aliases=("a@x",), attributes=mailing(b"a@x")))
        other = self.another()
        before = self.seen(other, "ann")
        self.change(ANN, step("=title", b"x"), step("=mail", b"b@x"))
        after = self.seen(other, "ann")
        assert before is not None
        assert after is not None
        assert after.attributes.first("title") == "x"
        assert after is not before
        assert self.run(other.find(LoginName.of("a@x"))) is None
        assert self.run(other.find(LoginName.of("b@x"))) is not None
        self.remove(ANN)
        assert self.seen(other, "ann") is None

    def seen(self, directory: Any, name: str) -> Identity | None:
        """Whom another process sees after a second."""
        found: Identity | None = self.run(directory.find(LoginName.of(name)))
        for _ in range(2):
            self.later(0.5)
            found = self.run(directory.find(LoginName.of(name)))
        return found

    # Names

    def test_login_name_and_aliases_follow_their_attributes(self) -> None:
        """R1: the old names are free, id and origin stay (R3)."""
        attributes = mailing(b"ann@example.com", uid=b"Ann")
        before = self.adopt(person("Ann", dn=f"cn=Ann,{BASE}", aliases=("Ann@Example.com",), attributes=attributes))
        dn = f"cn=Ann,{BASE}"
        self.change(dn, step("=uid", b"Jane"), step("=mail", b"jane@example.com", b"j@example.com"))
        assert self.find("ann") is None
        assert self.find("ann@example.com") is None
        for name in ("jane", "jane@example.com", "J@example.com"):
            found = self.now(name)
            assert (found.id, found.origin, found.name) == (before.id, before.origin, "Jane")
        self.adopt(person("ann", aliases=("ann@example.com",)))
        self.change(dn, step("-mail", b"j@example.com"))
        assert self.find("j@example.com") is None
        assert self.now("jane").aliases == ("jane@example.com",)

    def test_a_login_name_is_replaced_and_never_lost(self) -> None:
        self.adopt(person("ann", dn=f"cn=The ann,{BASE}"))
        self.adopt(person("bob"))
        with refused(Fault.CONSTRAINT_VIOLATION):
            self.change(f"cn=The ann,{BASE}", step("-uid"))
        with refused(Fault.CONSTRAINT_VIOLATION):
            self.change(f"cn=The ann,{BASE}", step("=uid", b"BOB"))
        assert self.now("ann").dn == f"cn=The ann,{BASE}"
        assert self.now("bob").dn == BOB

    def test_an_address_of_two_people_leads_to_the_first(self) -> None:
        """R4: whose alias it is already stays so; the attribute is written."""
        self.adopt(person("ann", aliases=("info@x",), attributes=mailing(b"info@x", uid=b"ann")))
        self.adopt(person("bob", aliases=("bob@x",), attributes=mailing(b"bob@x", uid=b"bob")))
        self.change(BOB, step("+mail", b"info@x"))
        assert self.now("info@x").name == "ann"
        assert self.now("bob").attributes.get("mail") == (b"bob@x", b"info@x")

    # Renaming

    def test_a_person_is_renamed_with_name_and_memberships(self) -> None:
        """R18: referential integrity, in copies, too."""
        before = self.adopt(person("ann"))
        self.owned_group(ANN.upper(), BOB, memberUid=[b"bob", b"ann"])
        self.carry(group("copy", ANN), source="customers")
        to = f"uid=Jane,ou=Staff,{BASE}"
        done = self.rename(ANN, to)
        assert isinstance(done.after, Identity)
        assert (done.after.dn, done.after.name, done.after.id) == (to, "Jane", before.id)
        assert done.after.attributes.get("uid") == (b"Jane",)
        assert self.find("ann") is None
        assert self.now("jane").dn == to
        assert self.members() == [to.encode(), BOB.encode()]
        assert self.members("memberUid") == [b"bob", b"Jane"]
        copy = f"cn=copy,ou=Groups,{BASE}"
        assert copy in self.entries(f"(member={to})")
        assert not self.entries(f"(member={ANN})")
        assert not getattr(self.entries("(cn=copy)")[copy], "owned", True)
        assert self.search("(objectClass=*)", f"ou=staff,{BASE}") == ["Jane"]

    def test_a_group_is_renamed(self) -> None:
        self.owned_group(ANN, distinguishedName=[STAFF.encode()])
        self.add(group("nested", STAFF))
        to = f"cn=crew,ou=Groups,{BASE}"
        done = self.rename(STAFF, to, keep_old=True, deed=WHOLE)
        assert done.after.attributes.get("cn") == (b"staff", b"crew")
        assert done.after.attributes.get("member") == (ANN.encode(),)
        assert done.after.attributes.get("distinguishedName") == (to.encode(),)
        assert self.entries(f"(member={to})").keys() == {f"cn=nested,ou=Groups,{BASE}"}
        self.rename(to, f"CN=Crew,ou=Groups,{BASE}")
        assert self.entries("(cn=crew)").keys() == {f"CN=Crew,ou=Groups,{BASE}"}

    def test_what_cannot_be_renamed(self) -> None:
        self.adopt(person("ann"))
        self.adopt(person("bob"))
        self.adopt(person("below", dn=f"uid=below,{ANN}"))
        self.owned_group()
        with refused(Fault.ENTRY_ALREADY_EXISTS):
            self.rename(STAFF, BOB)
        with refused(Fault.NOT_ALLOWED_ON_NON_LEAF):
            self.rename(ANN, f"uid=new,{BASE}")
        with refused(Fault.NOT_ALLOWED_ON_NON_LEAF):
            self.remove(ANN)
        with refused(Fault.CONSTRAINT_VIOLATION):
            self.rename(f"uid=below,{ANN}", f"uid=bob,{BASE}")
        assert self.now("below").dn == f"uid=below,{ANN}"

    def renames(self, directory: NativeDirectory | None = None) -> list[tuple[str, str, str, str]]:
        found = self.run((directory or self.directory).renamed())
        assert all((one.was_key, one.dn_key) == (normalise_dn(one.was), normalise_dn(one.dn)) for one in found)
        return sorted((one.was, one.was_name, one.dn, one.name) for one in found)

    def test_what_whoever_was_renamed_was_called_is_known(self) -> None:
        """R18: the groups of the source go on calling them that."""
        self.adopt(person("ann"))
        self.carry(group("staff", ANN), key="7")
        assert self.renames() == []
        first, second, crew = f"uid=Jane,{BASE}", f"uid=Joan,{BASE}", f"cn=crew,{BASE}"
        self.rename(ANN, first)
        assert self.renames() == [(ANN, "ann", first, "Jane")]
        self.rename(first, second)
        self.rename(STAFF, crew)
        both = [(STAFF, "", crew, ""), (ANN, "ann", second, "Joan")]
        assert self.renames() == self.renames(self.another()) == both
        self.rename(second, ANN)
        self.remove(crew)
        assert self.renames() == []

    def test_a_change_of_the_login_name_alone_is_known_too(self) -> None:
        ann = f"cn=The ann,ou=People,{BASE}"
        self.adopt(person("ann", dn=ann))
        self.change(ann, step("=uid", b"jane"))
        assert self.renames() == [(ann, "ann", ann, "jane")]

    def test_a_name_that_somebody_else_has_is_not_what_anybody_was_called(self) -> None:
        """A group that lists that DN from now on means the newcomer."""
        self.adopt(person("ann"))
        self.rename(ANN, f"uid=Jane,{BASE}")
        self.adopt(person("ann", origin=Origin("staff", "another")))
        assert self.renames() == []

    # Removing

    def test_who_is_removed_is_gone_with_memberships(self) -> None:
        """R18."""
        self.adopt(person("ann", aliases=("a@x",)))
        self.owned_group(ANN, BOB, memberUid=[b"ann", b"bob"])
        gone = self.remove(ANN)
        assert isinstance(gone, Identity)
        assert gone.name == "ann"
        assert self.find("ann") is None
        assert self.find("a@x") is None
        assert self.search("(uid=*)") == []
        assert (self.members(), self.members("memberUid")) == ([BOB.encode()], [b"bob"])

    def test_a_group_is_removed(self) -> None:
        self.owned_group(ANN)
        gone = self.remove(STAFF, WHOLE)
        assert gone is not None
        assert gone.attributes.get("member") == (ANN.encode(),)
        assert self.entries("(objectClass=*)") == {}
        assert self.run(self.directory.memberships([normalise_dn(ANN)])) == {}

    def test_a_copy_that_was_removed_is_not_carried_again(self) -> None:
        self.carry(group("staff", ANN), key="7")
        self.remove(STAFF)
        self.carry(group("staff", ANN, BOB), key="7")
        assert self.entries("(objectClass=*)") == {}
        assert self.run(self.directory.carried("staff", ["7", "8"])) == {"7": None}

    def test_who_was_removed_is_not_adopted_again(self) -> None:
        """R10: whatever the source still accepts."""
        ann = self.adopt(person("ann"))
        self.remove(ANN)
        with pytest.raises(RemovedHere):
            self.adopt(person("ann"))
        assert self.run(self.another().by_origin("staff", ["ann", "bob"])) == {"ann": None}
        assert self.run(self.directory.by_origin("customers", ["ann"])) == {}
        self.adopt(person("ann", origin=Origin("customers", "1")))
        assert self.now("ann").id != ann.id

    def test_who_was_made_here_and_removed_leaves_nothing(self) -> None:
        shown = person("ann", attributes=Attributes({"objectClass": [b"account"]}))
        for _ in range(2):
            self.add(shown, PASSWORD)
            self.remove(ANN)
        assert self.run(self.directory.by_origin(NATIVE, [str(shown.id)])) == {}


def mailing(mail: bytes, uid: bytes = b"ann") -> Attributes:
    """The attributes of somebody with an address."""
    return Attributes({"objectClass": [b"top", b"person"], "uid": [uid], "mail": [mail]})
