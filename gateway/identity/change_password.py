"""The one place that decides about a change of password (R19): who may change whose.

What is written then is in `set_password.py`. Old passwords are proved by the authenticator, where a guess counts like
any bind (R20). A change goes to the native directory only, and so only for people who have moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.errors import BusyError, DirectoryError, IdentityConflict, SourceError
from gateway.identity.administrators import Administrators
from gateway.identity.audit import AuditRecord, AuditSink
from gateway.identity.claims import account_of, answers_to, find_first
from gateway.identity.flights import Clock
from gateway.identity.migrate import Migrator
from gateway.identity.model import Identity, LoginName, PasswordCredential, Peer, Secret
from gateway.identity.names import NameRules
from gateway.identity.outcome import Accepted, Reason, Rejected, Unavailable
from gateway.identity.password_outcome import Denied, PasswordOutcome, Why
from gateway.identity.password_rules import LONGEST, PasswordRules
from gateway.identity.ports import LegacySource, NativeDirectory
from gateway.identity.set_password import PasswordSetter
from gateway.identity.verify_native import Decision

_OLD_WRONG = "unwilling to verify old password"  # slapd's words, for every reason why it proves nothing (R25)


@dataclass(frozen=True, slots=True)
class PasswordWish:
    """What somebody wants: `whom` None is nobody in particular; `new` None is one that the gateway makes up.

    `is_reset`: the protocol means an administrator's act, even about oneself. `may_be_hash`: where an administrator
    asks, `new` may be a stored hash instead of a password.
    """

    whom: LoginName | None
    new: Secret | None
    old: Secret | None = None
    is_reset: bool = False
    may_be_hash: bool = False


class Prover(Protocol):
    """Proves a password as a bind does; `gateway.identity.authenticate.Authenticator` is one."""

    async def prove(self, credential: PasswordCredential, peer: Peer) -> Decision: ...


@dataclass(frozen=True, slots=True)
class _Right:
    """Whose password may be changed, and whether as its owner or as an administrator; `is_reset`: as one who is
    somebody else."""

    person: Identity
    own: bool
    is_reset: bool = False


class PasswordChanges:
    """Changes passwords of people who have moved."""

    def __init__(
        self,
        *,
        native: NativeDirectory,
        sources: Sequence[LegacySource],
        names: NameRules,
        prover: Prover,
        migrator: Migrator,
        setter: PasswordSetter,
        administrators: Administrators,
        audit: AuditSink,
        rules: PasswordRules,
        clock: Clock,
    ) -> None:
        self._native = native
        self._sources = {source.name: source for source in sources}
        self._names = names
        self._prover = prover
        self._migrator = migrator
        self._setter = setter
        self._administrators = administrators
        self._audit = audit
        self._rules = rules
        self._clock = clock

    async def change(self, wish: PasswordWish, by: Identity | None, peer: Peer) -> PasswordOutcome:
        """The outcome of one wish, audited. `by` is whom the connection speaks for, None is anonymous.

        Once it is `Changed`, the old password is wrong everywhere: at once here, within a second elsewhere (R9, R19).
        """
        began = self._clock.seconds()
        outcome: PasswordOutcome = Unavailable("gateway")
        try:
            outcome = await self._decide(wish, by, peer)
        finally:
            self._record(outcome, wish, by, peer, began)
        return outcome

    async def _decide(self, wish: PasswordWish, by: Identity | None, peer: Peer) -> PasswordOutcome:
        try:
            right = await (self._asked(wish, by) if wish.old is None else self._proven(wish, wish.old, peer))
            if not isinstance(right, _Right):
                return right
            if right.person.state.reset and not right.is_reset and await self._is_the_same(wish, right.person):
                return Denied(Why.UNCHANGED, "the new password is the old one", right.person)
            return await self._setter.set(
                right.person, wish.new, own=right.own, may_be_hash=wish.may_be_hash, is_reset=right.is_reset
            )
        except IdentityConflict as error:
            return Denied(Why.NOT_ALLOWED, str(error))
        except BusyError:
            return Unavailable("directory", busy=True)
        except DirectoryError:
            return Unavailable("directory")
        except SourceError as error:
            return Unavailable(error.source)

    # --- who may

    async def _proven(self, wish: PasswordWish, old: Secret, peer: Peer) -> _Right | PasswordOutcome:
        """Whoever knows the old password may change it, bound or not. So somebody who must change it, and whom no bind
        lets in, has a way; and somebody who has not moved, moves by it."""
        if wish.whom is None:
            return Denied(Why.ANONYMOUS, "name a user, or bind first")
        if len(old.reveal()) > LONGEST:
            return Denied(Why.OLD_WRONG, _OLD_WRONG)
        decision = await self._prover.prove(PasswordCredential(wish.whom, old), peer)
        outcome = decision.outcome
        if isinstance(outcome, Unavailable):
            return outcome
        person = outcome.identity if isinstance(outcome, Accepted) else decision.identity
        is_right = isinstance(outcome, Accepted) or outcome == Rejected(Reason.MUST_CHANGE)
        if not is_right:
            return Denied(Why.OLD_WRONG, _OLD_WRONG, person)
        moved = await self._moved(person) if person is not None else None
        if moved is None:
            return _not_here(decision.via.removeprefix("source:"), person)
        if moved.state.must_change and wish.new == old:
            return Denied(Why.UNCHANGED, "the new password is the old one", moved)
        return _Right(moved, own=True)

    async def _asked(self, wish: PasswordWish, by: Identity | None) -> _Right | PasswordOutcome:
        """What is allowed without the old password: the own, and everything to administrators."""
        if by is None or wish.whom is None:
            return Denied(Why.ANONYMOUS, "only authenticated users may change passwords")
        asker = await self._moved(by)
        if asker is None and by.revision:
            return Denied(Why.NOT_ALLOWED, "whom this connection speaks for is gone")
        asker, has_moved = asker or by, asker is not None
        readings = self._names.readings(wish.whom)
        found = await find_first(self._native, readings)
        own = found.origin == asker.origin if found is not None else _is(asker, readings) and not has_moved
        refusal = asker.state.refusal(self._clock.seconds())
        if refusal is not None and not (own and refusal is Reason.MUST_CHANGE):
            return Denied(Why.NOT_ALLOWED, "this account may not change anything", found)
        if own and not wish.is_reset:
            if self._rules.require_old:
                return Denied(Why.OLD_NEEDED, "the old password is needed as well as the new one", found)
            own = not await self._administrators.include(asker)  # administrators are that at home, too
            return _Right(asker, own=own) if has_moved else _not_here(asker.origin.source, asker)
        if not await self._administrators.include(asker):
            return Denied(Why.NOT_ALLOWED, "only administrators change other people's passwords", found)
        if found is None:
            return await self._elsewhere(readings)
        return _Right(found, own=False, is_reset=found.origin != asker.origin)

    async def _elsewhere(self, readings: Sequence[LoginName]) -> _Right | PasswordOutcome:
        """Somebody whom the directory does not know, asked for by an administrator."""
        for source in self._sources.values():
            account = await account_of(source, readings)
            if account is None:
                continue
            person = await source.read(account[0])
            moved = await self._moved(person) if person is not None else None
            return _not_here(source.name, person) if moved is None else _Right(moved, own=False, is_reset=True)
        return Denied(Why.NOBODY, "")

    async def _is_the_same(self, wish: PasswordWish, person: Identity) -> bool:
        """Whether this is the very password that must be changed. `BusyError` where that cannot be told now."""
        if wish.new is None:
            return False
        outcome = await self._native.verify(person, wish.new)
        if isinstance(outcome, Unavailable):
            raise BusyError("the old password could not be compared")
        return isinstance(outcome, Accepted)

    async def _moved(self, person: Identity) -> Identity | None:
        """The person as the directory has it now, waited for where the move is under way."""
        origin = person.origin
        if not person.revision:
            await self._migrator.finished(origin, self._rules.wait)
        return (await self._native.by_origin(origin.source, [origin.key])).get(origin.key)

    def _record(
        self, outcome: PasswordOutcome, wish: PasswordWish, by: Identity | None, peer: Peer, began: float
    ) -> None:
        word, via, detail = "written", "directory", "made up" if wish.new is None else ""
        person = None if isinstance(outcome, Unavailable) else outcome.identity
        if isinstance(outcome, Denied):
            word, via, detail = "refused", "gateway", f"{outcome.why.value}: {outcome.text}"
        elif isinstance(outcome, Unavailable):
            word, via, detail = "busy" if outcome.busy else "unavailable", outcome.source, ""
        self._audit.record(
            AuditRecord(
                event="password",
                at=began,
                login=wish.whom.typed if wish.whom is not None else "",
                outcome=word,
                via=via,
                name=person.name if person is not None else "",
                identity=str(person.id) if person is not None else "",
                address=peer.address,
                application=peer.application,
                seconds=self._clock.seconds() - began,
                detail=detail,
                by=by.name if by is not None else "",
            )
        )


def _is(person: Identity, readings: Sequence[LoginName]) -> bool:
    return any(answers_to(reading, person.name, (), person.dn_key) for reading in readings)


def _not_here(source: str, person: Identity | None) -> Denied:
    text = f"this person has not moved: the password is still kept by source {source}; change it there"
    return Denied(Why.NOT_HERE, text, person)
