"""Names, secrets and people as values."""

from __future__ import annotations

import pickle
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.model import (
    AccountState,
    Attributes,
    Identity,
    LoginName,
    Origin,
    PasswordCredential,
    Secret,
    derive_id,
    normalise,
)
from gateway.identity.outcome import Reason


@pytest.mark.parametrize("typed", ["jdoe", "JDoe ", " jdoe", "ｊｄｏｅ", "JDOE\t"])
def test_names_compare_after_nfkc_case_folding_and_trimming(typed: str) -> None:
    """R1."""
    assert normalise(typed) == "jdoe"


def test_sharp_s_is_not_two_s() -> None:
    """R2: full case folding would make two accounts one."""
    assert normalise("Straße") == "straße" != normalise("Strasse")
    assert normalise("STRAẞE") == "straße"


def test_composed_and_decomposed_accents_are_one_name() -> None:
    assert normalise("Jos\u00e9") == normalise("Jose\u0301") != normalise("Jose")


@given(st.text())
def test_normalising_twice_changes_nothing(name: str) -> None:
    once = normalise(name)
    assert normalise(once) == once


@given(st.text(), st.sampled_from(["upper", "lower", "swapcase"]))
def test_case_of_ascii_never_matters(name: str, change: str) -> None:
    ascii_only = name.encode("ascii", "ignore").decode()
    assert normalise(getattr(ascii_only, change)()) == normalise(ascii_only)


def test_a_secret_is_never_shown() -> None:
    """R15."""
    secret = Secret(b"canary-9f2")
    credential = PasswordCredential(LoginName.of("jdoe"), secret)
    for text in (repr(secret), str(secret), f"{secret}", f"{secret!r:>10}", repr(credential)):
        assert "canary" not in text
    with pytest.raises(TypeError) as error:
        pickle.dumps(secret)
    assert "canary" not in str(error.value)


def test_latin1_and_utf8_of_one_password_are_the_same_bytes() -> None:
    """R13."""
    assert Secret("pässwort".encode("latin-1")).canonical() == Secret("pässwort".encode()).canonical()
    decomposed = unicodedata.normalize("NFD", "pässwort")
    assert Secret(decomposed.encode()).canonical() == "pässwort".encode()


def test_the_charset_of_the_source_reads_what_is_not_utf8() -> None:
    """R13."""
    assert Secret("пароль".encode("cp1251")).canonical("cp1251") == "пароль".encode()


def test_bytes_that_no_charset_reads_stay_apart() -> None:
    one, other = Secret(b"\xff\xfea"), Secret(b"\xff\xfeb")
    assert one.canonical("ascii") != other.canonical("ascii")


@given(st.binary(), st.binary())
def test_secrets_are_equal_when_their_bytes_are(one: bytes, other: bytes) -> None:
    assert (Secret(one) == Secret(other)) is (one == other)


def test_attributes_keep_spelling_order_and_bytes_and_compare_without_case() -> None:
    """R3."""
    attributes = Attributes({"sAMAccountName": [b"j"], "CN": [b"\xff\x00", b"a"]})
    assert attributes.get("samaccountname") == (b"j",)
    assert list(attributes.items()) == [("sAMAccountName", (b"j",)), ("CN", (b"\xff\x00", b"a"))]
    assert "cn" in attributes
    assert attributes.get("mail") == ()
    assert list(attributes.without(["cn"]).items()) == [("sAMAccountName", (b"j",))]
    assert attributes.first("cn") is None
    assert attributes.first("samaccountname") == "j"


def test_an_attribute_given_twice_is_one_attribute() -> None:
    assert Attributes([("cn", [b"a"]), ("CN", [b"b"])]).get("cn") == (b"a", b"b")


def test_a_derived_id_is_stable_and_differs_between_sources() -> None:
    """R3: identities from SQL get a stable UUID, derived once."""
    assert str(derive_id(Origin("customers", "4711"))) == "f4f21cab-8376-516e-a106-084ce0b6656a"
    assert derive_id(Origin("customers", "4711")) != derive_id(Origin("staff", "4711"))


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (AccountState(), None),
        (AccountState(expires_at=1001.0), None),
        (AccountState(expires_at=1000.0), Reason.EXPIRED),
        (AccountState(disabled=True, locked=True, must_change=True), Reason.DISABLED),
        (AccountState(locked=True, must_change=True), Reason.LOCKED),
        (AccountState(must_change=True), Reason.MUST_CHANGE),
    ],
)
def test_a_state_names_its_refusal(state: AccountState, reason: Reason | None) -> None:
    """R7."""
    assert state.refusal(1000.0) is reason


def test_a_changed_person_has_the_new_name_key() -> None:
    origin = Origin("s", "1")
    person = Identity(
        dn="uid=J", dn_key="uid=j", attributes=Attributes(), id=derive_id(origin), name="JDoe", origin=origin
    )
    assert person.name_key == "jdoe"
    assert replace(person, name="MMuster").name_key == "mmuster"


names = st.sampled_from(["cn", "CN", "mail", "uid", "Mail"])
sets = st.dictionaries(names, st.lists(st.binary(max_size=3), max_size=3), max_size=4).map(Attributes)


@given(sets, sets)
def test_attributes_and_others_are_all_values_of_both_in_order(some: Attributes, others: Attributes) -> None:
    both = some.and_also(others)
    assert both == Attributes([*some.items(), *others.items()])
    assert list(both.items()) == list(Attributes([*some.items(), *others.items()]).items())
