"""Asking for pages in memory, and a core with people who can move between them."""

from __future__ import annotations

from typing import Any

from conversation import Client, result_of, search_request
from core_rig import RIGHT, Rig

from gateway.config.limits import Limits
from gateway.config.networks import EVERYWHERE
from gateway.frontends.ldap.application import Application
from gateway.frontends.ldap.applications import Applications
from gateway.frontends.ldap.services import Services
from gateway.wire.controls import PAGED_RESULTS, PagedResults, decode_paged_results, encode_paged_results
from gateway.wire.messages import Control, LdapMessage, LdapResult, SearchResultEntry

BASE = "ou=people,dc=example,dc=com"
OLD = "ou=people,o=corp"


def page(size: int, cookie: bytes = b"", *, critical: bool = True) -> Control:
    return Control(PAGED_RESULTS, critical, encode_paged_results(PagedResults(size, cookie)))


class Page:
    """One answer: the first part of each DN, the result, and the cookie (None: no control)."""

    def __init__(self, answers: list[LdapMessage]) -> None:
        entries = [answer.operation for answer in answers[:-1]]
        self.names = [one.name.partition(",")[0][4:] for one in entries if isinstance(one, SearchResultEntry)]
        self.result: LdapResult = result_of(answers[-1])
        values = [one.value for one in answers[-1].controls if one.type == PAGED_RESULTS]
        self.cookie = decode_paged_results(values[0]).cookie if values else None

    @property
    def next(self) -> bytes:
        assert self.cookie
        return self.cookie


def corp(count: int = 30) -> Rig:
    rig = Rig()
    for number in range(count):
        rig.source.add(f"u{number:02}", RIGHT)
    return rig


def core_client(rig: Rig, **limits: Any) -> Client:
    client = Client(
        Services(
            rig.authenticator,
            rig.union,
            applications=Applications((), Application(anonymous=True)),
            limits=Limits(**limits),
            clear_text=EVERYWHERE,
        )
    )
    assert client.result(search_request(OLD, scope=0)).code in {0, 32}
    return client
