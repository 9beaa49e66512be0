"""Directory work: who may, what is answered about entries that only a source holds, and what the audit says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from core_rig import PEER, RIGHT, Rig, login
from waiting import now

from gateway.errors import SourceUnavailable
from gateway.identity.changes import Changed, ChangeRefused, Fault, Kind, Modification
from gateway.identity.directory_work import Asker
from gateway.identity.model import AccountState, Attributes, Entry, Identity, Secret
from gateway.identity.newcomers import newcomer
from gateway.identity.outcome import Accepted, Reason, Rejected
from gateway.identity.password_outcome import Denied, Why
from gateway.identity.search import SearchIncomplete
from gateway.testing.memory_directory import MemoryDirectory
from gateway.testing.plain_hasher import PlainHasher
from gateway.wire.dn import leaf, normalise_dn

BASE = "dc=example,dc=com"
JDOE = "uid=jdoe,ou=people,o=corp"
CREW = "cn=crew,ou=people,o=corp"
NEW = b"new-canary-5d2f"


class Work:
    """A rig with an administrator who has moved."""

    def __init__(self, native: MemoryDirectory | None = None) -> None:
        self.rig = Rig(administrators=["admin"], native=native)
        self.rig.source.add("admin", RIGHT)
        self.rig.source.add_entry("ou=people,o=corp", {"objectClass": [b"organizationalUnit"], "ou": [b"people"]})
        self.rig.source.add_entry(CREW, {"objectClass": [b"groupOfNames"], "cn": [b"crew"], "member": [JDOE.encode()]})
        self.admin = self.signed_in("admin")

    def signed_in(self, name: str) -> Identity:
        outcome = self.rig.bind(name)
        assert isinstance(outcome, Accepted)
        return outcome.identity

    def modify(self, dn: str, *steps: Modification, by: Identity | None = None, password: bytes | None = None) -> Any:
        secret = Secret(password) if password is not None else None
        return now(self.rig.work.modify(login(dn), steps, secret, Asker(by or self.admin, PEER)))

    def add(self, dn: str, password: bytes | None = None, **attributes: list[bytes]) -> Any:
        shown = Attributes(attributes)
        entry = newcomer(dn, normalise_dn(dn), leaf(dn), shown, has_password=password is not None)
        return now(self.rig.work.add(entry, Secret(password) if password else None, Asker(self.admin, PEER)))

    def remove(self, dn: str) -> Any:
        return now(self.rig.work.remove(login(dn), Asker(self.admin, PEER)))

    def rename(self, dn: str, new: str) -> Any:
        return now(self.rig.work.rename(login(dn), new, normalise_dn(new), Asker(self.admin, PEER), keep_old=False))


def person(name: str) -> dict[str, list[bytes]]:
    return {"objectClass": [b"inetOrgPerson"], "uid": [name.encode()], "cn": [b"The new"], "sn": [b"new"]}


def put(name: str, *values: bytes) -> Modification:
    return Modification(Kind.REPLACE, name, values)


@pytest.fixture
def work() -> Work:
    return Work()


def why(outcome: object) -> Why:
    assert isinstance(outcome, Denied)
    return outcome.why


def test_only_administrators_do_it_and_only_as_long_as_they_are_let_in(work: Work) -> None:
    jdoe = work.signed_in("jdoe")
    assert why(work.modify(JDOE, put("cn", b"x"), by=jdoe)) is Why.NOT_ALLOWED
    assert why(now(work.rig.work.remove(login(JDOE), Asker(None, PEER)))) is Why.ANONYMOUS
    now(work.rig.native.update(work.admin.id, state=AccountState(disabled=True)))
    assert why(work.modify(JDOE, put("cn", b"x"))) is Why.NOT_ALLOWED


def test_somebody_who_has_moved_is_changed_and_shown_changed(work: Work) -> None:
    """R9, R17: the source still shows the old value."""
    work.signed_in("jdoe")
    done = work.modify(JDOE, put("description", b"here"))
    assert isinstance(done, Changed)
    assert (done.before.attributes.get("description"), done.after.attributes.get("description")) == ((), (b"here",))
    moved = work.rig.moved()
    assert moved is not None
    assert moved.attributes.first("description") == "here"
    record = work.rig.trail[-1]
    assert (record.event, record.outcome, record.by, record.login) == ("modify", "written", "admin", JDOE)
    assert record.detail == "description"


def test_who_has_not_moved_is_the_sources(work: Work) -> None:
    for outcome in (work.modify(JDOE, put("cn", b"x")), work.remove(JDOE), work.modify(JDOE, password=NEW)):
        assert why(outcome) is Why.NOT_HERE
        assert "source staff" in outcome.text
    assert why(work.modify(f"uid=nobody,{BASE}", put("cn", b"x"))) is Why.NOBODY


@pytest.mark.parametrize("name", ["nsAccountLock", "loginDisabled"])
def test_whom_a_script_disables_is_refused_at_once_and_let_in_again(work: Work, name: str) -> None:
    """Also from memory, where the password was proved a moment ago."""
    work.signed_in("jdoe")
    assert isinstance(work.modify(JDOE, put(name, b"TRUE")), Changed)
    assert work.rig.bind() == Rejected(Reason.DISABLED)
    work.modify(JDOE, put(name))
    assert isinstance(work.rig.bind(), Accepted)


class Contested(MemoryDirectory):
    """A directory in which another administrator locks the account first, once."""

    comes_first = False

    async def change(self, dn_key, steps, deed, **more):  # type: ignore[no-untyped-def]  # as the port
        if self.comes_first:
            self.comes_first = False
            held = next(one.identity for one in self._people.values() if one.identity.dn_key == dn_key)
            await self.update(held.id, state=replace(held.state, locked=True))
        return await super().change(dn_key, steps, deed, **more)


def test_two_who_change_the_state_of_an_account_at_once_undo_nothing_of_each_others() -> None:
    native = Contested(PlainHasher())
    work = Work(native)
    work.signed_in("jdoe")
    native.comes_first = True
    assert isinstance(work.modify(JDOE, put("nsAccountLock", b"TRUE")), Changed)
    moved = work.rig.moved()
    assert moved is not None
    assert moved.state == AccountState(disabled=True, locked=True)


def test_a_new_person_may_begin_disabled_or_with_a_password_that_must_be_changed(work: Work) -> None:
    for name, attribute, state in (
        ("new", "pwdReset", AccountState(must_change=True, reset=True)),
        ("off", "nsAccountLock", AccountState(disabled=True)),
    ):
        written = work.add(f"uid={name},{BASE}", NEW, **person(name), **{attribute: [b"TRUE"]})
        assert isinstance(written, Identity)
        assert written.state == state
        assert attribute not in written.attributes


def test_a_password_goes_with_the_rest_in_one_change(work: Work) -> None:
    work.signed_in("jdoe")
    assert isinstance(work.modify(JDOE, put("description", b"x"), password=NEW), Changed)
    assert isinstance(work.rig.bind(password=NEW), Accepted)
    assert work.rig.trail[-2].detail == "description, userPassword"


def test_a_group_that_only_the_source_holds_becomes_ours_at_its_first_change(work: Work) -> None:
    done = work.modify(CREW, Modification(Kind.ADD, "member", (b"uid=admin,ou=people,o=corp",)))
    assert isinstance(done, Changed)
    assert getattr(done.after, "owned", None) is True


def test_a_new_person_can_log_in(work: Work) -> None:
    dn = f"uid=new,{BASE}"
    written = work.add(dn, NEW, **person("new"))
    assert isinstance(written, Identity)
    assert {"entryUUID", "createTimestamp", "creatorsName"} <= {name for name, _ in written.operational.items()}
    assert isinstance(work.rig.bind("new", NEW), Accepted)
    assert isinstance(work.rig.bind(dn, NEW), Accepted)
    assert NEW.decode() not in repr(work.rig.trail)


def test_a_new_person_without_a_password_lets_nobody_in(work: Work) -> None:
    work.add(f"uid=new,{BASE}", **person("new"))
    assert isinstance(work.rig.bind("new", NEW), Rejected)


def test_what_a_source_shows_exists_already(work: Work) -> None:
    """R4."""
    for dn, attributes in [(JDOE, person("jdoe")), (f"uid=jdoe,{BASE}", person("jdoe"))]:
        with pytest.raises(ChangeRefused) as refused:
            work.add(dn, **attributes)
        assert refused.value.fault is Fault.ENTRY_ALREADY_EXISTS
    assert work.rig.trail[-1].outcome == "refused"


def test_the_entry_above_must_exist(work: Work) -> None:
    assert why(work.add(f"uid=new,ou=none,{BASE}", **person("new"))) is Why.NOBODY
    assert isinstance(work.add(f"ou=teams,{BASE}", objectClass=[b"organizationalUnit"], ou=[b"teams"]), Entry)
    assert isinstance(work.add(f"uid=new,ou=teams,{BASE}", **person("new")), Identity)


def test_whom_the_source_would_let_in_again_is_not_removed(work: Work) -> None:
    """R10: removed here, the next bind would ask the source."""
    work.signed_in("jdoe")
    refused = work.remove(JDOE)
    assert why(refused) is Why.NOT_HERE
    assert "disable" in refused.text
    work.rig.source.remove("jdoe")
    assert isinstance(work.remove(JDOE), Identity)
    assert work.rig.moved() is None


def test_somebody_made_here_is_renamed_and_removed(work: Work) -> None:
    work.add(f"uid=new,{BASE}", NEW, **person("new"))
    assert isinstance(work.rename(f"uid=new,{BASE}", f"uid=newer,{BASE}"), Changed)
    assert isinstance(work.rig.bind("newer", NEW), Accepted)
    assert why(work.rename(f"uid=newer,{BASE}", f"uid=newer,ou=none,{BASE}")) is Why.NOBODY
    with pytest.raises(ChangeRefused):
        work.rename(f"uid=newer,{BASE}", JDOE)
    assert isinstance(work.remove(f"uid=newer,{BASE}"), Identity)


def test_an_outage_is_told_and_nothing_is_written(work: Work) -> None:
    """R6: whether the entry exists elsewhere cannot be told."""
    work.rig.source.fail_with()
    with pytest.raises((SourceUnavailable, SearchIncomplete)):
        work.add(f"uid=new,{BASE}", **person("new"))
    assert work.rig.trail[-1].outcome == "unavailable"
