"""Who may change whose password, and what holds afterwards."""

from __future__ import annotations

import pytest
from core_rig import PEER, RIGHT, WRONG, Rig, login
from twisted.internet.defer import Deferred
from waiting import now, settled, start, waiting

from gateway.identity.change_password import PasswordWish
from gateway.identity.migrate import MigrationRules
from gateway.identity.model import AccountState, Identity, Secret
from gateway.identity.outcome import Accepted, Reason, Rejected, Unavailable
from gateway.identity.password_outcome import Changed, Denied, PasswordOutcome, Why
from gateway.identity.password_rules import PasswordRules
from gateway.identity.throttle import ThrottleRules

NEW = b"new-canary-5d2f"


def begin(rig: Rig, name: str | None, new: bytes | None = NEW, **more: object) -> Deferred[PasswordOutcome]:
    """Somebody wants it; `by` and `old` as in the wish."""
    old, by = more.pop("old", None), more.pop("by", None)
    wish = PasswordWish(
        login(name) if name is not None else None,
        None if new is None else Secret(new),
        Secret(old) if isinstance(old, bytes) else None,
        **more,  # type: ignore[arg-type]  # flags
    )
    return start(rig.passwords.change(wish, by if isinstance(by, Identity) else None, PEER))


def change(rig: Rig, name: str | None, new: bytes | None = NEW, **more: object) -> PasswordOutcome:
    return settled(begin(rig, name, new, **more))


def why(outcome: PasswordOutcome) -> Why:
    assert isinstance(outcome, Denied)
    return outcome.why


def signed_in(rig: Rig, name: str = "jdoe") -> Identity:
    outcome = rig.bind(name)
    assert isinstance(outcome, Accepted)
    return outcome.identity


def with_administrator(**more: object) -> tuple[Rig, Identity]:
    rig = Rig(administrators=["admin"], **more)  # type: ignore[arg-type]  # as Rig
    rig.source.add("admin", RIGHT)
    return rig, signed_in(rig, "admin")


def test_the_own_password_is_changed_and_only_the_new_one_holds() -> None:
    """R19: and what was right a moment ago, also in memory, is wrong at once."""
    rig = Rig()
    jdoe = signed_in(rig)
    assert rig.trail[-1].via != "memory"
    signed_in(rig)
    assert rig.trail[-1].via == "memory"
    outcome = change(rig, jdoe.dn, by=jdoe)
    assert isinstance(outcome, Changed)
    assert outcome.made_up is None
    assert rig.bind() == Rejected(Reason.WRONG_PASSWORD)
    assert isinstance(rig.bind(password=NEW), Accepted)
    assert rig.verified() == 1, "the source is not asked again (R9)"


def test_a_new_password_that_was_tried_too_early_is_not_refused_from_memory() -> None:
    rig = Rig()
    jdoe = signed_in(rig)
    assert rig.bind(password=NEW) == Rejected(Reason.WRONG_PASSWORD)
    change(rig, "jdoe", by=jdoe)
    assert isinstance(rig.bind(password=NEW), Accepted)


def test_the_password_that_is_stored_is_hashed_anew_and_its_bytes_are_canonical() -> None:
    """R13, R14: NFC, and Latin-1 bytes mean the same as UTF-8."""
    rig = Rig()
    jdoe = signed_in(rig)
    change(rig, "jdoe", "Jürgen-ist-da".encode("latin-1"), by=jdoe)
    assert isinstance(rig.bind(password="Jürgen-ist-da".encode()), Accepted)
    assert isinstance(rig.bind(password="Ju\u0308rgen-ist-da".encode()), Accepted)


def test_one_that_is_made_up_is_returned_and_works() -> None:
    rig = Rig()
    outcome = change(rig, "jdoe", None, by=signed_in(rig))
    assert isinstance(outcome, Changed)
    assert outcome.made_up is not None
    assert isinstance(rig.bind(password=outcome.made_up.reveal()), Accepted)


@pytest.mark.parametrize("name", ["jdoe", "JDOE", "CORP\\jdoe", "uid=jdoe,ou=people,o=corp", "john.doe@corp.example"])
def test_every_form_of_the_name_is_oneself(name: str) -> None:
    """R1."""
    rig = Rig()
    assert isinstance(change(rig, name, by=signed_in(rig)), Changed)


def test_somebody_elses_is_nobodys_but_an_administrators() -> None:
    rig = Rig()
    rig.source.add("mmuster", RIGHT)
    jdoe = signed_in(rig)
    signed_in(rig, "mmuster")
    for name in ("mmuster", "nobody", "uid=mmuster,ou=people,o=corp"):
        assert why(change(rig, name, by=jdoe)) is Why.NOT_ALLOWED
    assert isinstance(rig.bind("mmuster"), Accepted)


