"""One source asked about one password: names, budgets, states, and who has moved already."""

from __future__ import annotations

from dataclasses import replace

from core_rig import PEER, RIGHT, WRONG, Rig
from twisted.internet.defer import Deferred
from waiting import now, settled

from gateway.errors import SourceMisbehaved, SourceUnavailable
from gateway.identity.changes import Deed
from gateway.identity.guard import GuardRules
from gateway.identity.model import AccountState, LoginName, PasswordCredential, Secret
from gateway.identity.names import NameRules
from gateway.identity.outcome import Accepted, Notice, Outcome, Reason, Rejected, Unavailable
from gateway.identity.ports import Account
from gateway.identity.throttle import ThrottleRules
from gateway.testing.memory_source import MemorySource


def test_a_source_that_talks_nonsense_is_unavailable() -> None:
    rig = Rig()
    rig.source.fail_with(SourceMisbehaved("staff", "column password is gone"))
    assert rig.bind() == Unavailable("staff")


def test_a_name_that_leads_to_two_people_is_refused_and_the_audit_names_both() -> None:
    """R4: the source answers twice."""
    rig = Rig()
    rig.source.add("other", b"x", aliases=["double"])
    rig.source.add("third", b"x", aliases=["double"])
    assert rig.bind("double", b"x") == Rejected(Reason.AMBIGUOUS)
    assert rig.trail[-1].detail == (
        "source staff: the name 'double' leads to more than one person: "
        "'uid=other,ou=people,o=corp' and 'uid=third,ou=people,o=corp'"
    )


class LooseSource(MemorySource):
    """A database whose collation finds `straße` for `strasse`."""

    async def lookup(self, login):  # type: ignore[no-untyped-def]
        return await super().lookup(replace(login, key=login.key.replace("ss", "ß")))


def test_the_sources_name_counts_and_never_the_typed_one() -> None:
    """R2: refused and audited, and the password was not even tried on the other account."""
    source = LooseSource("loose")
    source.add("straße", RIGHT)
    rig = Rig(source)
    assert rig.bind("strasse") == Rejected(Reason.NAME_MISMATCH)
    assert rig.verified() == 0
    assert rig.moved("strasse") is None
    assert "straße" in rig.trail[-1].detail


def test_somebody_who_moved_under_another_name_is_still_the_directorys() -> None:
    """R9: renamed in the source after the move; the old password there must not open the door again."""
    rig = Rig()
    rig.bind()
    moved = rig.moved()
    assert moved is not None
    now(rig.native.update(moved.id, password_hash=rig.hasher.strong(b"new")))
    rig.source.remove("jdoe")
    rig.source.add("jsmith", RIGHT, key=rig.jdoe.origin.key)
    assert rig.bind("jsmith") == Rejected(Reason.WRONG_PASSWORD)
    assert isinstance(rig.bind("jsmith", b"new"), Accepted)
    assert rig.verified() == 1


def test_who_was_removed_from_the_directory_is_refused_although_the_source_says_yes() -> None:
    """R10: and is not adopted again; a wrong password is answered as ever."""
    rig = Rig()
    rig.bind()
    moved = rig.moved()
    assert moved is not None
    now(rig.native.remove(moved.dn_key, Deed(1.0)))
    assert rig.bind() == Rejected(Reason.REMOVED)
    assert "removed" in rig.trail[-1].detail
    assert rig.moved() is None
    assert rig.bind(password=WRONG) == Rejected(Reason.WRONG_PASSWORD)


def test_a_second_person_of_the_same_name_is_a_collision_and_overwrites_nobody() -> None:
    """R4."""
    first, second = MemorySource("first"), MemorySource("second", "ou=other,o=corp")
    first.add("jdoe", RIGHT)
    second.add("jdoe", b"other")
    rig = Rig(first, second)
    rig.bind("uid=jdoe,ou=people,o=corp")
    assert isinstance(rig.bind("uid=jdoe,ou=other,o=corp", b"other"), Accepted)
    assert ("collision", "not-written") in rig.trail.events()
    moved = rig.moved()
    assert moved is not None
    assert moved.origin.source == "first"
    assert isinstance(rig.bind(), Accepted)


def test_outages_lock_nobody() -> None:
    """R6."""
    rig = Rig(throttle=ThrottleRules(failures=2), lockout=(2, 900))
    rig.source.fail_with()
    for number in range(5):
        assert isinstance(rig.bind(password=b"p%d" % number), Unavailable)
    rig.clock.advance(100)
    rig.source.heal()
    assert isinstance(rig.bind(), Accepted)


