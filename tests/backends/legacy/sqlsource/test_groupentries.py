"""From a row to a group."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from usertable import BASE, GROUPS, group_options

from backends.legacy.sqlsource.groupentries import GroupReader, login_names
from backends.legacy.sqlsource.groupoptions import Groups
from backends.legacy.sqlsource.names import DnTemplate
from backends.legacy.sqlsource.rows import Record, RowFault, index_columns
from gateway.identity.model import Origin, derive_id
from gateway.wire.groupclasses import LISTS

PEOPLE = DnTemplate.parse(f"uid={{name}},{BASE}")


def reader(**changes: Any) -> GroupReader:
    return GroupReader("customers", Groups.model_validate(group_options(**changes)), PEOPLE)


def row(**values: object) -> Record:
    shown = {"id": 5, "name": "staff", "gid": 30001, **values}
    return Record(index_columns(shown), tuple(shown.values()))


@pytest.mark.parametrize(
    ("classes", "held"),
    [
        (["groupOfNames"], {"member": (f"uid=ada,{BASE}".encode(),)}),
        (["top", "GROUPOFUNIQUENAMES"], {"uniqueMember": (f"uid=ada,{BASE}".encode(),)}),
        (["posixGroup"], {"memberUid": (b"ada",)}),
        (["groupOfNames", "posixGroup"], {"member": (f"uid=ada,{BASE}".encode(),), "memberUid": (b"ada",)}),
        (["group"], {"member": (f"uid=ada,{BASE}".encode(),)}),
    ],
)
def test_members_are_listed_as_the_class_has_it(classes: list[str], held: dict[str, tuple[bytes, ...]]) -> None:
    """R18."""
    entry = reader(object_classes=classes, attributes={"gidNumber": "gid"}).entry(row(), ["ada"], LISTS)
    assert {name: entry.attributes.get(name) for name in LISTS if name in entry.attributes} == held
    assert entry.attributes.get("objectClass") == tuple(name.encode() for name in classes)
    assert (entry.dn, entry.attributes.get("cn")) == (f"cn=staff,{GROUPS}", (b"staff",))
    assert entry.attributes.get("gidNumber") == (b"30001",)


def test_lists_may_be_others_than_the_class_has() -> None:
    entry = reader(object_classes=["accessRole"], lists=["uniqueMember"]).entry(row(), ["ada"], LISTS)
    assert entry.attributes.get("uniqueMember") == (f"uid=ada,{BASE}".encode(),)


def test_names_are_escaped_in_dns() -> None:
    entry = reader().entry(row(name="a,b "), ["x+y"], LISTS)
    assert entry.dn == f"cn=a\\,b,{GROUPS}"
    assert entry.attributes.get("member") == (f"uid=x\\+y,{BASE}".encode(),)


def test_the_id_stays_when_a_group_is_renamed_and_is_no_persons() -> None:
    """R3."""
    before, after = (reader().entry(row(name=name)).operational.first("entryUUID") for name in ("staff", "crew"))
    assert before == after
    assert before != str(derive_id(Origin("customers", "5")))
    by_name = reader(columns={"name": "name"})
    assert len({by_name.entry(row(id=number)).operational.first("entryUUID") for number in (1, 2)}) == 1
    own = uuid.uuid4()
    assert reader(columns={"uuid": "u"}).entry(row(u=str(own))).operational.first("entryUUID") == str(own)


@pytest.mark.parametrize("values", [{"name": None}, {"name": "  "}, {"id": None}, {"name": 1.5}])
def test_a_row_without_a_name_or_a_key_is_no_group(values: dict[str, object]) -> None:
    with pytest.raises(RowFault, match=r"column '(name|id)'"):
        reader().entry(row(**values))


def test_members_are_named_once_and_blanks_are_nobody() -> None:
    rows = [Record({"n": 0}, (value,)) for value in ("ada ", "bob", "ada", None, " ", 7)]
    assert login_names(rows) == ["ada", "bob", "7"]
    with pytest.raises(RowFault, match="members"):
        login_names([Record({"n": 0}, (1.5,))])