def test_an_administrator_sets_anybodys_and_no_old_guess_keeps_the_owner_out() -> None:
    rig, admin = with_administrator(throttle=ThrottleRules(failures=2))
    signed_in(rig)
    for number in range(3):
        rig.bind(password=b"guess%d" % number)
    assert rig.bind() == Rejected(Reason.LOCKED)
    assert isinstance(change(rig, "jdoe", b"x", by=admin), Changed)
    assert isinstance(rig.bind(password=b"x"), Accepted)
    record = rig.trail[-2]
    assert (record.event, record.outcome, record.by, record.name) == ("password", "written", "admin", "jdoe")


def test_an_administrator_who_was_disabled_meanwhile_is_none() -> None:
    rig, admin = with_administrator()
    signed_in(rig)
    now(rig.native.update(admin.id, state=AccountState(disabled=True)))
    assert why(change(rig, "jdoe", by=admin)) is Why.NOT_ALLOWED


def test_whoever_is_gone_changes_nothing() -> None:
    rig, _ = with_administrator()
    signed_in(rig)
    admin = signed_in(rig, "admin")
    rig.native.forget(admin.id)
    assert why(change(rig, "jdoe", by=admin)) is Why.NOT_ALLOWED


def test_nobody_in_particular_is_whoever_binds_first() -> None:
    assert why(change(Rig(), None)) is Why.ANONYMOUS
    assert why(change(Rig(), "jdoe")) is Why.ANONYMOUS
    assert why(change(Rig(), None, old=RIGHT)) is Why.ANONYMOUS


@pytest.mark.parametrize("bound", [False, True])
def test_the_right_old_password_is_enough_bound_or_not(bound: bool) -> None:
    rig = Rig()
    jdoe = signed_in(rig)
    assert isinstance(change(rig, "jdoe", old=RIGHT, by=jdoe if bound else None), Changed)
    assert isinstance(rig.bind(password=NEW), Accepted)


def test_a_guess_at_the_old_password_counts_and_is_audited_like_a_bind() -> None:
    """R20: and a repeated one costs nothing."""
    rig = Rig(throttle=ThrottleRules(failures=3))
    jdoe = signed_in(rig)
    for guess in (b"a", b"b", b"c"):
        assert why(change(rig, "jdoe", old=guess, by=jdoe)) is Why.OLD_WRONG
    assert rig.bind() == Rejected(Reason.LOCKED)
    assert rig.trail.events()[2:4] == [("bind", "wrong-password"), ("password", "refused")]
    assert why(change(rig, "jdoe", old=RIGHT)) is Why.OLD_WRONG


def test_every_reason_why_an_old_password_proves_nothing_is_one_answer() -> None:
    """R25: unknown, wrong, disabled, empty, endless; after the same work, but for what no store is asked about."""
    rig = Rig()
    rig.source.add("disabled", RIGHT, state=AccountState(disabled=True))
    signed_in(rig)
    outcomes = [
        change(rig, name, old=old)
        for name, old in [
            ("nobody", WRONG),
            ("jdoe", WRONG),
            ("disabled", RIGHT),
            ("jdoe", b""),
            ("jdoe", b"x" * 2000),
        ]
    ]
    assert {(type(outcome), getattr(outcome, "why", 0), getattr(outcome, "text", 0)) for outcome in outcomes} == {
        (Denied, Why.OLD_WRONG, "unwilling to verify old password")
    }


def test_somebody_who_has_not_moved_moves_by_the_old_password_and_gets_the_new_one() -> None:
    rig = Rig()
    assert isinstance(change(rig, "jdoe", old=RIGHT), Changed)
    assert rig.trail.events() == [("adopt", "written"), ("bind", "accepted"), ("password", "written")]
    rig.source.fail_with()
    assert isinstance(rig.bind(password=NEW), Accepted)
    assert rig.bind() == Rejected(Reason.WRONG_PASSWORD)


def test_a_move_under_way_is_waited_for() -> None:
    """R12, R19: the old password must not be written over the new one."""
    rig = Rig(migration=MigrationRules(wait=0.1))
    rig.hasher.slow = True
    bind = rig.begin()
    rig.clock.advance(0.2)
    jdoe = settled(bind)
    assert isinstance(jdoe, Accepted)
    changing = begin(rig, "jdoe", by=jdoe.identity)
    assert waiting(changing)
    rig.hasher.finish()
    rig.hasher.finish()
    assert isinstance(settled(changing), Changed)
    rig.hasher.slow = False
    assert rig.bind() == Rejected(Reason.WRONG_PASSWORD)
    assert isinstance(rig.bind(password=NEW), Accepted)


def test_a_move_that_takes_too_long_is_told_and_changes_nothing() -> None:
    rig = Rig(migration=MigrationRules(wait=0.1), changes=PasswordRules(wait=2))
    rig.hasher.slow = True
    bind = rig.begin()
    rig.clock.advance(0.2)
    jdoe = settled(bind)
    assert isinstance(jdoe, Accepted)
    changing = begin(rig, "jdoe", by=jdoe.identity)
    rig.clock.advance(2.1)
    outcome = settled(changing)
    assert why(outcome) is Why.NOT_HERE
    rig.hasher.finish()


