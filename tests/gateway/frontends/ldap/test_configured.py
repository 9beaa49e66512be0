from __future__ import annotations

import pytest
from conversation import person

from gateway.config import applications as config
from gateway.errors import ConfigErrors
from gateway.frontends.ldap.configured import UNKNOWN, configured, outside


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


def test_bases_where_no_store_has_anything_are_told() -> None:
    listed = [made(bases=["ou=people,o=corp", "o=typo", "o=c"])]
    assert [error.where for error in outside(listed, ["o=corp"])] == ["applications.0.bases"] * 2


def test_a_template_that_is_none_is_a_fault_with_its_place() -> None:
    with pytest.raises(ConfigErrors) as caught:
        configured([made(persona={"people": "cn={cn}"})])
    assert [error.where for error in caught.value.errors] == ["applications.0.persona.people"]
