from __future__ import annotations

import pytest

from gateway.errors import ProtocolError
from gateway.frontends.ldap.personas.active_directory import ActiveDirectory
from gateway.frontends.ldap.personas.ad_domain import Domain
from gateway.frontends.ldap.personas.persona import Persona
from gateway.frontends.ldap.results import LdapError
from gateway.frontends.ldap.wishes import Wishes
from gateway.wire import ber
from gateway.wire.controls import EXTENDED_DN, MANAGE_DSA_IT, PAGED_RESULTS, PagedResults, encode_paged_results
from gateway.wire.filter import Present
from gateway.wire.messages import Control, ResultCode, SearchRequest
from gateway.wire.searchcontrols import (
    ASSERTION,
    MATCHED_VALUES,
    SEARCH_OPTIONS,
    SORT_REQUEST,
    SUBENTRIES,
    SortKey,
    encode_matched_values,
    encode_sort_keys,
    encode_subentries,
)

DIRECTORY = Persona("ad", (ActiveDirectory(Domain("example.com", "EXAMPLE"), lambda: 0.0),))
BY_NAME = (SortKey("sn"), SortKey("givenName", reverse=True))
EXTENDED = Control(EXTENDED_DN, True, ber.sequence(ber.integer(1)))


def test_controls_that_change_no_search_ask_for_nothing() -> None:
    """So a search with ManageDsaIT is answered like one without any control."""
    assert Wishes.of(()) is None
    assert Wishes.of((Control(MANAGE_DSA_IT, True), Control("1.2.3.4", False, b"junk"))) is None


def test_each_control_is_read_into_what_it_asks_for() -> None:
    paged = PagedResults(10, b"cookie")
    wishes = Wishes.of(
        (
            Control(PAGED_RESULTS, False, encode_paged_results(paged)),
            Control(SORT_REQUEST, True, encode_sort_keys(BY_NAME)),
            Control(MATCHED_VALUES, False, encode_matched_values([Present("mail")])),
            Control(SUBENTRIES, True, encode_subentries(True)),
        )
    )
    assert wishes == Wishes(paged, BY_NAME, must_sort=True, values=(Present("mail"),), subentries=True)


def test_only_a_critical_sort_must_succeed() -> None:
    wishes = Wishes.of((Control(SORT_REQUEST, False, encode_sort_keys(BY_NAME)),))
    assert wishes is not None
    assert not wishes.must_sort


def test_names_with_guid_and_sid_are_a_wish_to_the_persona_that_has_them_and_to_no_other() -> None:
    assert Wishes.of((EXTENDED,)) is None
    assert Wishes.of((EXTENDED,), DIRECTORY) == Wishes(extended=True)


@pytest.mark.parametrize("kind", [PAGED_RESULTS, SORT_REQUEST, MATCHED_VALUES, SUBENTRIES, SEARCH_OPTIONS])
@pytest.mark.parametrize("critical", [True, False])
def test_a_malformed_one_is_a_protocol_error_critical_or_not(kind: str, critical: bool) -> None:
    with pytest.raises(ProtocolError):
        Wishes.of((Control(kind, critical, b"junk"),))


def test_search_options_that_nobody_knows_are_refused() -> None:
    def options(flags: int) -> Control:
        return Control(SEARCH_OPTIONS, True, ber.sequence(ber.integer(flags)))

    assert Wishes.of((options(3),)) == Wishes()
    with pytest.raises(LdapError) as refused:
        Wishes.of((options(4),))
    assert refused.value.result.code == ResultCode.UNWILLING_TO_PERFORM


def test_an_assertion_is_kept_elsewhere_but_the_search_is_one_with_controls() -> None:
    assert Wishes.of((Control(ASSERTION, True, b"junk"),)) == Wishes()


def test_what_is_sorted_by_is_read_even_if_it_was_not_asked_for() -> None:
    request = SearchRequest("dc=example,dc=com", 2, Present("objectClass"), ("cn",))
    assert Wishes(sort=BY_NAME).reading(request).attributes == ("cn", "sn", "givenName")
    assert Wishes().reading(request) is request


def test_whoever_asks_for_all_attributes_has_those_to_sort_by_among_them() -> None:
    request = SearchRequest("dc=example,dc=com", 2, Present("objectClass"))
    assert Wishes(sort=BY_NAME).reading(request) is request
