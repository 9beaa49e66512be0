"""The options of an `sql` source, and what can be wrong with them before anything is opened.

Statements are checked in `statements.py`, the URL in `engine.py`.
"""

from __future__ import annotations

import codecs
import re
import string
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from backends.legacy.sqlsource.engine import read_url
from backends.legacy.sqlsource.names import DnTemplate
from backends.legacy.sqlsource.statements import check_statement, parameters
from gateway.errors import ConfigError
from gateway.options import Options, SecretValue
from gateway.passwords import get as get_scheme
from gateway.plugins import SourceOptions
from gateway.wire.schema import SECRET_ATTRIBUTES

_RESERVED = {"objectclass": "object_classes", "entryuuid": "columns.uuid"}


def _name(statement: str) -> str:
    return check_statement(statement, ("name",))


def _name_and_password(statement: str) -> str:
    return check_statement(statement, ("name", "password"))


def _key(statement: str) -> str:
    return check_statement(statement, ("key",))


def _listing(statement: str) -> str:
    check_statement(statement, (), ("after", "limit"))
    if len(parameters(statement)) == 1:
        raise ValueError("a list uses both :after and :limit, or neither")
    return statement


def _plain(statement: str) -> str:
    return check_statement(statement, ())


def _dn(template: str) -> str:
    DnTemplate.parse(template)
    return template


def _url(url: SecretValue) -> SecretValue:
    read_url(url.get_secret_value())
    return url


def _column_alone(field: str) -> BeforeValidator:
    """A bare text stands for the model with only that field."""
    return BeforeValidator(lambda value: {field: value} if isinstance(value, str) else value)


Column = Annotated[str, Field(min_length=1, max_length=128)]
DnText = Annotated[str, AfterValidator(_dn)]


class Flag(Options):
    """A yes or no: a column that is one, or one that holds one of `values`; `not: true` turns it round."""

    column: Column
    values: Annotated[tuple[bool | int | str, ...], Field(min_length=1)] | None = None
    inverted: Annotated[bool, Field(alias="not")] = False


FlagColumn = Annotated[Flag, _column_alone("column")]


class Columns(Options):
    """Which column of the statements means what."""

    key: Column
    name: Column
    password: Column | None = None
    salt: Column | None = None
    uuid: Column | None = None
    disabled: FlagColumn | None = None
    locked: FlagColumn | None = None
    must_change: FlagColumn | None = None
    expires: Column | None = None


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


class Groups(Options):
    """The groups of one person: a statement with :key whose first column names a group, and the DN of a group."""

    query: Annotated[str, AfterValidator(_key)]
    dn: DnText | None = None


class SqlOptions(SourceOptions):
    """One user table, or whatever a SELECT can make look like one."""

    type: Literal["sql"] = "sql"
    url: Annotated[SecretValue, AfterValidator(_url)]
    query: Annotated[str, AfterValidator(_name)]
    by_alias: Annotated[str, AfterValidator(_name)] | None = None
    listing: Annotated[str | None, AfterValidator(lambda text: text and _listing(text)), Field(alias="list")] = None
    list_start: int | str = 0
    batch: Annotated[int, Field(ge=1, le=10_000)] = 500
    count: Annotated[str, AfterValidator(_plain)] | None = None
    verify: Annotated[str, AfterValidator(_name_and_password)] | None = None
    scheme: str = "auto"
    columns: Columns
    attributes: dict[Annotated[str, AfterValidator(_attribute)], Annotated[AttributeRule, _column_alone("column")]] = {}
    aliases: tuple[Column, ...] = ()
    groups: Annotated[Groups, _column_alone("query")] | None = None
    dn: DnText
    object_classes: Annotated[tuple[str, ...], Field(min_length=1)] = (
        "top",
        "person",
        "organizationalPerson",
        "inetOrgPerson",
    )

    @model_validator(mode="after")
    def _fits(self) -> SqlOptions:
        if (self.columns.password is None) == (self.verify is None):
            raise ValueError("give either columns.password, or verify for a database that compares passwords itself")
        if self.by_alias is not None and not self.aliases:
            raise ValueError("by_alias needs aliases: the columns that hold the further names")
        try:
            codecs.lookup(self.charset)
            scheme = None if self.scheme == "auto" else get_scheme(self.scheme)
        except LookupError:
            raise ValueError(f"there is no charset {self.charset!r}") from None
        except ConfigError as error:
            raise ValueError(error.text) from None
        if scheme is not None and scheme.salted and self.columns.salt is None and self.verify is None:
            raise ValueError(f"the scheme {scheme.name} needs columns.salt")
        return self
