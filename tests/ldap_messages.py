"""Every LDAP message there is, for property tests: hypothesis strategies of `gateway.wire.messages`."""

from __future__ import annotations

from hypothesis import strategies as st

from gateway.wire import messages as m
from gateway.wire.filter import (
    And,
    Approx,
    Equal,
    Extensible,
    Filter,
    GreaterOrEqual,
    LessOrEqual,
    Not,
    Or,
    Present,
    Substrings,
)

octets = st.binary(max_size=12) | st.binary(min_size=120, max_size=300)
texts = st.binary(max_size=12).map(lambda raw: raw.decode("utf-8", "surrogateescape")) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=150
)
descriptions = st.sampled_from(["cn", "objectClass", "userCertificate;binary", "2.5.4.3", "größe"])
oids = st.sampled_from(["1.3.6.1.4.1.1466.20037", "1.2.840.113556.1.4.319", "2.16.840.1.113730.3.4.2"])
uris = st.sampled_from(["ldap://a.example/dc=example", "ldaps://b.example:6636"])
ids = st.integers(0, 2**31 - 1) | st.integers(0, 300)
limits = st.sampled_from([0, 1, 127, 128, 255, 256, 1000, 32767, 32768, 2**31 - 1])
values = st.lists(octets, max_size=4).map(tuple)
attributes = st.lists(st.tuples(descriptions, values), max_size=5).map(tuple)

substrings = st.builds(
    Substrings, descriptions, st.none() | octets, st.lists(octets, max_size=3).map(tuple), st.none() | octets
).filter(lambda item: item.initial is not None or item.final is not None or bool(item.any))
extensibles = st.builds(Extensible, st.none() | oids, st.none() | descriptions, octets, st.booleans()).filter(
    lambda item: item.rule is not None or item.attribute is not None
)
leaves: st.SearchStrategy[Filter] = st.one_of(
    st.builds(Equal, descriptions, octets),
    st.builds(GreaterOrEqual, descriptions, octets),
    st.builds(LessOrEqual, descriptions, octets),
    st.builds(Approx, descriptions, octets),
    st.builds(Present, descriptions),
    substrings,
    extensibles,
)


def _nested(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.builds(And, some), st.builds(Or, some), st.builds(Not, inner))


filters: st.SearchStrategy[Filter] = st.recursive(leaves, _nested, max_leaves=6)

codes = st.sampled_from(list(m.ResultCode)) | st.sampled_from([122, 4096, 16654])
results = st.builds(m.LdapResult, codes, texts, texts, st.lists(uris, max_size=2).map(tuple))
authentications = st.builds(m.SimpleAuthentication, octets) | st.builds(
    m.SaslAuthentication, st.sampled_from(["PLAIN", "EXTERNAL", "GSSAPI"]), st.none() | octets
)
changes = st.builds(m.Change, st.sampled_from(list(m.ModifyOperation)), descriptions, values)

requests: st.SearchStrategy[m.Request] = st.one_of(
    st.builds(m.BindRequest, st.integers(1, 127), texts, authentications),
    st.just(m.UnbindRequest()),
    st.builds(
        m.SearchRequest,
        texts,
        st.integers(0, 2),
        filters,
        st.lists(descriptions, max_size=4).map(tuple),
        st.integers(0, 3),
        limits,
        limits,
        st.booleans(),
    ),
    st.builds(m.ModifyRequest, texts, st.lists(changes, max_size=3).map(tuple)),
    st.builds(m.AddRequest, texts, attributes),
    st.builds(m.DelRequest, texts),
    st.builds(m.ModifyDnRequest, texts, texts, st.booleans(), st.none() | texts),
    st.builds(m.CompareRequest, texts, descriptions, octets),
    st.builds(m.AbandonRequest, ids),
    st.builds(m.ExtendedRequest, oids, st.none() | octets),
)
responses: st.SearchStrategy[m.Response] = st.one_of(
    st.builds(m.BindResponse, results, st.none() | octets),
    st.builds(m.SearchResultEntry, texts, attributes),
    st.builds(m.SearchResultReference, st.lists(uris, min_size=1, max_size=3).map(tuple)),
    st.builds(m.SearchResultDone, results),
    st.builds(m.ModifyResponse, results),
    st.builds(m.AddResponse, results),
    st.builds(m.DelResponse, results),
    st.builds(m.ModifyDnResponse, results),
    st.builds(m.CompareResponse, results),
    st.builds(m.ExtendedResponse, results, st.none() | oids, st.none() | octets),
    st.builds(m.IntermediateResponse, st.none() | oids, st.none() | octets),
)
controls = st.lists(st.builds(m.Control, oids, st.booleans(), st.none() | octets), max_size=3).map(tuple)
messages = st.builds(m.LdapMessage, ids, st.one_of(requests, responses), controls)
