"""What is allowed and probably not meant: said at start and by `bindferry check`, and stops nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from gateway.config.applications import Application
from gateway.config.document import Document, Place
from gateway.config.doubts import doubts_about
from gateway.config.listen import Ldap, Listen, Named
from gateway.errors import ConfigError


def warnings_of(
    listen: Listen, applications: Sequence[Application], document: Document, now: datetime
) -> tuple[ConfigError, ...]:
    """Warnings with file, line and path, in the order of the file."""
    found = [
        ConfigError(text, where=".".join(map(str, place)), file=document.file, line=document.line(place))
        for place, text in (*_warnings(listen, now), *doubts_about(applications))
    ]
    return tuple(sorted(found, key=lambda warning: warning.line))


def _warnings(listen: Listen, now: datetime) -> Iterator[tuple[Place, str]]:
    for name, door in listen.doors().items():
        place = ("listen", "named", name) if name in listen.named else ("listen", name)
        if isinstance(door, Ldap) and not door.loopback and not (isinstance(door, Named) and door.tls):
            yield from _about_clear_text(door, place)
        if door.keypair is None:
            continue
        complaint = door.keypair.complaint(now)
        if complaint is not None:
            yield (*place, "certificate"), complaint
        if door.keypair.open_to_others:
            yield (*place, "key"), "every user of this machine can read the private key: chmod o-r"
    if listen.health is not None and not listen.health.loopback:
        place = ("listen", "health", "address")
        yield place, "health and metrics are open to the network, without a password"


def _about_clear_text(door: Ldap, place: Place) -> Iterator[tuple[Place, str]]:
    if door.clear_text:
        yield (*place, "clear_text"), "passwords may cross the network in clear text"
    elif door.starttls == "off":
        yield (*place, "starttls"), "without it and clear_text, only this machine can bind here"
