"""The options of an `sql` source about groups: which somebody is in, and the groups themselves, as entries (R18).

What the statements' rows become is in `groupentries.py`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from backends.legacy.sqlsource.fields import AttributeRules, Column, DnText
from backends.legacy.sqlsource.names import DnTemplate
from backends.legacy.sqlsource.statements import check_statement
from gateway.options import Options
from gateway.wire.groupclasses import GROUP_CLASSES, LISTS, ListName, lists_of
from gateway.wire.schema import canonical


def _key(statement: str) -> str:
    return check_statement(statement, ("key",))


def _name(statement: str) -> str:
    return check_statement(statement, ("name",))


def _plain(statement: str) -> str:
    return check_statement(statement, ())


class GroupColumns(Options):
    """Which column of `list` and `by_name` means what. Without `key` a group is known by its name."""

    name: Column = "name"
    key: Column | None = None
    uuid: Column | None = None


class Groups(Options):
    """The groups of one person: a statement with :key whose first column names a group, and the DN of a group.

    With `list` and `members` groups are shown as entries, too: one row each, and the login names of a group's members.
    """

    query: Annotated[str, AfterValidator(_key)]
    dn: DnText | None = None
    listing: Annotated[str | None, AfterValidator(lambda text: text and _plain(text)), Field(alias="list")] = None
    by_name: Annotated[str, AfterValidator(_name)] | None = None
    members: Annotated[str, AfterValidator(_key)] | None = None
    columns: GroupColumns = GroupColumns()
    object_classes: Annotated[tuple[str, ...], Field(min_length=1)] = ("groupOfNames",)
    lists: Annotated[tuple[ListName, ...], Field(min_length=1)] | None = None
    attributes: AttributeRules = {}

    @property
    def listed_in(self) -> tuple[ListName, ...]:
        """The attributes that hold the members."""
        return self.lists or lists_of(self.object_classes)

    @model_validator(mode="after")
    def _fits(self) -> Groups:
        if (self.listing is None) != (self.members is None):
            raise ValueError("list and members belong together: groups are shown with who is in them")
        if self.listing is None:
            if self.by_name is not None or self.model_fields_set & {"columns", "object_classes", "lists", "attributes"}:
                raise ValueError("groups are shown as entries only with list and members")
            return self
        if self.dn is None:
            raise ValueError("groups that are shown as entries need a dn")
        if not self.listed_in:
            raise ValueError(f"no object class lists members: give one of {', '.join(GROUP_CLASSES)}, or lists")
        given = {canonical(name.partition(";")[0]) for name in self.attributes}
        if taken := given & {name.lower() for name in LISTS}:
            raise ValueError(f"{min(taken)} is set by the statement members")
        if (leaf := DnTemplate.parse(self.dn).attribute_key) in given:
            raise ValueError(f"{leaf} is set by columns.name")
        if "posixgroup" in {name.lower() for name in self.object_classes} and "gidnumber" not in given | {leaf}:
            raise ValueError("a posixGroup has a gidNumber: give attributes.gidNumber")
        return self
