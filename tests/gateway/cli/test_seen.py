"""`gateway.cli.seen`: what an application sees of somebody."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from configuring import MINIMAL, loaded
from conversation import person

from gateway.cli.explain import command
from gateway.cli.main import run
from gateway.cli.seen import check_known, complete, lines, seen_by
from gateway.config import Settings

LISTED = """applications:
  - {name: crm, listener: ldap, bases: all, hidden: [telephoneNumber],
     persona: {people: 'cn={uid},ou=users,o=old', rename: {mail: emailAddress}}}
  - {name: crm, bind_dn: jdoe}
  - {name: wiki, networks: 10.0.0.0/8, bases: ['o=elsewhere']}
  - {name: staff, bases: all, filter: (uid=ann)}
"""
JDOE = person(mail="j@x", telephoneNumber="1", userPassword="{SSHA}canary")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return loaded(tmp_path, MINIMAL + LISTED)


def test_the_entry_is_told_in_the_application_s_form_and_what_is_hidden_by_name(settings: Settings) -> None:
    """R15: of a password not even the name."""
    first, second = seen_by(settings, "crm", JDOE)
    assert first == {
        "rule": "number 1 of the list, listener ldap",
        "shown": True,
        "dn": "cn=jdoe,ou=users,o=old",
        "attributes": ["cn", "emailAddress", "entryUUID", "objectClass", "uid"],
        "hidden": ["telephoneNumber"],
        "absent": ["mail"],
    }
    assert second == {"rule": "number 2 of the list, bind DN jdoe", "shown": False, "because": "it has no bases"}
    text = "\n".join(lines("crm", [first, second]))
    assert "hidden by its rule: telephoneNumber" in text
    assert "userPassword" not in text
    assert "canary" not in text


@pytest.mark.parametrize(("name", "why"), [
    ("wiki", "it is below none of its bases"),
    ("staff", "its filter does not select the entry"),
])  # fmt: skip
def test_why_an_entry_is_not_shown(settings: Settings, name: str, why: str) -> None:
    (sight,) = seen_by(settings, name, JDOE)
    assert sight["because"] == why
    assert list(lines(name, [sight]))[1] == f"  does not see this entry: {why}"


def test_an_unknown_application_is_a_fault_of_the_command_line(settings: Settings) -> None:
    with pytest.raises(click.BadParameter, match="there are: crm, wiki, staff"):
        check_known(settings, "crmm")


def test_a_shell_is_told_the_names_and_nothing_where_the_file_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(MINIMAL.replace("memory://", f"sqlite:///{tmp_path}/directory.db") + LISTED)
    (option,) = [one for one in command.params if one.name == "application"]
    context = click.Context(command)
    context.params = {"config": path}
    assert [item.value for item in complete(context, option, "")] == ["crm", "wiki", "staff"]
    assert [item.value for item in complete(context, option, "w")] == ["wiki"]
    context.params = {"config": tmp_path / "none.yaml"}
    assert complete(context, option, "") == []


def test_the_command_refuses_an_unknown_application_with_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(MINIMAL.replace("memory://", f"sqlite:///{tmp_path}/directory.db") + LISTED)
    assert run(["explain", "jdoe", "--application", "nobody", "-c", str(path)]) == 2
    assert "there are: crm, wiki, staff" in capsys.readouterr().err
