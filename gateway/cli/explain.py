"""`bindferry explain NAME`: the same questions as a bind asks, in the same order, without a password.

The order itself is decided in `gateway.identity.authenticate`; here it is walked and told.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click

from gateway.app import name_rules
from gateway.cli.common import config_option, json_option, over_stores, show_json, tell_absent
from gateway.cli.seen import check_known, complete, lines, seen_by
from gateway.config import load
from gateway.errors import BusyError, IdentityConflict, SourceError
from gateway.identity.claims import answers_to, find_first
from gateway.identity.model import Identity, LoginName
from gateway.identity.names import NameRules
from gateway.identity.outcome import Reason
from gateway.identity.ports import Account, LegacySource, NativeDirectory
from gateway.identity.source_names import names_of
from gateway.wire.dn import leaf, normalise_dn

_ADOPTED = (None, Reason.MUST_CHANGE)  # R7: whoever must change the password is not lost


@dataclass(slots=True)
class Explanation:
    """`steps` were asked in this order; `bind` and `writes` are sentences about a bind with the right password.
    `application` is what the one that was asked about sees, None where none was."""

    name: str
    readings: list[str]
    steps: list[str] = field(default_factory=list)
    person: dict[str, object] | None = None
    bind: str = ""
    writes: str = "nothing"
    application: list[dict[str, object]] | None = None


class Walk:
    """One name, walked through the directory and the sources."""

    def __init__(self, login: LoginName, names: NameRules, *, migrating: bool, now: float) -> None:
        self._readings = names.readings(login)
        self._migrating = migrating
        self._now = now
        self.identity: Identity | None = None
        self.told = Explanation(login.typed, [reading.key for reading in self._readings])

    async def through(self, native: NativeDirectory, sources: Sequence[LegacySource]) -> Explanation:
        """The whole explanation. `DirectoryUnavailable` where the directory cannot be read."""
        told = self.told
        try:
            identity = await find_first(native, self._readings)
        except IdentityConflict as error:
            told.steps.append(f"directory: {error}")
            told.bind = "refused: the name means more than one person"
            return told
        if identity is not None:
            self._moved(identity, "has moved")
            return told
        told.steps.append("directory: unknown")
        for source in sources:
            if await self._ask(source, native):
                return told
        told.bind = "refused: nobody knows this name"
        return told

    async def _ask(self, source: LegacySource, native: NativeDirectory) -> bool:
        """Whether the questions end at this source."""
        told = self.told
        try:
            reading, account = await self._lookup(source)
            if account is None or reading is None:
                refusals = list(dict.fromkeys(map(names_of(source).refusal, self._readings)))
                if None not in refusals:
                    told.steps.append(f"source {source.name}: not asked, {' and '.join(filter(None, refusals))}")
                    return False
                told.steps.append(f"source {source.name}: unknown")
                return False
            await self._owned(source, native, reading, account)
        except IdentityConflict as error:
            told.steps.append(f"source {source.name}: {error}")
            told.bind = "refused: the name means more than one person"
        except (SourceError, BusyError) as error:
            told.steps.append(f"source {source.name}: cannot tell ({getattr(error, 'text', error)})")
            told.bind = "answered unavailable: later sources are not asked while this one cannot tell"
        return True

    async def _lookup(self, source: LegacySource) -> tuple[LoginName | None, Account | None]:
        for reading in names_of(source).asked(self._readings):
            account = await source.lookup(reading)
            if account is None:
                continue
            guessed = account.name is None and reading.dn is not None and reading is not self._readings[-1]
            if guessed and await source.read(account) is None:
                continue  # a bind would find that out, too, and go on to the next reading
            return reading, account
        return None, None

    async def _owned(self, source: LegacySource, native: NativeDirectory, reading: LoginName, account: Account) -> None:
        told = self.told
        if account.name is not None and not answers_to(reading, account.name, account.aliases, account.dn):
            self._misnamed(source, account.name)
            return
        identity = await source.read(account)
        if identity is not None and not answers_to(reading, identity.name, identity.aliases, identity.dn_key):
            self._misnamed(source, identity.name)
            return
        origin = identity.origin if identity is not None else account.origin
        if origin is not None:
            moved = (await native.by_origin(source.name, [origin.key])).get(origin.key)
            if moved is not None:
                told.steps.append(f"source {source.name}: known")
                self._moved(moved, f"has moved under the name {moved.name!r}")
                return
        told.steps.append(f"source {source.name}: known")
        told.bind = f"source {source.name} is asked for the password"
        if identity is None:
            told.writes = "the person and a fresh hash of the password" if self._migrating else "nothing"
            told.steps.append(f"source {source.name}: shows nobody without a password")
            return
        told.person = _person(identity, f"source {source.name}")
        self.identity = identity
        refusal = identity.state.refusal(self._now)
        if refusal is not None:
            told.bind += f", and even the right one is refused: {refusal.value}"
        if self._migrating and refusal in _ADOPTED:
            told.writes = "the person, with attributes and groups, and a fresh hash of the password"

    def _misnamed(self, source: LegacySource, name: str) -> None:  # R2
        self.told.steps.append(f"source {source.name}: answers with {name!r}, which is another name")
        self.told.bind = "refused: the source's name is not the name that was asked for"

    def _moved(self, identity: Identity, step: str) -> None:
        told = self.told
        told.steps.append(f"directory: {step}, from source {identity.origin.source}")
        told.person = _person(identity, "directory")
        self.identity = identity
        told.bind = "the directory decides; no source is asked"
        refusal = identity.state.refusal(self._now)
        if refusal is not None:
            told.bind += f"; even the right password is refused: {refusal.value}"


def _person(identity: Identity, found_in: str) -> dict[str, object]:
    state = asdict(identity.state)
    return {
        "found_in": found_in,
        "name": identity.name,
        "dn": identity.dn,
        "id": str(identity.id),
        "source": identity.origin.source,
        "key": identity.origin.key,
        "aliases": list(identity.aliases),
        "groups": list(identity.groups),
        "state": [word for word, value in state.items() if value],
    }


def show(told: Explanation, *, as_json: bool, application: str = "") -> int:
    """Print it, with what this application sees; 0 if somebody was found, else 1."""
    if as_json:
        show_json(asdict(told))
    else:
        click.echo(f"{told.name} is read as: {', then '.join(told.readings)}")
        for step in told.steps:
            click.echo(f"  {step}")
        for key, value in (told.person or {}).items():
            for one in value if isinstance(value, list) else [value]:
                click.echo(f"    {key}: {one}")
        click.echo(f"a bind: {told.bind}")
        click.echo(f"it writes: {told.writes}")
        for line in lines(application, told.application or ()):
            click.echo(line)
    return 0 if told.person is not None else 1


def login_of(name: str) -> LoginName:
    """A name as a bind would bring it: a DN if there is a `=` in it. `ProtocolError` for what is neither."""
    if "=" in name:
        return LoginName.of_dn(name, normalise_dn(name), leaf(name))
    return LoginName.of(name)


@click.command()
@click.argument("name")
@click.option(
    "--application",
    "-a",
    metavar="NAME",
    default=None,
    shell_complete=complete,
    help="Also what this application sees.",
)
@config_option
@json_option
def command(name: str, application: str | None, config: Path, *, as_json: bool) -> int:
    """Say who NAME is, and what a bind would do and write.

    NAME is whatever an application sends: a login name, a DN, DOMAIN\\user, user@suffix. No password is asked for,
    and nothing is written. With --application, the entry as that one sees it: its DN, the names of its attributes,
    which of them its rule hides, and which rule that is. The exit status is 0 if somebody was found.

    \b
    Examples:
      bindferry explain jdoe
      bindferry explain uid=jdoe,ou=people,dc=example,dc=com --json
      bindferry explain jdoe --application wiki
    """
    settings = load(config)
    if application is not None:
        check_known(settings, application)
    login = login_of(name)

    async def use(native: NativeDirectory, sources: Sequence[LegacySource]) -> int:
        tell_absent(native)
        rules = name_rules(settings, sources)
        walk = Walk(login, rules, migrating=settings.migration.enabled, now=time.time())
        told = await walk.through(native, sources)
        if application is not None and walk.identity is not None:
            told.application = seen_by(settings, application, walk.identity)
        return show(told, as_json=as_json, application=application or "")

    return over_stores(settings, lambda stores: use(stores.native, stores.sources))
