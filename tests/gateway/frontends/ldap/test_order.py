from __future__ import annotations

import pytest
from conversation import Client, People, bind_request, search_request, services

from gateway.errors import ProtocolError
from gateway.frontends.ldap.call import Call
from gateway.frontends.ldap.order import Order
from gateway.frontends.ldap.results import SUCCESS
from gateway.wire.messages import BindResponse, LdapMessage, Operation

SEARCH = search_request("dc=x")
BIND = bind_request("uid=x", b"y")
SESSION = Client(services(People())).session


def line(*operations: Operation, most: int = 10) -> Order:
    """Requests 1, 2, 3 … that wait."""
    order = Order(most)
    for number, operation in enumerate(operations, 1):
        order.add(LdapMessage(number, operation))
    return order


def begin(order: Order) -> list[int]:
    """Begin all that may; their ids."""
    begun = []
    while (message := order.next()) is not None:
        order.begin(Call(SESSION, message))
        begun.append(message.id)
    return begun


def test_searches_run_side_by_side_up_to_the_limit() -> None:
    order = line(SEARCH, SEARCH, SEARCH, most=2)
    assert begin(order) == [1, 2]
    assert order.is_full
    order.end(1)
    assert begin(order) == [3]
    assert (order.running, order.waiting) == (2, 0)


@pytest.mark.parametrize("alone", [BIND, BindResponse(SUCCESS)])
def test_a_bind_waits_for_everything_before_it(alone: Operation) -> None:
    """RFC 4511 4.2.1."""
    order = line(SEARCH, alone, SEARCH)
    assert begin(order) == [1]
    order.end(1)
    message = order.next()
    assert message is not None
    assert message.id == 2


def test_everything_waits_for_a_bind() -> None:
    order = line(BIND, SEARCH, BIND)
    for number in (1, 2, 3):
        assert begin(order) == [number]
        order.end(number)


def test_an_id_is_in_use_until_its_end() -> None:
    order = line(SEARCH, BIND)
    begin(order)
    for number in (0, 1, 2):
        with pytest.raises(ProtocolError):
            order.add(LdapMessage(number, SEARCH))
    order.end(1)
    order.add(LdapMessage(1, SEARCH))


def test_what_is_abandoned_is_gone_and_its_id_is_free() -> None:
    order = line(SEARCH, BIND, SEARCH, BIND)
    begin(order)
    for number in (1, 3, 4711):
        order.abandon(number)
    assert (order.running, order.waiting) == (0, 2)
    order.add(LdapMessage(1, SEARCH))
    order.add(LdapMessage(3, SEARCH))


def test_a_bind_is_not_abandoned() -> None:
    order = line(BIND, BIND)
    begin(order)
    order.abandon(1)
    order.abandon(2)
    assert (order.running, order.waiting) == (1, 1)


def test_clear_ends_everything() -> None:
    order = line(SEARCH, SEARCH, BIND)
    calls = [Call(SESSION, LdapMessage(number, SEARCH)) for number in (1, 2)]
    for call in calls:
        order.next()
        order.begin(call)
    order.clear()
    assert (order.running, order.waiting) == (0, 0)
    assert all(call.over for call in calls)
