"""What is allowed and probably not meant: said at start and by `bindferry check`, and stops nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from gateway.config.document import Document, Place
from gateway.config.listen import Listen
from gateway.errors import ConfigError


def warnings_of(listen: Listen, document: Document, now: datetime) -> tuple[ConfigError, ...]:
    """Warnings with file, line and path, in the order of the file."""
    found = [
        ConfigError(text, where=".".join(map(str, place)), file=document.file, line=document.line(place))
        for place, text in _warnings(listen, now)
    ]
    return tuple(sorted(found, key=lambda warning: warning.line))


def _warnings(listen: Listen, now: datetime) -> Iterator[tuple[Place, str]]:
    ldap, health = listen.ldap, listen.health
    if ldap is not None and not ldap.loopback:
        if ldap.clear_text:
            yield ("listen", "ldap", "clear_text"), "passwords may cross the network in clear text"
        elif ldap.starttls == "off":
            yield (
                ("listen", "ldap", "starttls"),
                "without it and clear_text, only this machine can bind here",
            )
    if health is not None and not health.loopback:
        yield ("listen", "health", "address"), "health and metrics are open to the network, without a password"
    for name, listener in (("ldap", ldap), ("ldaps", listen.ldaps)):
        if listener is None or listener.keypair is None:
            continue
        complaint = listener.keypair.complaint(now)
        if complaint is not None:
            yield ("listen", name, "certificate"), complaint
        if listener.keypair.open_to_others:
            yield ("listen", name, "key"), "every user of this machine can read the private key: chmod o-r"
