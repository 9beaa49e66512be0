"""Proving a password of somebody who has not moved: one source asked, and the first yes handed to the migrator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gateway.errors import BusyError, DirectoryError, IdentityConflict, SourceError
from gateway.identity.budget import Allowance, Budget
from gateway.identity.claims import account_of, answers_to
from gateway.identity.flights import Clock
from gateway.identity.migrate import FirstYes, Migrator
from gateway.identity.model import Identity, LoginName, PasswordCredential, Peer
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unavailable, Unknown
from gateway.identity.ports import Account, LegacySource, NativeDirectory
from gateway.identity.source_names import names_of
from gateway.identity.throttle import Throttle
from gateway.identity.verify_native import Decision, NativeVerifier, admit

_NOT_CARRIED_OVER = {Reason.DISABLED, Reason.LOCKED, Reason.EXPIRED}
"""Refusals of the source after a right password with which nobody is adopted. *Must change* is: AD says so only to
the right password, and a person whose old password is known must not be lost (R7)."""


class LegacyVerifier:
    """Asks one source about one credential. `budgets` holds, by source, what may be forwarded to it (R20)."""

    def __init__(
        self,
        *,
        native: NativeDirectory,
        moved: NativeVerifier,
        migrator: Migrator,
        throttle: Throttle,
        budgets: Mapping[str, Budget],
        clock: Clock,
    ) -> None:
        self._native = native
        self._moved = moved
        self._migrator = migrator
        self._throttle = throttle
        self._budgets = budgets
        self._clock = clock

    async def ask(
        self,
        source: LegacySource,
        readings: Sequence[LoginName],
        credential: PasswordCredential,
        peer: Peer,
        *,
        is_last: bool = False,
    ) -> Decision:
        """What this source says; an outage of it or of the directory is *cannot tell*, never *no* (R6). `is_last`: no
        other source can know the name."""
        via, left = f"source:{source.name}", names_of(source).asked(readings)
        try:
            while (found := await account_of(source, left)) is not None:
                decision = await self._try(source, *found, credential, peer)
                if is_last and found[1] == left[-1] and _is_refused(decision.outcome):
                    # Nobody else can be meant, so that it does not matter whether there is somebody.
                    return replace(decision, outcome=Rejected(Reason.WRONG_PASSWORD))
                if found[0].name is not None or not isinstance(decision.outcome, Unknown):
                    return decision
                # It was taken at its word, and is nobody's (its budget has been given back): the next reading may be.
                left = left[left.index(found[1]) + 1 :]
        except IdentityConflict as error:
            return Decision(Rejected(Reason.AMBIGUOUS), via, detail=str(error))
        except (BusyError, SourceError, DirectoryError) as error:
            return Decision(_cannot_tell(source, error), via, detail=str(error))
        return Decision(Unknown(), via)

    async def ask_again(
        self, source: LegacySource, moved: Identity, credential: PasswordCredential, peer: Peer
    ) -> Decision:
        """What the source says today of somebody who moved with *must change* set, and may have changed the password
        there since. A yes without that state is written over the old one (R7)."""
        via = f"source:{source.name}"
        try:
            account = await source.lookup(LoginName.of(moved.name))
            if account is None or account.origin not in {None, moved.origin}:
                return Decision(Unknown(), via, moved)
            outcome = await self._forward(source, account, credential, peer)
        except IdentityConflict as error:
            return Decision(Unknown(), via, moved, str(error))
        except (BusyError, SourceError) as error:
            return Decision(_cannot_tell(source, error), via, moved, str(error))
        if not isinstance(outcome, Accepted):
            return Decision(outcome, via, moved)
        if outcome.identity.origin != moved.origin:
            return Decision(Unknown(), via, moved)
        decision = admit(outcome.identity, self._clock.seconds(), via, outcome.notice)
        if isinstance(decision.outcome, Accepted):
            await self._migrator.adopt(self._first_yes(source, outcome, credential, peer, moved))
        return decision

    async def _try(
        self, source: LegacySource, account: Account, reading: LoginName, credential: PasswordCredential, peer: Peer
    ) -> Decision:
        via = f"source:{source.name}"
        if account.name is not None and not answers_to(reading, account.name, account.aliases, account.dn):
            return self._misnamed(via, account.name)
        if account.origin is not None:
            moved = await self._moved_already(source.name, account.origin.key)
            if moved is not None:
                return await self._moved.decide(moved, credential.password, peer)
        outcome = await self._forward(source, account, credential, peer)
        if not isinstance(outcome, Accepted):
            return Decision(outcome, via)
        identity = outcome.identity
        if not answers_to(reading, identity.name, identity.aliases, identity.dn_key):
            return self._misnamed(via, identity.name)
        here = await self._native.by_origin(source.name, [identity.origin.key])
        moved = here.get(identity.origin.key)
        if moved is not None:  # known only now, or moved while the source was thinking
            return await self._moved.decide(moved, credential.password, peer)
        if here:  # R10: only now, so that it takes the same work as any wrong password (R25)
            return Decision(Rejected(Reason.REMOVED), via, detail="removed from the directory by an administrator")
        decision = admit(identity, self._clock.seconds(), via, outcome.notice)
        if not (isinstance(decision.outcome, Rejected) and decision.outcome.reason in _NOT_CARRIED_OVER):
            await self._migrator.adopt(self._first_yes(source, outcome, credential, peer))
        return decision

    @staticmethod
    def _first_yes(
        source: LegacySource,
        accepted: Accepted,
        credential: PasswordCredential,
        peer: Peer,
        moved: Identity | None = None,
    ) -> FirstYes:
        return FirstYes(
            identity=accepted.identity,
            password=credential.password,
            charset=source.charset,
            login=credential.login.typed,
            peer=peer,
            significant=accepted.significant,
            moved=moved,
        )

    async def _forward(
        self, source: LegacySource, account: Account, credential: PasswordCredential, peer: Peer
    ) -> Outcome:
        """One password to the source, within its budget (R20) and the account's throttle, whatever the name's form."""
        now, subject = self._clock.seconds(), f"\0{source.name}:{account.ref}"  # no name that anybody can type
        if self._throttle.locked(subject, peer.address, now):
            return Rejected(Reason.LOCKED)
        budget = self._budgets.get(source.name)
        if budget is not None and (allowance := await budget.take(account.ref, now)) is not Allowance.YES:
            return Unavailable(source.name) if allowance is Allowance.DOUBTFUL else Rejected(Reason.LOCKED)
        outcome = await source.verify(account, credential.password)
        match outcome:
            case Accepted():
                self._throttle.succeeded(subject, peer.address)
            case Rejected(Reason.WRONG_PASSWORD | Reason.NO_PASSWORD) | Unavailable(refused=True):
                self._throttle.failed(subject, peer.address, now)
        if budget is not None:
            _settle(budget, account.ref, now, outcome)
        return outcome

    async def _moved_already(self, source: str, key: str) -> Identity | None:
        """Whoever came from here under another name than today's has moved: the directory decides (R9)."""
        return (await self._native.by_origin(source, [key])).get(key)

    @staticmethod
    def _misnamed(via: str, name: str) -> Decision:
        detail = f"the source's canonical name {name!r} is not the name that was asked for"
        return Decision(Rejected(Reason.NAME_MISMATCH), via, detail=detail)


def _cannot_tell(source: LegacySource, error: BusyError | SourceError | DirectoryError) -> Unavailable:
    """Who could not tell, and whether only for the moment (R6)."""
    if isinstance(error, DirectoryError):
        return Unavailable("directory")
    return Unavailable(source.name, busy=isinstance(error, BusyError))


def _is_refused(outcome: Outcome) -> bool:
    return isinstance(outcome, Unavailable) and outcome.refused


def _settle(budget: Budget, account: str, at: float, outcome: Outcome) -> None:
    """What one forwarded attempt has cost. An outage may have come after the source had counted it."""
    match outcome:
        case Accepted():
            budget.clear(account)
        case (
            Unknown()
            | Unavailable(untried=True)
            | Rejected(Reason.MUST_CHANGE | Reason.EXPIRED | Reason.HOURS | Reason.WORKSTATION)
        ):
            budget.refund(account, at)  # the last ones are said to the right password only
        case Unavailable(refused=False):  # a refusal is no doubt: it was counted
            budget.doubt(account, at)
