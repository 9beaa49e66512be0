"""`verify_certificate`: whom a client certificate lets in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from core_rig import PEER, RIGHT, Rig, login
from waiting import now

from gateway.errors import BusyError
from gateway.identity.model import AccountState, LoginName
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unavailable, Unknown
from gateway.identity.ports import Account
from gateway.identity.verify_certificate import CertificateCredential
from gateway.testing.memory_source import MemorySource

JDOE = "uid=jdoe,ou=people,o=corp"


def admit(rig: Rig, name: str | None = "jdoe", acting_as: str = "") -> Outcome:
    who = None if name is None else login(name)
    credential = CertificateCredential(who, "certificate of 'CN=x'", login(acting_as) if acting_as else None)
    return now(rig.certificates.admit(credential, PEER))


@pytest.mark.parametrize("name", ["jdoe", "JDOE", "jdoe@corp.example", "CORP\\jdoe", JDOE, "john.doe@corp.example"])
@pytest.mark.parametrize("moved", [False, True])
def test_whoever_the_name_means_is_let_in_moved_or_not(name: str, moved: bool) -> None:
    """R1, R9: the source is asked about nobody who has moved."""
    rig = Rig()
    if moved:
        rig.bind()
        rig.source.fail_with()
    outcome = admit(rig, name)
    assert isinstance(outcome, Accepted)
    assert outcome.identity.dn == JDOE
    record = rig.trail[-1]
    assert (record.event, record.outcome, record.via, record.name) == ("bind", "accepted", "certificate", "jdoe")
    assert (record.address, record.detail) == ("192.0.2.1", "certificate of 'CN=x'")


def test_nobody_moves_by_a_certificate() -> None:
    """R11: there is no password to write."""
    rig = Rig()
    assert isinstance(admit(rig), Accepted)
    assert rig.moved() is None
    assert rig.verified() == 0


@pytest.mark.parametrize("state", [
    (AccountState(disabled=True), Reason.DISABLED),
    (AccountState(locked=True), Reason.LOCKED),
    (AccountState(expires_at=1.0), Reason.EXPIRED),
    (AccountState(must_change=True), None),
    (AccountState(must_change=True, disabled=True), Reason.DISABLED),
])  # fmt: skip
@pytest.mark.parametrize("moved", [False, True])
def test_the_state_of_the_account_counts_and_that_of_the_password_does_not(
    state: tuple[AccountState, Reason | None], moved: bool
) -> None:
    """R7."""
    rig, (held, refused) = Rig(), state
    if moved:
        rig.bind()
        person = rig.moved()
        assert person is not None
        now(rig.native.update(person.id, state=held))
    else:
        rig.source.change("jdoe", state=held)
    outcome = admit(rig)
    assert isinstance(outcome, Accepted) if refused is None else outcome == Rejected(refused)


def test_an_outage_is_never_a_no() -> None:
    """R6, R8: and the next source is not asked in the place of one that cannot tell."""
    first, second = MemorySource("first"), MemorySource("second", "ou=other,o=corp")
    second.add("jdoe", RIGHT)
    rig = Rig(first, second)
    first.fail_with()
    assert admit(rig) == Unavailable("first")
    assert second.asked == []
    first.fail_with(BusyError("full"))  # type: ignore[arg-type]  # what a guard raises
    assert admit(rig) == Unavailable("first", busy=True)
    rig.native.fail_with()
    assert admit(rig) == Unavailable("directory")
    assert rig.trail[-1].outcome == "unavailable"
    first.heal()
    rig.native.heal()
    assert isinstance(admit(rig), Accepted), "an outage is not remembered"


def test_a_name_that_nobody_has_is_unknown_and_asked_for_once() -> None:
    """R20."""
    rig = Rig()
    for _ in range(50):
        assert admit(rig, "nobody") == Unknown()
    assert rig.source.asked == ["lookup nobody"]
    rig.source.add("nobody", b"x")
    rig.clock.advance(61)
    assert isinstance(admit(rig, "nobody"), Accepted)


def test_a_certificate_without_a_name_asks_nobody() -> None:
    rig = Rig()
    assert admit(rig, None) == Unknown()
    assert (rig.source.asked, rig.native.asked) == ([], [])
    assert rig.trail[-1].detail == "certificate of 'CN=x'"


def test_a_name_of_two_people_is_refused_and_both_are_named() -> None:
    """R4."""
    rig = Rig()
    for name in ("ann", "bob"):
        rig.source.add(name, RIGHT, aliases=["both@corp.example"])
    assert admit(rig, "both@corp.example") == Rejected(Reason.AMBIGUOUS)
    assert "'uid=ann,ou=people,o=corp' and 'uid=bob,ou=people,o=corp'" in rig.trail[-1].detail


def test_a_dn_is_taken_at_its_word() -> None:
    """Another DN with the same first part is somebody else, although a bind reads it as the bare name."""
    rig = Rig()
    assert isinstance(rig.bind("uid=jdoe,dc=example,dc=com"), Accepted)
    assert admit(rig, "uid=jdoe,dc=example,dc=com") == Unknown()


@pytest.mark.parametrize("acting_as", ["jdoe", JDOE, "CORP\\jdoe", "john.doe@corp.example"])
def test_the_owner_may_be_named_and_nobody_else(acting_as: str) -> None:
    """RFC 4422: the authorization identity."""
    rig = Rig()
    rig.source.add("other", RIGHT)
    assert isinstance(admit(rig, acting_as=acting_as), Accepted)
    assert admit(rig, acting_as="other") == Rejected(Reason.ANOTHER_IDENTITY)
    assert "'other', who is somebody else" in rig.trail[-1].detail
    assert isinstance(admit(rig), Accepted), "that refusal says nothing of the certificate"


def test_a_source_that_shows_nobody_without_a_password_vouches_for_nobody() -> None:
    """R8: and whether it owns the name cannot be told, so the next one is not asked."""

    class Blind(MemorySource):
        async def lookup(self, login: LoginName) -> Account | None:
            found = await super().lookup(login)
            return None if found is None else replace(found, name=None, origin=None)

        async def read(self, account: Account) -> None:
            return None

    blind, second = Blind("blind"), MemorySource("second", "ou=other,o=corp")
    blind.add("jdoe", RIGHT)
    second.add("jdoe", RIGHT)
    assert admit(Rig(blind, second)) == Rejected(Reason.NO_PASSWORD)
    assert second.asked == []


def test_a_canonical_name_that_was_not_asked_for_is_refused() -> None:
    """R2."""

    class Loose(MemorySource):
        async def lookup(self, login: LoginName) -> Account | None:
            return await super().lookup(replace(login, key=login.key.replace("ß", "ss")))

    loose = Loose("loose")
    loose.add("strasse", RIGHT)
    assert admit(Rig(loose), "straße") == Rejected(Reason.NAME_MISMATCH)


def test_who_moved_under_another_name_and_who_was_removed_are_as_the_directory_has_them() -> None:
    """R9, R10."""
    rig = Rig()
    rig.bind()
    person = rig.moved()
    assert person is not None
    now(rig.native.update(person.id, state=AccountState(disabled=True)))
    rig.source.remove("jdoe")
    rig.source.add("jd", RIGHT, dn="uid=jd,ou=people,o=corp", key=person.origin.key)
    assert admit(rig, "jd") == Rejected(Reason.DISABLED)
