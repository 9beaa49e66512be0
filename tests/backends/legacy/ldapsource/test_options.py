"""`ldapsource.options`: faults of the configuration are found before any server is asked."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from backends.legacy.ldapsource.options import LdapOptions

MINIMAL: dict[str, Any] = {"name": "old", "type": "ldap", "url": "ldaps://old.example", "base": "o=corp"}


def test_the_least_that_is_needed() -> None:
    options = LdapOptions.model_validate(MINIMAL)
    assert [str(server) for server in options.servers] == ["ldaps://old.example:636"]
    assert options.login_attributes == ("uid",)
    assert options.key_attributes[0] == "entryUUID"


def test_the_dialect_brings_its_defaults_and_what_is_written_wins() -> None:
    options = LdapOptions.model_validate({**MINIMAL, "dialect": "active-directory", "alias_attributes": ["mail"]})
    assert options.login_attributes == ("sAMAccountName",)
    assert options.alias_attributes == ("mail",)
    assert "computer" in options.people_filter


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"url": "http://x"}, "ldap://host:port"),
        ({"url": None}, "either url or urls"),
        ({"urls": ["ldap://b"]}, "either url or urls"),
        ({"base": "nonsense"}, "not a DN"),
        ({"starttls": True}, "ldaps:// is under TLS"),
        ({"bind_dn": "cn=x"}, "belong together"),
        ({"bind_password": "x"}, "belong together"),
        ({"bind_dn": "cn=x", "bind_password": ""}, "is empty"),
        ({"direct_bind": "uid=x,o=corp"}, "exactly once"),
        ({"direct_bind": "uid={name},o=other"}, "not below base"),
        ({"direct_bind": "{name}"}, "not a DN"),
        ({"direct_bind": "uid={name},o=corp", "bind_dn": "cn=x", "bind_password": "y"}, "without a service account"),
        ({"people_filter": "(uid="}, "not a filter"),
        ({"login_attributes": []}, "at least 1"),
        ({"login_attributes": ["uid)(x"]}, "match pattern"),
        ({"tls": {"verify": False, "ca": "/x"}}, "mean nothing"),
        ({"timout": 1}, "not permitted"),
        ({"connections": 0}, "greater than or equal to 1"),
        ({"idle": 0}, "greater than 0"),
    ],
)
def test_faults(more: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        LdapOptions.model_validate({**MINIMAL, **more})


def test_the_bind_password_is_never_shown() -> None:
    """R15."""
    options = LdapOptions.model_validate({**MINIMAL, "bind_dn": "cn=x", "bind_password": "canary"})
    assert "canary" not in repr(options)
    with pytest.raises(ValidationError) as caught:
        LdapOptions.model_validate({**MINIMAL, "bind_dn": "broken", "bind_password": "canary"})
    assert "canary" not in str(caught.value)
