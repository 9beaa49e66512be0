from __future__ import annotations

import pytest
from conversation import People, services


@pytest.mark.parametrize(
    ("starttls", "tls", "offered"),
    [("off", object(), False), ("offered", None, False), ("offered", object(), True), ("required", object(), True)],
)
def test_starttls_is_offered_where_there_is_a_certificate_for_it(starttls: str, tls: object, offered: bool) -> None:
    assert services(People(), starttls=starttls, tls=tls).offers_starttls is offered
