from __future__ import annotations

from conversation import person

from gateway.config import applications as config
from gateway.frontends.ldap.configured import UNKNOWN, configured


def made(**options: object) -> config.Application:
    return config.Application.model_validate({"name": "a", **options})


def test_whoever_is_none_of_them_sees_nothing_more() -> None:
    assert configured([]).at("ldap", "local").stranger is UNKNOWN
    assert UNKNOWN.reach.is_empty
    assert not UNKNOWN.anonymous


def test_names_are_normalised_and_all_is_everything() -> None:
    entrance = configured([made(bind_dn=["UID=JDoe, ou=People,dc=example,dc=com", "ANN"], bases="all")]).at(
        "x", "local"
    )
    for somebody in (person("jdoe"), person("ann")):
        assert entrance.of(somebody).reach.is_whole
    assert entrance.of(person("bob")) is UNKNOWN


def test_a_persona_that_changes_nothing_costs_nothing() -> None:
    assert configured([made()]).at("x", "local").stranger.persona.is_plain
    assert not configured([made(persona={"flavour": "vcenter"})]).at("x", "local").stranger.persona.is_plain


def test_an_active_directory_has_its_domain() -> None:
    persona = {"flavour": "active-directory", "domain": {"dns": "corp.example"}}
    shown = configured([made(persona=persona)]).at("x", "local").stranger.persona.outward(person("jdoe"))
    assert shown.attributes.get("sAMAccountName") == (b"jdoe",)
