"""The main job, live: each old store, before it each client; the store is switched off, and nothing has changed.

For every store there is one story, run once: an application reads three people and they bind, each with a client of
their own; the store is switched off; the same again. The tests say what must be true of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from live.clients import CLIENTS, Client, Way
from live.gateway_process import BASE, Gateway
from live.legacy import PHOTO, OldStore, login
from live.native_file import Kept, kept

pytestmark = pytest.mark.live

PEOPLE = {"ldap-utils": "anna", "python-ldap": "Jürgen", "ldap3": "Smith, John"}
SEEN = ("of itself", "by uid", "named", "operational", "types", "compare", "whoami")


@dataclass
class Story:
    """What was seen, by client and then by `SEEN`."""

    store: OldStore
    before: dict[str, dict[str, object]] = field(default_factory=dict)
    after: dict[str, dict[str, object]] = field(default_factory=dict)
    binds: dict[str, list[int]] = field(default_factory=dict)
    first: dict[str, Kept | None] = field(default_factory=dict)
    moved: dict[str, Kept | None] = field(default_factory=dict)
    audit: list[dict[str, object]] = field(default_factory=list)


@pytest.fixture(scope="module")
def story(store: OldStore, gateways: Callable[..., Gateway]) -> Iterator[Story]:
    gateway = gateways(store.source(), passwords={"remember": "0s"}).start()
    told = Story(store)
    for client in CLIENTS:
        name = PEOPLE[client.name]
        told.before[client.name] = _look(client, gateway, store)
        told.first[client.name] = kept(gateway.database, name)
        told.binds[client.name] = [_bind(client, gateway, store, name, None), _bind(client, gateway, store, name, "no")]
    gateway.settle(["app", *PEOPLE.values()])
    told.moved = {client: kept(gateway.database, name) for client, name in PEOPLE.items()}
    store.stop()
    for client in CLIENTS:
        name = PEOPLE[client.name]
        told.binds[client.name] += [
            _bind(client, gateway, store, name, None),
            _bind(client, gateway, store, name, "on"),
        ]
        told.after[client.name] = _look(client, gateway, store)
    told.audit = gateway.audit()
    assert gateway.stop() == 0
    yield told
    store.restore()


def _bind(client: Client, gateway: Gateway, store: OldStore, name: str, password: str | None) -> int:
    return client.bind(Way(gateway.uri), login(store, name, password)).code


def _look(client: Client, gateway: Gateway, store: OldStore) -> dict[str, object]:
    """What an application sees of this client's person."""
    way, application, name = Way(gateway.uri), login(store, "app"), PEOPLE[client.name]
    dn = login(store, name).dn
    seen = {
        "of itself": client.search(way, application, dn, "base", "(objectClass=*)"),
        "by uid": client.search(way, application, store.people, "sub", f"(uid={name.upper()})"),
        "named": client.search(way, application, dn, "base", "(cn=zoë 漢字*)", ["mail", "JPEGphoto", "cn", "sn"]),
        "operational": client.search(way, application, store.people, "one", f"(uid={name})", ["*", "+"]),
    }
    shown: dict[str, object] = {view: (answer.code, answer.raw) for view, answer in seen.items()}
    return {
        **shown,
        "entries": seen["operational"].entries,
        "compare": client.compare(way, application, dn, "mail", "M.2@CORP.example"),
        "whoami": client.whoami(way, application),
    }


@pytest.mark.parametrize("client", PEOPLE)
@pytest.mark.parametrize("view", ["of itself", "by uid", "named", "operational", "compare", "whoami"])
def test_what_a_client_sees_is_byte_for_byte_the_same_after_the_store_is_gone(
    story: Story, client: str, view: str
) -> None:
    """R3, R17."""
    assert story.before[client][view] == story.after[client][view]


@pytest.mark.parametrize("client", PEOPLE)
def test_the_right_password_is_taken_and_a_wrong_one_is_not_before_and_after(story: Story, client: str) -> None:
    """R9."""
    assert story.binds[client] == [0, 49, 0, 49]


@pytest.mark.parametrize("client", PEOPLE)
def test_the_first_right_password_writes_the_person_whole(story: Story, client: str) -> None:
    """R11, R14: nothing before it; after it identity, origin and an Argon2id hash, and the source's spelling (R3)."""
    name = PEOPLE[client]
    assert story.first[client] is None
    moved = story.moved[client]
    assert moved is not None
    assert moved.name == name
    assert [moved.dn] == list(_entries(story.before[client]))
    assert moved.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert [source for source, _ in moved.origins] == [story.store.source()["name"]]
    assert ("mail", "m2@corp.example") in moved.lookups or client != "ldap-utils"
    assert PHOTO in moved.record


@pytest.mark.parametrize("client", PEOPLE)
def test_every_attribute_is_shown_with_the_store_s_own_bytes(story: Story, client: str) -> None:
    """Non-ASCII, binary, multi-valued and blank values."""
    ((dn, shown),) = _entries(story.before[client]).items()
    number = list(PEOPLE).index(client) + 2
    assert dn.lower().endswith(story.store.people.lower())
    assert shown["uid"] == [PEOPLE[client].encode()]
    assert shown["cn"] == ["Zoë  漢字 😀".encode()]
    assert shown["sn"] == ["漢字 😀".encode()]
    assert shown["jpegPhoto"] == [PHOTO]
    assert sorted(shown["mail"]) == [f"M.{number}@Corp.Example".encode(), f"m{number}@corp.example".encode()]
    assert shown.get("description") == ([b" "] if number % 2 else None)
    assert len(shown["entryUUID"][0]) == 36
    assert "userPassword" not in shown
    if story.store.name == "slapd":
        assert shown["cn;lang-en"] == [b"Zoe"]
        assert shown["memberOf"] == [f"cn=crew,{story.store.people}".encode()]
        assert {"createTimestamp", "entryCSN", "modifiersName", "structuralObjectClass"} <= shown.keys()


def test_each_person_is_adopted_once_and_then_the_directory_decides(story: Story) -> None:
    """R9, R11: one adopt line each; no bind after it names the source."""
    adopted = [record["name"] for record in story.audit if record["event"] == "adopt"]
    assert sorted(map(str, adopted)) == sorted(["app", *PEOPLE.values()])
    asked = [str(record["via"]) for record in story.audit if record["event"] == "bind"]
    assert sum(via.startswith("source:") for via in asked) == 4
    assert not [record for record in story.audit if record["outcome"] in {"unavailable", "busy"}]
    assert BASE not in story.store.people


def _entries(seen: dict[str, object]) -> dict[str, dict[str, list[bytes]]]:
    entries = seen["entries"]
    assert isinstance(entries, dict)
    return entries
