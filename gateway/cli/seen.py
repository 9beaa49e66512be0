"""What one application of the configuration sees of somebody: `bindferry explain NAME --application X`.

The same rules and personas as the front end has; `memberOf` that is computed of groups is not among what is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from gateway.cli.common import DEFAULT_CONFIG
from gateway.config import Settings, load
from gateway.config.applications import Application as Options
from gateway.errors import BindferryError
from gateway.frontends.ldap.application import Application
from gateway.frontends.ldap.configured import application_of
from gateway.identity.model import Entry, Identity
from gateway.identity.search import all_attributes
from gateway.wire.attributetypes import canonical, is_secret


def names_of(settings: Settings) -> list[str]:
    """Every application, each once."""
    return list(dict.fromkeys(one.name for one in settings.applications))


def check_known(settings: Settings, name: str) -> None:
    """`click.BadParameter` with those that there are."""
    known = names_of(settings)
    if name not in known:
        there = ", ".join(known) or "none"
        raise click.BadParameter(f"no application is called {name}; there are: {there}", param_hint="--application")


def complete(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The names for a shell; none where the configuration cannot be read."""
    try:
        settings = load(ctx.params.get("config") or Path(DEFAULT_CONFIG))
    except BindferryError:
        return []
    return [CompletionItem(name) for name in names_of(settings) if name.startswith(incomplete)]


def seen_by(settings: Settings, name: str, person: Identity) -> list[dict[str, object]]:
    """One for each entry of the list with this name, in their order."""
    logins = tuple(login.lower() for login in settings.names.login_attributes)
    return [
        {"rule": _rule(number, options), **_sight(application_of(options, logins), person)}
        for number, options in enumerate(settings.applications, 1)
        if options.name == name
    ]


def _rule(number: int, options: Options) -> str:
    ways = [f"listener {options.listener}"] if options.listener else []
    ways += [f"network {network}" for network in options.networks] + [f"bind DN {dn}" for dn in options.bind_dn]
    return f"number {number} of the list, {', '.join(ways) or 'everybody else'}"


def _sight(application: Application, person: Identity) -> dict[str, object]:
    reach = application.reach
    if not reach.shows(person):
        if reach.is_empty:
            why = "it has no bases"
        else:
            why = (
                "its filter does not select the entry"
                if reach.covers(person.dn_key)
                else "it is below none of its bases"
            )
        return {"shown": False, "because": why}
    shown = application.persona.outward(person)
    names = [name for name, _ in all_attributes(shown).items() if not is_secret(canonical(name.partition(";")[0]))]
    hidden = [name for name in names if not application.view.shows(canonical(name.partition(";")[0]))]
    return {
        "shown": True,
        "dn": shown.dn,
        "attributes": sorted(set(names) - set(hidden)),
        "hidden": sorted(hidden),
        "absent": sorted(_gone(person, shown)),
    }


def _gone(stored: Entry, shown: Entry) -> Iterator[str]:
    """Stored attributes that the persona shows under no name of theirs."""
    held = {canonical(name.partition(";")[0]) for name, _ in all_attributes(shown).items()}
    for name, _ in all_attributes(stored).items():
        kind = canonical(name.partition(";")[0])
        if kind not in held and not is_secret(kind):
            yield name


def lines(name: str, sights: Sequence[dict[str, object]]) -> Iterator[str]:
    """The same for people."""
    for sight in sights:
        yield f"application {name} ({sight['rule']}):"
        if not sight["shown"]:
            yield f"  does not see this entry: {sight['because']}"
            continue
        yield f"  dn: {sight['dn']}"
        for key in ("attributes", "hidden", "absent"):
            values = sight[key]
            if isinstance(values, list) and values:
                yield f"  {_WORDS[key]}: {', '.join(values)}"


_WORDS = {"attributes": "sees", "hidden": "hidden by its rule", "absent": "not under these names"}