def test_failures_forwarded_stay_one_short_of_the_sources_lockout() -> None:
    """R20: whatever form of the name is tried."""
    rig = Rig(lockout=(4, 900))
    for number, name in enumerate(["jdoe", "CORP\\jdoe", "uid=jdoe,ou=people,o=corp", "john.doe@corp.example"] * 3):
        assert isinstance(rig.bind(name, b"guess %d" % number), Rejected)
    assert rig.verified() == 3


def test_who_changes_the_password_in_the_old_store_as_told_gets_in() -> None:
    """R7: somebody who moved with *must change* set is not locked out by having moved."""
    rig = Rig()
    rig.source.change("jdoe", state=AccountState(must_change=True))
    assert rig.bind() == Rejected(Reason.MUST_CHANGE)
    assert rig.moved() is not None
    rig.source.change("jdoe", password=b"changed", state=AccountState())
    assert rig.bind() == Rejected(Reason.MUST_CHANGE)
    assert isinstance(rig.bind(password=b"changed"), Accepted)
    moved = rig.moved()
    assert moved is not None
    assert moved.state == AccountState()
    rig.source.fail_with()
    rig.clock.advance(400)
    assert isinstance(rig.bind(password=b"changed"), Accepted)
    assert rig.bind() == Rejected(Reason.WRONG_PASSWORD)


def test_who_must_change_and_has_not_is_refused_and_repeats_for_nothing() -> None:
    """R7, R20."""
    rig = Rig()
    rig.source.change("jdoe", state=AccountState(must_change=True))
    rig.bind()
    rig.bind(password=WRONG)
    asked = len(rig.source.asked)
    for _ in range(5):
        assert rig.bind() == Rejected(Reason.MUST_CHANGE)
        assert rig.bind(password=WRONG) == Rejected(Reason.WRONG_PASSWORD)
    assert len(rig.source.asked) <= asked + 2


def test_whether_a_must_change_password_was_changed_cannot_be_told_in_an_outage() -> None:
    """R6."""
    rig = Rig()
    rig.source.change("jdoe", state=AccountState(must_change=True))
    rig.bind()
    rig.source.fail_with()
    assert rig.bind(password=b"changed") == Unavailable("staff")
    assert rig.bind() == Rejected(Reason.MUST_CHANGE)


def test_a_refusal_for_a_state_of_the_source_is_not_forwarded_again_at_once() -> None:
    """R20."""
    rig = Rig()
    rig.source.change("jdoe", state=AccountState(locked=True))
    for _ in range(20):
        assert rig.bind() == Rejected(Reason.LOCKED)
    assert rig.verified() == 1
    rig.source.change("jdoe", state=AccountState())
    rig.clock.advance(31)
    assert isinstance(rig.bind(), Accepted)


class HangsInVerify(MemorySource):
    """Answers look-ups; a password gets no answer while `stuck`."""

    stuck = True

    async def verify(self, account: Account, password: Secret) -> Outcome:
        if self.stuck:
            await Deferred()
        return await super().verify(account, password)


def test_a_source_that_hangs_may_have_counted_what_was_forwarded() -> None:
    """R20, R6: the budget is spent, and that is no verdict."""
    source = HangsInVerify("staff")
    source.add("jdoe", RIGHT)
    rig = Rig(source, lockout=(3, 900), guard=GuardRules(timeout=5, breaker_failures=100))
    for number in range(2):
        stuck = rig.begin(password=b"guess %d" % number)
        rig.clock.advance(5.1)
        assert settled(stuck) == Unavailable("staff")
    source.stuck = False
    assert rig.bind() == Unavailable("staff")
    assert rig.bind("uid=jdoe,ou=people,o=corp") == Unavailable("staff")
    rig.clock.advance(901)
    assert isinstance(rig.bind(), Accepted)


class CannotLook(MemorySource):
    """An LDAP server that refuses a DN while its service account is refused, too: nobody can tell whether it knows the
    name. A bare name it cannot look for at all."""

    async def lookup(self, login: LoginName) -> Account | None:
        if login.dn is None:
            raise SourceUnavailable(self.name, "the service account is refused")
        return Account(login.dn, dn=login.dn, handle=login.dn)

    async def verify(self, account: Account, password: Secret) -> Outcome:
        self.asked.append("verify")
        return Unavailable(self.name, refused=True)


JDOE = "uid=jdoe,ou=people,o=corp"
PLAIN_DNS = NameRules.of()


def test_a_refusal_of_a_name_that_nobody_else_can_know_is_a_wrong_password() -> None:
    """R8: the only source and the only reading: whether there is somebody of that name changes nothing."""
    rig = Rig(CannotLook("staff"), names=PLAIN_DNS)
    assert rig.bind(JDOE, WRONG) == Rejected(Reason.WRONG_PASSWORD)
    assert rig.bind(JDOE, WRONG) == Rejected(Reason.WRONG_PASSWORD)
    assert rig.verified() == 1, "remembered (R20)"


