"""The options of an `sql` source, and what can be wrong with them before anything is opened.

Statements are checked in `statements.py`, the URL in `engine.py`.
"""

from __future__ import annotations

import codecs
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from backends.legacy.sqlsource.engine import read_url
from backends.legacy.sqlsource.fields import AttributeRules, Column, DnText, FlagColumn, column_alone
from backends.legacy.sqlsource.groupoptions import Groups
from backends.legacy.sqlsource.statements import check_statement, parameters
from gateway.errors import ConfigError
from gateway.options import Options, SecretValue
from gateway.passwords import get as get_scheme
from gateway.plugins import SourceOptions


def _name(statement: str) -> str:
    return check_statement(statement, ("name",))


def _name_and_password(statement: str) -> str:
    return check_statement(statement, ("name", "password"))


def _listing(statement: str) -> str:
    check_statement(statement, (), ("after", "limit"))
    if len(parameters(statement)) == 1:
        raise ValueError("a list uses both :after and :limit, or neither")
    return statement


def _plain(statement: str) -> str:
    return check_statement(statement, ())


def _url(url: SecretValue) -> SecretValue:
    read_url(url.get_secret_value())
    return url


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
    attributes: AttributeRules = {}
    aliases: tuple[Column, ...] = ()
    groups: Annotated[Groups, column_alone("query")] | None = None
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