@pytest.mark.parametrize("proof", ["old", "by"])
def test_who_cannot_move_is_told_who_keeps_the_password(proof: str) -> None:
    rig = Rig(migration=MigrationRules(enabled=False))
    jdoe = signed_in(rig)
    outcome = change(rig, "jdoe", **({"old": RIGHT} if proof == "old" else {"by": jdoe}))
    assert why(outcome) is Why.NOT_HERE
    assert isinstance(outcome, Denied)
    assert "source staff" in outcome.text
    assert isinstance(rig.bind(), Accepted)


def test_an_administrator_is_told_who_keeps_an_unmoved_persons_password() -> None:
    rig, admin = with_administrator()
    outcome = change(rig, "jdoe", by=admin)
    assert why(outcome) is Why.NOT_HERE
    assert isinstance(outcome, Denied)
    assert "source staff" in outcome.text
    assert why(change(rig, "nobody", by=admin)) is Why.NOBODY


def test_who_must_change_the_password_can_although_no_bind_is_let_in() -> None:
    """R7: carried over with that state, and freed of it."""
    rig = Rig()
    rig.source.change("jdoe", state=AccountState(must_change=True))
    assert rig.bind() == Rejected(Reason.MUST_CHANGE)
    assert why(change(rig, "jdoe", RIGHT, old=RIGHT)) is Why.UNCHANGED
    assert isinstance(change(rig, "jdoe", old=RIGHT), Changed)
    assert isinstance(rig.bind(password=NEW), Accepted)
    assert rig.bind() == Rejected(Reason.WRONG_PASSWORD)


@pytest.mark.parametrize(
    "state", [AccountState(disabled=True), AccountState(locked=True), AccountState(expires_at=1.0)]
)
def test_must_change_is_the_only_refusal_that_lets_a_change_through(state: AccountState) -> None:
    rig = Rig()
    jdoe = signed_in(rig)
    now(rig.native.update(jdoe.id, state=state))
    assert why(change(rig, "jdoe", old=RIGHT)) is Why.OLD_WRONG
    assert why(change(rig, "jdoe", by=jdoe)) is Why.NOT_ALLOWED


def test_the_old_password_is_needed_where_that_is_configured() -> None:
    rig = Rig(changes=PasswordRules(require_old=True))
    jdoe = signed_in(rig)
    assert why(change(rig, "jdoe", by=jdoe)) is Why.OLD_NEEDED
    assert isinstance(change(rig, "jdoe", by=jdoe, old=RIGHT), Changed)


def test_a_reset_is_an_administrators_even_of_the_own_password() -> None:
    """Active Directory: replace."""
    rig, admin = with_administrator()
    jdoe = signed_in(rig)
    assert why(change(rig, "jdoe", by=jdoe, is_reset=True)) is Why.NOT_ALLOWED
    assert isinstance(change(rig, "admin", by=admin, is_reset=True), Changed)


def test_an_outage_is_never_a_no() -> None:
    """R6."""
    rig = Rig()
    rig.source.fail_with()
    assert change(rig, "jdoe", old=RIGHT) == Unavailable("staff")
    rig.source.heal()
    jdoe = signed_in(rig)
    rig.native.fail_with(only_writes=True)
    assert change(rig, "jdoe", by=jdoe) == Unavailable("directory")
    assert rig.trail[-1].outcome == "unavailable"
    rig.native.fail_with()
    assert change(rig, "jdoe", by=jdoe) == Unavailable("directory")
    rig.native.heal()
    rig.hasher.busy = True
    assert change(rig, "jdoe", by=jdoe) == Unavailable("directory", busy=True)
    rig.hasher.busy = False
    assert isinstance(rig.bind(), Accepted)


def test_no_record_holds_a_password() -> None:
    """R15."""
    rig = Rig()
    jdoe = signed_in(rig)
    change(rig, "jdoe", old=WRONG)
    made_up = change(rig, "jdoe", None, by=jdoe)
    assert isinstance(made_up, Changed)
    assert made_up.made_up is not None
    change(rig, "jdoe", by=jdoe)
    shown = f"{rig.trail!r}{made_up!r}{PasswordWish(login('jdoe'), Secret(NEW), Secret(WRONG))!r}"
    for secret in (RIGHT, WRONG, NEW, made_up.made_up.reveal()):
        assert secret.decode() not in shown


def test_a_renewal_from_the_source_never_writes_the_old_password_over_a_new_one() -> None:
    """R19: whoever must change may have changed it there; that answer may come after a change here."""
    rig = Rig(migration=MigrationRules(wait=0.1))
    rig.source.change("jdoe", state=AccountState(must_change=True))
    rig.bind()
    rig.source.change("jdoe", state=AccountState())
    rig.hasher.slow = True
    bind = rig.begin()
    rig.clock.advance(0.2)
    assert isinstance(settled(bind), Accepted)
    moved = rig.moved()
    assert moved is not None
    changed = now(rig.native.update(moved.id, state=AccountState(), password_hash=rig.hasher.strong(NEW)))
    assert changed is not None
    rig.hasher.finish()
    rig.hasher.slow = False
    assert isinstance(rig.bind(password=NEW), Accepted)
    assert rig.bind() == Rejected(Reason.WRONG_PASSWORD)