def test_where_another_source_may_know_the_name_nobody_can_tell() -> None:
    """R6: the password may be right there, and is not tried, as it may be wrong here (R8)."""
    other = MemorySource("other")
    other.add("jdoe", RIGHT)
    rig = Rig(CannotLook("staff"), other, names=PLAIN_DNS)
    assert rig.bind(JDOE, RIGHT) == Unavailable("staff")
    assert other.asked == []
    assert isinstance(Rig(other, names=PLAIN_DNS).bind(JDOE, RIGHT), Accepted), "it would have been"


def test_where_the_name_may_mean_somebody_else_nobody_can_tell() -> None:
    """R6: `uid=jdoe` may be another one's login name."""
    assert Rig(CannotLook("staff")).bind("uid=jdoe,dc=example,dc=com", WRONG) == Unavailable("staff")


def test_such_a_refusal_was_counted_by_the_source_and_is_counted_here() -> None:
    """R20: one short of the source's lockout, and never more; and it opens no circuit breaker."""
    other = MemorySource("other")
    rig = Rig(CannotLook("staff"), other, names=PLAIN_DNS, lockout=(4, 900), guard=GuardRules(breaker_failures=1))
    outcomes = [rig.bind(JDOE, b"guess %d" % number) for number in range(6)]
    assert outcomes == [Unavailable("staff")] * 3 + [Rejected(Reason.LOCKED)] * 3
    assert rig.verified() == 3


def test_such_refusals_lock_the_account_by_the_throttle() -> None:
    rig = Rig(CannotLook("staff"), MemorySource("other"), names=PLAIN_DNS, throttle=ThrottleRules(failures=2))
    outcomes = [rig.bind(JDOE, b"guess %d" % number) for number in range(3)]
    assert outcomes == [Unavailable("staff")] * 2 + [Rejected(Reason.LOCKED)]


def test_a_right_password_that_must_be_changed_spends_nothing_of_the_budget() -> None:
    """R20: the source counts it as no failure, and after the change it is the new password's turn."""

    class Strict(MemorySource):
        async def verify(self, account, password):  # type: ignore[no-untyped-def]
            outcome = await super().verify(account, password)
            return Rejected(Reason.MUST_CHANGE) if password.reveal() == b"old" else outcome

    source = Strict("staff")
    source.add("jdoe", RIGHT)
    rig = Rig(source, lockout=(3, 900))
    for _ in range(5):
        assert rig.bind(password=b"old") == Rejected(Reason.MUST_CHANGE)
        rig.clock.advance(60)
    assert isinstance(rig.bind(), Accepted)


def test_no_name_that_anybody_can_type_locks_an_account_of_a_source() -> None:
    rig = Rig(throttle=ThrottleRules(failures=2))
    typed = LoginName.of("staff:uid=jdoe,ou=people,o=corp")
    for number in range(2):
        now(rig.authenticator.bind(PasswordCredential(typed, Secret(b"guess %d" % number)), PEER))
    assert isinstance(rig.bind(), Accepted)


def test_a_password_that_was_changed_in_the_old_store_is_cut_as_that_store_cuts_it() -> None:
    """R14, R7: DES crypt looks at eight bytes, also at those of the new password."""
    source = MemorySource("des", significant=8)
    source.add("jdoe", b"12345678")
    rig = Rig(source)
    source.change("jdoe", state=AccountState(must_change=True))
    assert rig.bind(password=b"12345678") == Rejected(Reason.MUST_CHANGE)
    source.change("jdoe", password=b"abcdefgh", state=AccountState())
    assert isinstance(rig.bind(password=b"abcdefgh"), Accepted)
    source.fail_with()
    assert isinstance(rig.bind(password=b"abcdefgh and more"), Accepted)
    assert rig.bind(password=b"abcdefg") == Rejected(Reason.WRONG_PASSWORD)


class Expiring(MemorySource):
    """Says when a right password expires."""

    async def verify(self, account: Account, password: Secret) -> Outcome:
        outcome = await super().verify(account, password)
        return replace(outcome, notice=Notice(seconds=60)) if isinstance(outcome, Accepted) else outcome


def test_what_the_source_says_of_the_end_of_a_password_is_passed_on_and_not_carried_over() -> None:
    source = Expiring("staff")
    source.add("jdoe", RIGHT)
    rig = Rig(source)
    first = rig.bind()
    assert isinstance(first, Accepted)
    assert first.notice == Notice(seconds=60)
    moved = rig.bind()
    assert isinstance(moved, Accepted)
    assert moved.notice is None
