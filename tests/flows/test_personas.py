"""An application that was set up for another directory, over the whole core: before and after people move."""

from __future__ import annotations

import pytest
from conversation import Client, search_request, values
from core_rig import RIGHT, WRONG, Rig
from office import SERVICE, STAGES, Office, dn, find, group_dn, names

from gateway.config.applications import Application
from gateway.config.networks import EVERYWHERE
from gateway.frontends.ldap.configured import configured
from gateway.frontends.ldap.services import Services
from gateway.wire.controls import WHO_AM_I
from gateway.wire.filter import parse_filter
from gateway.wire.messages import CompareRequest, ExtendedRequest, ExtendedResponse

PERSONAS = {
    "uid=jdoe,ou=people,o=old": {"bases": {"o=old": "o=corp"}},
    "cn=jdoe,ou=users,o=old": {"people": "cn={uid},ou=users,o=old"},
    "uid=jdoe,ou=people,o=corp": {"flavour": "edirectory", "rename": {"uid": "account"}},
}


@pytest.mark.parametrize(("dn", "persona"), PERSONAS.items(), ids=["bases", "people", "flavour"])
def test_a_persona_is_the_same_before_and_after_the_move_and_people_bind_by_its_dns(
    dn: str, persona: dict[str, object]
) -> None:
    """R17 within the persona."""
    rig = Rig()
    listed = [Application.model_validate({"name": "crm", "anonymous": True, "bases": "all", "persona": persona})]
    services = Services(
        rig.authenticator,
        rig.union,
        naming_contexts=("ou=people,o=corp",),
        applications=configured(listed),
        clear_text=EVERYWHERE,
    )
    login = "account" if "rename" in persona else "uid"
    client = Client(services)
    above = dn.partition(",")[2]

    def look() -> list[object]:
        found = client.search(above, parse_filter(f"(&(objectClass=person)({login}=JDoe))"), "*", "+")
        assert [entry.name for entry in found] == [dn]
        assert login in values(found[0])
        assert client.search(dn, None, "*", "+", scope=0) == found
        assert client.result(CompareRequest(dn, login, b"jdoe")).code == 6
        return [*found]

    before = look()
    assert rig.moved() is None
    assert Client(services).bind(dn, WRONG).code == 49
    user = Client(services)
    assert user.bind(dn, RIGHT).code == 0
    who = user.ask(ExtendedRequest(WHO_AM_I))[0].operation
    assert isinstance(who, ExtendedResponse)
    assert who.value == f"dn:{dn}".encode()
    assert rig.moved() is not None
    assert look() == before


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("persona", [{}, {"people": "cn={cn},ou=users,o=old"}], ids=["stored", "people"])
def test_a_search_that_selects_nothing_at_somebodys_dn_is_a_success_and_at_nobodys_is_not(
    persona: dict[str, object], stage: str
) -> None:
    """Jellyfin asks so whether a user is an administrator; and JNDI lists what is below a person."""
    listed = [{"name": "crm", "bind_dn": SERVICE, "bases": "all", "persona": persona}]
    client = Office(stage=stage, applications=listed).service()
    somebody = "cn=Carl Müller,ou=users,o=old" if persona else dn("carl")
    assert find(client, somebody, f"(memberOf={group_dn('admins')})", "uid", scope=0) == []
    assert find(client, somebody, "(objectClass=*)", "uid", scope=1) == []
    assert names(find(client, somebody, "(objectClass=person)", "uid", scope=2)) in (["carl"], ["Carl Müller"])
    nobody = somebody.replace("arl", "arlo")
    for scope in range(3):
        asked = search_request(nobody, parse_filter("(objectClass=*)"), "uid", scope=scope)
        assert client.result(asked).code == 32


def test_a_refused_bind_speaks_as_the_application_that_is_known_by_the_name() -> None:
    """R25: by the name alone. Whoever guesses learns that an application has this name, and nothing of the account."""
    rig = Rig()
    vault, gone = "uid=jdoe,ou=people,o=corp", "uid=gone,ou=people,o=corp"
    described = {
        "name": "vault",
        "bind_dn": [vault, gone, "tool"],
        "persona": {"flavour": "active-directory", "domain": {"dns": "corp.example"}},
    }
    listed = [Application.model_validate(described)]
    services = Services(rig.authenticator, rig.union, applications=configured(listed), clear_text=EVERYWHERE)
    texts = [Client(services).bind(name, WRONG).diagnostic for name in (vault, gone, "Tool")]
    assert all("data 52e" in text for text in texts)
    assert len(set(texts)) == 1
    for name in ("uid=other,ou=people,o=corp", "jdoe@nowhere", "a=b,,c"):
        assert "data" not in Client(services).bind(name, WRONG).diagnostic


@pytest.mark.parametrize("stage", STAGES)
def test_whom_an_application_lets_in_is_spoken_to_by_the_names_that_it_knows(stage: str) -> None:
    """On the connection that it has bound, and on one of their own; by their own rights, not the application's."""
    persona = {"people": "cn={cn},ou=users,o=old", "rename": {"uid": "account"}}
    office = Office(stage=stage, applications=[{"name": "crm", "bind_dn": SERVICE, "bases": "all", "persona": persona}])
    same = office.service()
    people = [entry.name for entry in find(same, "ou=users,o=old", "(account=*)", "1.1")]
    anna, berta = people[:2]
    own = office.connect()
    for client in (same, own):
        assert client.bind(anna, WRONG).code == 49
        assert client.bind(anna, RIGHT).code == 0
        assert "account" in values(find(client, anna, "(objectClass=*)", "*", scope=0)[0])
        assert client.result(search_request(berta, parse_filter("(objectClass=*)"), scope=0)).code == 32
    plain = office.connect(dn("anna"), RIGHT)
    assert "uid" in values(find(plain, dn("anna"), "(objectClass=*)", "*", scope=0)[0])
