from __future__ import annotations

import pytest
from conversation import bound

from gateway.frontends.ldap.call import ANSWERS
from gateway.frontends.ldap.operations import OPERATIONS
from gateway.wire.messages import (
    AddRequest,
    Change,
    DelRequest,
    ModifyDnRequest,
    ModifyOperation,
    ModifyRequest,
    Operation,
)


@pytest.mark.parametrize(
    "request_",
    [
        ModifyRequest("dc=x", (Change(ModifyOperation.REPLACE, "cn", (b"x",)),)),
        AddRequest("dc=x", ()),
        DelRequest("dc=x"),
        ModifyDnRequest("dc=x", "dc=y", delete_old_rdn=True),
    ],
)
def test_writing_is_refused_in_its_own_response(request_: Operation) -> None:
    answer = bound().ask(request_)[0].operation
    assert type(answer) is ANSWERS[type(request_)]
    assert answer.result.code == 53  # type: ignore[union-attr]  # each of them has one


def test_every_operation_has_a_response() -> None:
    assert set(OPERATIONS) == set(ANSWERS)
