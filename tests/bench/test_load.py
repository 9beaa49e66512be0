"""The generator's messages, read by the gateway's codec; and that both sides know the same people."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from bench.load import SOURCE, LoadError, Work, compile_load
from bench.people import BASE, SERVICE, SERVICE_PASSWORD, Person

from gateway.wire import messages as m
from gateway.wire.controls import PAGED_RESULTS, PagedResults, decode_paged_results
from gateway.wire.filter import Equal
from gateway.wire.ldap import decode_message, encode_message


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_load(tmp_path_factory.mktemp("load"))


@pytest.fixture(scope="module", params=[7, 1_234_567])
def person(request: pytest.FixtureRequest) -> Person:
    return Person(request.param)


@pytest.fixture(scope="module")
def said(program: Path, person: Person) -> dict[str, bytes]:
    """Every message, by its step."""
    output = subprocess.run([program, "messages", str(person.number)], capture_output=True, text=True, check=True)
    return {name: bytes.fromhex(octets) for name, octets in map(str.split, output.stdout.splitlines())}


def test_every_message_is_encoded_as_the_gateway_would(said: dict[str, bytes]) -> None:
    assert len(said) == 9
    assert [encode_message(decode_message(octets)) for octets in said.values()] == list(said.values())


@pytest.mark.parametrize("step", ["v", "b", "w"])
def test_binds_name_the_people_of_the_servers(said: dict[str, bytes], person: Person, step: str) -> None:
    who = {"v": (SERVICE, SERVICE_PASSWORD), "b": (person.dn, person.password), "w": (person.dn, "wrong")}
    name, password = who[step]
    bind = m.BindRequest(3, name, m.SimpleAuthentication(password.encode()))
    assert decode_message(said[step]) == m.LdapMessage(299, bind)


def test_a_search_asks_for_one_person_and_all_attributes(said: dict[str, bytes], person: Person) -> None:
    search = m.SearchRequest(BASE, m.Scope.SUBTREE, Equal("uid", person.uid.encode()))
    assert decode_message(said["s"]).operation == search


def test_a_page_goes_on_from_its_cookie(said: dict[str, bytes]) -> None:
    message = decode_message(said["p"])
    (control,) = message.controls
    assert isinstance(message.operation, m.SearchRequest)
    assert message.operation.filter == Equal("objectClass", b"inetOrgPerson")
    assert control.type == PAGED_RESULTS
    assert decode_paged_results(control.value) == PagedResults(1000, b"cookie")


def test_the_null_server_answers_with_success_and_an_entry_of_fifteen_attributes(said: dict[str, bytes]) -> None:
    success = m.LdapResult(0)
    assert decode_message(said["bound"]) == m.LdapMessage(7, m.BindResponse(success))
    assert decode_message(said["done"]) == m.LdapMessage(70000, m.SearchResultDone(success))
    entry = decode_message(said["entry"]).operation
    assert isinstance(entry, m.SearchResultEntry)
    assert len(entry.attributes) == 15
    assert decode_message(said["x"]).operation == m.UnbindRequest()


def test_a_person_has_fifteen_attributes() -> None:
    assert len(Person(7).attributes()) == 15


def test_a_work_is_a_command_line() -> None:
    work = Work("once", {"people": 50}).but(seconds=0.5)
    assert work.arguments(389) == ["run", "389", "once", "people=50", "seconds=0.5"]


def test_what_does_not_compile_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.load.SOURCE", tmp_path / "missing.c")
    with pytest.raises(LoadError, match=r"needs cc and libssl-dev.*missing\.c"):
        compile_load(tmp_path)
    assert SOURCE.exists()
