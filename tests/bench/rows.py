"""The rows: what is measured, beside whom, and what the goal is. How each is measured is in `measuring.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench import measuring
from bench.figures import Sample
from bench.load import Work
from bench.measuring import Bench

Measure = Callable[[Bench, str, int], Sample]


@dataclass(frozen=True, slots=True)
class Row:
    """`parties` are servers, ours first. `slow` ones are left out of --quick, and `only_asked` ones always."""

    key: str
    work: str
    parties: tuple[str, ...]
    measure: Measure
    goal: str = ""
    only_asked: bool = False
    slow: bool = False


ROWS = (
    Row("null", "generator, bind", ("null",), measuring.works(Work("bind"))),
    Row("null-search", "generator, search", ("null",), measuring.works(Work("search"))),
    Row("bind", "bind, hot", ("Bindferry", "slapd"), measuring.hot(Work("bind")), ">=0.8"),
    Row("bind-ldaptor", "bind, hot", ("Bindferry", "ldaptor"), measuring.hot(Work("bind")), slow=True),
    Row("cold", "bind, cold", ("Bindferry cold", "raw argon2", "slapd argon2"), measuring.cold, ">=0.95"),
    Row("wrong", "same wrong password", ("Bindferry", "slapd"),
        measuring.works(Work("wrong", {"accept": 49})), ">=0.8"),
    Row("connect", "connect, bind, close", ("Bindferry", "slapd"), measuring.hot(Work("connect")), ">=0.8"),
    Row("search", "search (uid=...)", ("Bindferry", "slapd"), measuring.works(Work("search")), ">=1.0"),
    Row("flow", "bind, search, bind", ("Bindferry", "slapd"), measuring.hot(Work("flow")), ">=1.2"),
    Row("bind-on", "bind passed on", ("Bindferry before", "back-ldap", "ldaptor proxy"),
        measuring.works(Work("bind")), ">=2.0"),
    Row("search-on", "search passed on", ("Bindferry before", "back-ldap", "ldaptor proxy"),
        measuring.works(Work("search")), ">=1.0"),
    Row("flow-on", "flow passed on", ("Bindferry before", "back-ldap", "ldaptor proxy"),
        measuring.works(Work("flow")), ">=2.0"),
    Row("first", "first bind, migration", ("Bindferry moving", "remoteauth"), measuring.first_binds, ">=1.5"),
    Row("adopt", "adopted behind it", ("Bindferry moving", "raw argon2"), measuring.adoptions, ">=0.95"),
    Row("codec-bind", "codec alone, bind", ("our codec", "ldaptor codec"), measuring.works(Work("bind")), ""),
    Row("codec-search", "codec alone, search", ("our codec", "ldaptor codec"), measuring.works(Work("search")), ""),
    Row("pages", "paged search, entries", ("Bindferry", "slapd"), measuring.pages, ">=0.5"),
    Row("pages-100000", "100,000 in pages", ("Bindferry many", "slapd many"), measuring.pages, ">=0.5",
        only_asked=True),
    Row("idle", "searches, 10,000 idle", ("Bindferry", "slapd"), measuring.beside_idle, ""),
    Row("tls", "new TLS connections", ("Bindferry", "null TLS", "slapd"),
        measuring.hot(Work("connect", {"tls": 1})), ""),
    Row("tls-resumed", "TLS, resumed", ("Bindferry", "null TLS", "slapd"),
        measuring.hot(Work("connect", {"tls": 1, "resume": 1})), ""),
    Row("overload-bind", "overload: hot binds", ("Bindferry cold",), measuring.overload("bind"), "p99<50"),
    Row("overload-search", "overload: searches", ("Bindferry cold", "slapd argon2"), measuring.overload("search"),
        "p99<50"),
    Row("growth-hot", "growth, a million, hot", ("Bindferry", "Bindferry million"), measuring.few, "<=1.3",
        only_asked=True),
    Row("growth-cold", "growth, million, cold", ("Bindferry small", "Bindferry million small"), measuring.everybody,
        "<=1.3", only_asked=True),
)  # fmt: skip


def chosen(keys: list[str], *, quick: bool) -> list[Row]:
    """Those of these keys, or all that need not be asked for; KeyError for one that there is not."""
    by_key = {row.key: row for row in ROWS}
    return (
        [by_key[key] for key in keys] if keys else [row for row in ROWS if not (row.only_asked or (quick and row.slow))]
    )
