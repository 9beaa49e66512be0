"""What the controls of a search ask for. How it is given is in `controlled.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.frontends.ldap.personas.persona import PLAIN, Persona
from gateway.frontends.ldap.results import LdapError
from gateway.wire.controls import EXTENDED_DN, PAGED_RESULTS, PagedResults, decode_paged_results
from gateway.wire.filter import Filter
from gateway.wire.messages import Control, ResultCode, SearchRequest
from gateway.wire.searchcontrols import (
    ASSERTION,
    MATCHED_VALUES,
    SEARCH_OPTIONS,
    SORT_REQUEST,
    SUBENTRIES,
    SortKey,
    decode_extended_dn,
    decode_matched_values,
    decode_search_options,
    decode_sort_keys,
    decode_subentries,
)

_OURS = frozenset({PAGED_RESULTS, SORT_REQUEST, MATCHED_VALUES, SUBENTRIES, ASSERTION, SEARCH_OPTIONS})
_KNOWN_OPTIONS = 3


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the controls of one search ask for. `must_sort`: that control is critical. `extended`: names with GUID and
    SID, as texts where it is True."""

    paged: PagedResults | None = None
    sort: tuple[SortKey, ...] = ()
    must_sort: bool = False
    values: tuple[Filter, ...] = ()
    subentries: bool = False
    extended: bool | None = None

    def reading(self, request: SearchRequest) -> SearchRequest:
        """The request with the attributes that must be read: those that are sorted by, too."""
        if not self.sort or not request.attributes:
            return request
        return replace(request, attributes=(*request.attributes, *(key.attribute for key in self.sort)))

    @classmethod
    def of(cls, controls: Sequence[Control], persona: Persona = PLAIN) -> Wishes | None:
        """None where none of them changes a search: some applications send ManageDsaIT with every request.
        `ProtocolError` where one is malformed, critical or not, as slapd answers."""
        ours = _OURS if persona.is_plain else _OURS | persona.controls
        given = {control.type: control for control in controls if control.type in ours}
        if not given:
            return None
        paged, sort = given.get(PAGED_RESULTS), given.get(SORT_REQUEST)
        if SEARCH_OPTIONS in given and decode_search_options(given[SEARCH_OPTIONS].value) > _KNOWN_OPTIONS:
            raise LdapError(ResultCode.UNWILLING_TO_PERFORM, "search options that are not known here")  # as slapd
        values, subentries = given.get(MATCHED_VALUES), given.get(SUBENTRIES)
        return cls(
            paged=None if paged is None else decode_paged_results(paged.value),
            sort=() if sort is None else decode_sort_keys(sort.value),
            must_sort=sort is not None and sort.critical,
            values=() if values is None else decode_matched_values(values.value),
            subentries=subentries is not None and decode_subentries(subentries.value),
            extended=decode_extended_dn(given[EXTENDED_DN].value) if EXTENDED_DN in given else None,
        )
