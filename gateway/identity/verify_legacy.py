"""Proving a password of somebody who has not moved: one source asked, and the first yes handed to the migrator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.errors import BusyError, DirectoryError, IdentityConflict, SourceError
from gateway.identity.flights import Clock
from gateway.identity.migrate import FirstYes, Migrator
from gateway.identity.model import Identity, LoginName, PasswordCredential, Peer, normalise
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unavailable, Unknown
from gateway.identity.ports import Account, LegacySource, NativeDirectory
from gateway.identity.throttle import ForwardBudget
from gateway.identity.verify_native import Decision, NativeVerifier, admit

_NOT_CARRIED_OVER = {Reason.DISABLED, Reason.LOCKED, Reason.EXPIRED}
"""Refusals of the source after a right password with which nobody is adopted. *Must change* is: AD says so only to
the right password, and a person whose old password is known must not be lost (R7)."""


class LegacyVerifier:
    """Asks one source about one credential. `budgets` holds, by source, what may be forwarded to it (R20)."""

    def __init__(
        self,
        native: NativeDirectory,
        moved: NativeVerifier,
        migrator: Migrator,
        budgets: Mapping[str, ForwardBudget],
        clock: Clock,
    ) -> None:
        self._native = native
        self._moved = moved
        self._migrator = migrator
        self._budgets = budgets
        self._clock = clock

    async def ask(
        self, source: LegacySource, readings: Sequence[LoginName], credential: PasswordCredential, peer: Peer
    ) -> Decision:
        """What this source says; an outage of it or of the directory is *cannot tell*, never *no* (R6)."""
        via = f"source:{source.name}"
        try:
            for reading in readings:
                account = await source.lookup(reading)
                if account is not None:
                    return await self._try(source, account, reading, credential, peer)
        except IdentityConflict as error:
            return Decision(Rejected(Reason.AMBIGUOUS), via, detail=str(error))
        except BusyError as error:
            return Decision(Unavailable(source.name, busy=True), via, detail=str(error))
        except SourceError as error:
            return Decision(Unavailable(source.name), via, detail=str(error))
        except DirectoryError as error:
            return Decision(Unavailable("directory"), via, detail=str(error))
        return Decision(Unknown(), via)

    async def _try(
        self, source: LegacySource, account: Account, reading: LoginName, credential: PasswordCredential, peer: Peer
    ) -> Decision:
        via = f"source:{source.name}"
        if account.name is not None and not answers_to(reading, account.name, account.aliases, account.dn):
            return self._misnamed(via, account.name)
        if account.origin is not None:
            moved = await self._moved_already(source.name, account.origin.key)
            if moved is not None:
                return await self._moved.decide(moved, credential.password)
        outcome = await self._forward(source, account, credential)
        if not isinstance(outcome, Accepted):
            return Decision(outcome, via)
        identity = outcome.identity
        if not answers_to(reading, identity.name, identity.aliases, identity.dn_key):
            return self._misnamed(via, identity.name)
        if account.origin is None:
            moved = await self._moved_already(source.name, identity.origin.key)
            if moved is not None:
                return await self._moved.decide(moved, credential.password)
        decision = admit(identity, self._clock.seconds(), via)
        if not (isinstance(decision.outcome, Rejected) and decision.outcome.reason in _NOT_CARRIED_OVER):
            first = FirstYes(
                identity, credential.password, source.charset, credential.login.typed, peer, outcome.significant
            )
            await self._migrator.adopt(first)
        return decision

    async def _forward(self, source: LegacySource, account: Account, credential: PasswordCredential) -> Outcome:
        budget = self._budgets.get(source.name)
        if budget is None:
            return await source.verify(account, credential.password)
        now = self._clock.seconds()
        if not budget.reserve(account.ref, now):
            return Rejected(Reason.LOCKED)
        outcome = await source.verify(account, credential.password)
        if isinstance(outcome, Accepted):
            budget.clear(account.ref)
        elif isinstance(outcome, Unavailable | Unknown):
            budget.refund(account.ref, now)
        return outcome

    async def _moved_already(self, source: str, key: str) -> Identity | None:
        """Whoever came from here under another name than today's has moved: the directory decides (R9)."""
        return (await self._native.by_origin(source, [key])).get(key)

    @staticmethod
    def _misnamed(via: str, name: str) -> Decision:
        detail = f"the source's canonical name {name!r} is not the name that was asked for"
        return Decision(Rejected(Reason.NAME_MISMATCH), via, detail=detail)


def answers_to(reading: LoginName, name: str, aliases: Sequence[str], dn: str | None) -> bool:
    """Whether somebody with this canonical name, aliases and normalised DN is whom `reading` asks for (R2)."""
    if reading.dn is not None:
        return dn is None or dn == reading.dn
    return reading.key == normalise(name) or any(reading.key == normalise(alias) for alias in aliases)
