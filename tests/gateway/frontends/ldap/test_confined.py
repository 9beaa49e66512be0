"""Which requests somebody may send who must change the password first; the whole conversation is in
`tests/flows/test_reset_passwords.py`."""

from __future__ import annotations

import pytest
from conversation import bind_request, search_request

from gateway.frontends.ldap.confined import confined
from gateway.wire.messages import (
    AddRequest,
    Change,
    CompareRequest,
    DelRequest,
    ExtendedRequest,
    ModifyDnRequest,
    ModifyOperation,
    ModifyRequest,
    Operation,
)

DN = "uid=jdoe,ou=people,dc=example,dc=com"


def modifies(*names: str) -> ModifyRequest:
    return ModifyRequest(DN, tuple(Change(ModifyOperation.REPLACE, name, (b"x",)) for name in names))


@pytest.mark.parametrize(
    "request_",
    [
        bind_request(DN, b"x"),
        ExtendedRequest("1.3.6.1.4.1.4203.1.11.1"),
        modifies("userPassword"),
        modifies("2.5.4.35"),
        modifies("unicodePwd"),
        search_request("", scope=0),
        search_request("CN=subschema", scope=0),
    ],
)
def test_what_leads_to_another_password_may_go_on(request_: Operation) -> None:
    assert confined(request_) is None


@pytest.mark.parametrize(
    "request_",
    [
        search_request("", scope=1),
        search_request("", scope=2),
        search_request("cn=Subschema", scope=2),
        search_request("cn=Subschema,dc=x", scope=0),
        search_request(DN, scope=0),
        modifies("userPassword", "mail"),
        modifies("mail"),
        CompareRequest(DN, "uid", b"jdoe"),
        AddRequest(DN, ()),
        DelRequest(DN),
        ModifyDnRequest(DN, "uid=x", True),
    ],
)
def test_everything_else_is_insufficient_access_as_slapd_says(request_: Operation) -> None:
    result = confined(request_)
    assert result is not None
    assert (result.code, result.diagnostic.split(" to ")[0]) == (50, "Operations are restricted")
