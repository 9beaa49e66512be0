"""Passwords, changes, and how soon others see them: what every native directory promises. How to use it:
`conformance_directory.py`."""

from __future__ import annotations

import uuid

import pytest
from twisted.internet.defer import Deferred

from gateway.errors import BusyError, DirectoryError, IdentityConflict, Superseded
from gateway.identity.model import AccountState, Identity, LoginName, Origin, Secret
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unavailable, Unknown
from gateway.identity.ports import Adoption, NativeDirectory
from gateway.testing.directory_hooks import PASSWORD, DirectoryHooks, adoption, person
from gateway.testing.plain_hasher import PlainHasher

WRONG = Rejected(Reason.WRONG_PASSWORD)


class PasswordConformance(DirectoryHooks):
    """Whether a password is right, and what changes."""

    def verify(self, identity: Identity, password: bytes, directory: NativeDirectory | None = None) -> Outcome:
        """The verdict of the directory."""
        return self.run((directory or self.directory).verify(identity, Secret(password)))

    def accepts(self, identity: Identity, password: bytes) -> bool:
        """Whether it is right."""
        return isinstance(self.verify(identity, password), Accepted)

    def test_a_password_is_right_or_wrong(self) -> None:
        jdoe = self.adopt(person("jdoe"))
        outcome = self.verify(jdoe, PASSWORD)
        assert isinstance(outcome, Accepted)
        assert outcome.identity.id == jdoe.id
        assert self.verify(jdoe, b"something else") == WRONG

    def test_a_person_who_is_not_here_is_unknown(self) -> None:
        assert self.verify(person("jdoe"), PASSWORD) == Unknown()

    def test_an_empty_password_is_never_right(self) -> None:
        """R5, whatever the hash says."""
        jdoe = self.adopt(person("jdoe"), b"")
        assert self.verify(jdoe, b"") == Rejected(Reason.EMPTY_PASSWORD)

    def test_a_password_is_read_in_the_charset_of_its_source(self) -> None:
        """R13: one application sends UTF-8, composed or not, another the source's old charset."""
        canonical = "pässwörd €".encode()
        jdoe = self.run(self.directory.adopt(adoption(person("jdoe"), canonical, "cp1252")))
        assert self.accepts(jdoe, canonical)
        assert self.accepts(jdoe, "pa\u0308sswo\u0308rd €".encode())
        assert self.accepts(jdoe, "pässwörd €".encode("cp1252"))
        assert not self.accepts(jdoe, "pässwörd ?".encode("latin-1"))
        assert isinstance(self.verify(jdoe, canonical, self.another()), Accepted)

    def test_the_state_is_shown_and_not_judged(self) -> None:
        jdoe = self.adopt(person("jdoe", state=AccountState(disabled=True)))
        outcome = self.verify(jdoe, PASSWORD)
        assert isinstance(outcome, Accepted)
        assert outcome.identity.state.disabled

    def test_an_identity_of_yesterday_gets_todays_answer(self) -> None:
        """R9: the directory decides by what is in it, not by what the caller holds."""
        jdoe = self.adopt(person("jdoe"))
        self.run(self.directory.update(jdoe.id, state=AccountState(locked=True)))
        outcome = self.verify(jdoe, PASSWORD)
        assert isinstance(outcome, Accepted)
        assert outcome.identity.state.locked

    def test_hashing_over_budget_is_busy(self) -> None:
        """R6: never a wrong password."""
        jdoe = self.adopt(person("jdoe"))
        self.hasher.busy = True
        assert self.verify(jdoe, PASSWORD) == Unavailable("directory", busy=True)

    def test_a_weak_hash_is_made_anew_at_the_first_right_password(self) -> None:
        """R14."""
        jdoe = self.weakly("jdoe")
        assert not self.accepts(jdoe, b"wrong")
        self.later(0.1)
        assert self.work_of(jdoe) == 2  # verified, and hashed anew behind the answer
        assert self.work_of(jdoe) == 1
        assert not self.accepts(jdoe, b"wrong")

    def test_a_rehash_that_fails_leaves_the_answer_as_it_is(self) -> None:
        """R14."""
        self.begin(FailingRehash())
        jdoe = self.weakly("jdoe")
        assert self.accepts(jdoe, PASSWORD)
        self.later(0.1)
        assert self.accepts(jdoe, PASSWORD)

    def test_a_rehash_does_not_bring_an_old_password_back(self) -> None:
        """The password is changed while the old one is still being hashed anew."""
        slow = SlowRehash()
        self.begin(slow)
        jdoe = self.weakly("jdoe")
        assert self.accepts(jdoe, PASSWORD)
        assert slow.waiting is not None
        self.run(self.directory.update(jdoe.id, password_hash=PlainHasher.strong(b"new")))
        slow.waiting.callback(None)
        self.later(0.1)
        assert self.verify(jdoe, PASSWORD) == WRONG
        assert self.accepts(jdoe, b"new")

    def test_of_a_password_of_which_the_first_bytes_were_hashed_only_these_count(self) -> None:
        """R14: what a truncating scheme of the source accepted stays accepted, and nothing more."""
        jdoe = self.truncated(PlainHasher.strong(b"p\xc3\xa4sswor"))
        assert self.accepts(jdoe, "pässword".encode())
        assert self.accepts(jdoe, "pässwort, and more".encode())
        assert self.accepts(jdoe, "pässwor".encode("latin-1"))
        assert not self.accepts(jdoe, "pässwo".encode())
        assert not self.accepts(jdoe, b"passwor")
        assert isinstance(self.verify(jdoe, "pässwort".encode(), self.another()), Accepted)

    def test_a_rehash_keeps_how_much_of_the_password_counts(self) -> None:
        """R14: the application that sends another tail is not locked out by it."""
        jdoe = self.truncated(PlainHasher.weak(PASSWORD[:8]))
        assert self.work_of(jdoe) == 2
        assert self.work_of(jdoe) == 1
        assert self.accepts(jdoe, PASSWORD[:8] + b"another tail")
        assert not self.accepts(jdoe, PASSWORD[:7])

    def test_a_change_of_state_keeps_how_much_of_the_password_counts_and_a_new_password_counts_whole(self) -> None:
        """R14."""
        jdoe = self.truncated(PlainHasher.strong(PASSWORD[:8]))
        self.run(self.directory.update(jdoe.id, state=AccountState(locked=True)))
        assert self.accepts(jdoe, PASSWORD[:8])
        self.run(self.directory.update(jdoe.id, password_hash=PlainHasher.strong(b"a new password")))
        assert self.accepts(jdoe, b"a new password")
        assert not self.accepts(jdoe, b"a new pa")
        assert not self.accepts(jdoe, b"a new passwort")

    @pytest.mark.parametrize("significant", [0, -1])
    def test_a_hash_of_nothing_is_never_adopted(self, significant: int) -> None:
        """R5: every password would be right."""
        written = Adoption(person("jdoe"), PlainHasher.strong(b""), "mail", 1.0, significant=significant)
        with pytest.raises(DirectoryError):
            self.run(self.directory.adopt(written))
        assert self.find("jdoe") is None

    def test_a_state_changes_and_the_revision_grows(self) -> None:
        jdoe = self.adopt(person("jdoe"))
        state = AccountState(disabled=True, expires_at=1.5)
        changed = self.run(self.directory.update(jdoe.id, state=state))
        assert changed is not None
        assert changed.state == state
        assert changed.revision > jdoe.revision
        found = self.find("jdoe")
        assert found is not None
        assert (found.state, found.revision) == (state, changed.revision)
        assert self.accepts(jdoe, PASSWORD)

    def test_a_password_changes_and_the_revision_grows(self) -> None:
        jdoe = self.adopt(person("jdoe", state=AccountState(must_change=True)))
        assert self.accepts(jdoe, PASSWORD)
        changed = self.run(self.directory.update(jdoe.id, password_hash=PlainHasher.strong(b"new")))
        assert changed is not None
        assert changed.revision > jdoe.revision
        assert changed.state == jdoe.state
        assert self.verify(jdoe, PASSWORD) == WRONG
        assert self.accepts(jdoe, b"new")

    def test_nothing_to_change_changes_nothing(self) -> None:
        jdoe = self.adopt(person("jdoe"))
        changed = self.run(self.directory.update(jdoe.id))
        assert changed is not None
        assert changed.revision == jdoe.revision

    def test_nobody_is_changed_who_is_not_here(self) -> None:
        assert self.run(self.directory.update(uuid.uuid4(), state=AccountState(locked=True))) is None

    def test_what_was_made_of_an_older_person_is_not_written(self) -> None:
        """R19: whoever locks an account and whoever changes its password at the same moment undo nothing of each
        other's."""
        jdoe = self.adopt(person("jdoe"))
        locked = self.run(self.directory.update(jdoe.id, state=AccountState(locked=True), revision=jdoe.revision))
        assert locked is not None
        with pytest.raises(Superseded):
            self.run(
                self.directory.update(
                    jdoe.id,
                    state=AccountState(),
                    password_hash=PlainHasher.strong(b"new"),
                    revision=jdoe.revision,
                )
            )
        found = self.find("jdoe")
        assert found is not None
        assert (found.state, found.revision) == (AccountState(locked=True), locked.revision)
        assert self.accepts(jdoe, PASSWORD)
        new = PlainHasher.strong(b"new")
        assert self.run(self.directory.update(jdoe.id, password_hash=new, revision=locked.revision)) is not None
        assert self.accepts(jdoe, b"new")
        assert self.run(self.directory.update(uuid.uuid4(), password_hash=new, revision=1)) is None

    def test_a_reset_is_kept_and_shown_until_it_is_over(self) -> None:
        """R7: and told from what a source has said."""
        for state, shown in (
            (AccountState(must_change=True), ()),
            (AccountState(must_change=True, reset=True), (b"TRUE",)),
            (AccountState(), ()),
        ):
            jdoe = self.find("jdoe") or self.adopt(person("jdoe"))
            self.run(self.directory.update(jdoe.id, state=state))
            found = self.find("jdoe")
            assert found is not None
            assert (found.state, found.operational.get("pwdReset")) == (state, shown)

    def test_a_hash_is_never_replaced_by_none(self) -> None:
        jdoe = self.adopt(person("jdoe"))
        with pytest.raises(DirectoryError):
            self.run(self.directory.update(jdoe.id, password_hash=""))
        assert self.accepts(jdoe, PASSWORD)

    def test_what_another_process_changes_is_seen_within_a_second(self) -> None:
        """R9, R19: however often the person is asked for meanwhile."""
        jdoe = self.adopt(person("jdoe", aliases=("jd",)))
        other = self.another()
        for _ in range(2):
            assert self.find("jd") is not None
            assert self.accepts(jdoe, PASSWORD)
            self.later(0.5)
        self.run(other.update(jdoe.id, password_hash=PlainHasher.strong(b"new"), state=AccountState(locked=True)))
        self.later(0.5)
        self.find("jd")
        self.later(0.5)
        found = self.find("jd")
        assert found is not None
        assert found.state.locked
        assert self.verify(jdoe, PASSWORD) == WRONG
        assert self.accepts(jdoe, b"new")

    def test_an_alias_that_another_process_made_ambiguous_is_a_conflict_within_a_second(self) -> None:
        """R4."""
        self.adopt(person("one", aliases=("info",)))
        other = self.another()
        for _ in range(2):
            assert self.find("info") is not None
            self.later(0.5)
        self.run(other.adopt(adoption(person("two", aliases=("info",), origin=Origin("customers", "2")))))
        self.later(1.0)
        with pytest.raises(IdentityConflict):
            self.find("info")

    def weakly(self, name: str) -> Identity:
        """Somebody adopted with a hash that ought to be made anew."""
        written = Adoption(person(name), PlainHasher.weak(PASSWORD), "mail", 1_700_000_000.0)
        self.run(self.directory.adopt(written))
        found = self.run(self.directory.find(LoginName.of(name)))
        assert found is not None
        return found

    def truncated(self, stored: str) -> Identity:
        """Somebody adopted from a source that looked at the first eight bytes."""
        written = Adoption(person("jdoe"), stored, "mail", 1_700_000_000.0, "latin-1", 8)
        return self.run(self.directory.adopt(written))

    def work_of(self, identity: Identity) -> int:
        """What one right password costs, with what is done behind the answer."""
        before = self.hasher.work
        assert self.accepts(identity, PASSWORD)
        self.later(0.1)
        return self.hasher.work - before


class FailingRehash(PlainHasher):
    """Verifies, and is too busy to hash."""

    async def hash(self, password: bytes) -> str:
        """As `PasswordHasher.hash`."""
        raise BusyError("the hashing pool is full")


class SlowRehash(PlainHasher):
    """Hashes only once `waiting` is called back."""

    waiting: Deferred[None] | None = None

    async def hash(self, password: bytes) -> str:
        """As `PasswordHasher.hash`."""
        self.waiting = Deferred()
        await self.waiting
        return await super().hash(password)
