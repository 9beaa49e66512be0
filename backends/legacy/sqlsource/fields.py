"""What options of an `sql` source are made of: names of columns, yes-or-no columns, attributes, templates of DNs.

The options themselves are in `options.py` and `groupoptions.py`.
"""

from __future__ import annotations

import re
import string
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from backends.legacy.sqlsource.names import DnTemplate
from gateway.options import Options
from gateway.wire.schema import SECRET_ATTRIBUTES

_RESERVED = {"objectclass": "object_classes", "entryuuid": "columns.uuid"}


def _dn(template: str) -> str:
    DnTemplate.parse(template)
    return template


def column_alone(field: str) -> BeforeValidator:
    """A bare text stands for the model with only that field."""
    return BeforeValidator(lambda value: {field: value} if isinstance(value, str) else value)


Column = Annotated[str, Field(min_length=1, max_length=128)]
DnText = Annotated[str, AfterValidator(_dn)]


class Flag(Options):
    """A yes or no: a column that is one, or one that holds one of `values`; `not: true` turns it round."""

    column: Column
    values: Annotated[tuple[bool | int | str, ...], Field(min_length=1)] | None = None
    inverted: Annotated[bool, Field(alias="not")] = False


FlagColumn = Annotated[Flag, column_alone("column")]


class AttributeRule(Options):
    """Where the values of one LDAP attribute come from: exactly one of `column`, `template`, `constant`."""

    column: Column | None = None
    split: Annotated[str, Field(min_length=1)] | None = None
    template: str | None = None
    constant: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _one(self) -> AttributeRule:
        if sum(given is not None for given in (self.column, self.template, self.constant)) != 1:
            raise ValueError("give exactly one of column, template and constant")
        if self.split is not None and self.column is None:
            raise ValueError("split goes with column")
        if self.template is not None:
            template_columns(self.template)
        return self


def template_columns(template: str) -> tuple[tuple[str, str], ...]:
    """The template as pairs of fixed text and the column that follows it ("" behind the last); ValueError if it is
    more than that."""
    pairs = []
    for fixed, column, spec, conversion in string.Formatter().parse(template):
        if column is not None and (spec or conversion or not re.fullmatch(r"\w[\w $-]*", column)):
            raise ValueError("a template holds column names in braces and nothing else in them")
        pairs.append((fixed, column or ""))
    if not any(column for _, column in pairs):
        raise ValueError("a template without a column is a constant")
    return tuple(pairs)


def _attribute(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*(;[A-Za-z0-9-]+)*", name):
        raise ValueError("not the name of an LDAP attribute")
    base = name.lower().partition(";")[0]
    if base in SECRET_ATTRIBUTES:
        raise ValueError(f"{name} holds passwords: it is never shown")
    if base in _RESERVED:
        raise ValueError(f"{name} is set by the option {_RESERVED[base]}")
    return name


AttributeRules = dict[Annotated[str, AfterValidator(_attribute)], Annotated[AttributeRule, column_alone("column")]]
"""LDAP attributes and where each comes from."""
