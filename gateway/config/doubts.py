"""What is wrong, or probably not meant, in how the applications stand beside each other and before the stores.

What is wrong in one alone is in `applications.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.config.applications import Application
from gateway.errors import ConfigError, ProtocolError
from gateway.wire.dn import normalise_dn


def faults_of(
    applications: Sequence[Application], listeners: Sequence[str]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What no application shows alone: place and sentence."""
    seen: dict[tuple[object, ...], int] = {}
    for number, application in enumerate(applications):
        place = ("applications", number)
        if application.listener is not None and application.listener not in listeners:
            yield (*place, "listener"), f"there is no such listener; there are {', '.join(listeners)}"
        first = seen.setdefault(application.who, number)
        if first != number:
            yield (*place, "name"), f"is never chosen: number {first + 1} of the list is for the same connections"


def doubts_about(applications: Sequence[Application]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What is allowed and probably not meant: place and sentence."""
    taken: dict[tuple[object, ...], str] = {}
    for number, application in enumerate(applications):
        place = ("applications", number)
        if application.anonymous and application.bases == ():
            yield (*place, "anonymous"), "nothing is shown without a bind, because there are no bases"
        networks = application.networks or (None,)
        for name in application.bind_dn:
            same = [(application.listener, network, _name_key(name)) for network in networks]
            first = next((taken[one] for one in same if one in taken), application.name)
            taken.update({one: application.name for one in same if one not in taken})
            if first != application.name:
                yield (*place, "bind_dn"), f"{name} is that of {first}, too: whoever binds by it there is {first}"
        for network in () if application.bind_dn else application.networks:
            first = taken.setdefault((application.listener, network), application.name)
            if first != application.name:
                yield (*place, "networks"), f"{network} is that of {first}, too: whoever comes from there is {first}"


def outside(applications: Sequence[Application], contexts: Sequence[str]) -> list[ConfigError]:
    """What is said of bases that no store has anything below; `contexts` are those of the stores."""
    keys = [normalise_dn(context) for context in contexts]
    return [
        ConfigError(f"{base} is neither below a naming context nor above one", where=f"applications.{number}.bases")
        for number, application in enumerate(applications)
        for base in application.bases or ()
        if not any(_is_within(normalise_dn(base), key) or _is_within(key, normalise_dn(base)) for key in keys)
    ]


def _name_key(name: str) -> str:
    """What is compared of a `bind_dn`: a DN in its normalised form, and whatever is written as a login name."""
    if "=" not in name:
        return name.strip().lower()
    try:
        return normalise_dn(name)
    except ProtocolError:
        return name.strip().lower()


def _is_within(key: str, base: str) -> bool:
    return not base or key == base or key.endswith("," + base)
