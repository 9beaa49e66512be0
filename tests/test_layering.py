"""The arrows of the architecture: who may import whom. What is not listed is forbidden.

The table is that of `docs/architecture.rst`, and where it goes further it says why.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

EVERYTHING = "everything in gateway"

ARROWS: dict[str, str] = {
    "gateway": "",
    "gateway.__main__": "gateway.cli",
    # explain reads a name as the front end does, and shows an entry as it does: wire, frontends.ldap. The demo's old
    # stores come from testing.
    "gateway.cli": "gateway gateway.app gateway.absent gateway.daemon gateway.config gateway.identity gateway.errors "
    "gateway.plugins gateway.logs gateway.notify gateway.wire gateway.testing gateway.frontends.ldap gateway.workers",
    # The composition root is two files: what there is, and how it starts and ends.
    "gateway.app": EVERYTHING,
    "gateway.daemon": EVERYTHING,
    # Two composition roots more: the supervisor of several daemons, and one daemon of several.
    "gateway.workers": EVERYTHING,
    "gateway.absent": "gateway.errors gateway.identity",
    # wire: an option that is a DN or a filter is read whole when the file is, so its fault is told with the others.
    "gateway.config": "gateway.errors gateway.options gateway.plugins gateway.wire",
    "gateway.errors": "",
    "gateway.options": "gateway.errors",
    "gateway.plugins": "gateway.errors gateway.options gateway.identity",  # identity: the types of the contract
    "gateway.threads": "gateway.errors",
    "gateway.logs": "gateway.errors",
    "gateway.notify": "gateway.errors",
    "gateway.auditfile": "gateway.errors",
    "gateway.sockets": "gateway.config gateway.errors",
    "gateway.identity": "gateway.errors",
    # Groups take filters apart, whose syntax is none of the core's.
    "gateway.groups": "gateway.identity gateway.errors gateway.wire",
    "gateway.passwords": "gateway.errors gateway.threads",
    "gateway.wire": "gateway.errors",
    "gateway.frontends": "",
    "gateway.frontends.ldap": "gateway.wire gateway.identity gateway.config gateway.errors",
    "gateway.frontends.web": "gateway.wire gateway.identity gateway.config gateway.errors",
    "gateway.testing": "gateway.identity gateway.errors gateway.wire gateway.threads gateway.options gateway.plugins",
    "backends": "gateway.identity gateway.errors gateway.threads gateway.passwords gateway.wire gateway.options "
    "gateway.plugins",
}

# Libraries that have one place.
PLACES: dict[str, str] = {
    "passlib": "gateway.passwords gateway.testing",  # testing: hashes in the demo's old stores
    "bcrypt": "gateway.passwords gateway.testing",
    "argon2": "gateway.passwords",
    "sqlalchemy": "backends",
    "ldap3": "backends",
    "pyodbc": "backends",
    "yaml": "gateway.config",
    "click": "gateway.cli",
    "rich": "gateway.cli",
    "prometheus_client": "gateway.frontends.web",
    "ldaptor": "gateway.cli gateway.testing",  # the demo's old directory; nothing that a peer reaches
    "twisted.internet.reactor": "gateway.cli gateway.testing",  # testing: the old directory is a process of its own
    "twisted.web": "gateway.frontends.web",
    "twisted.internet.endpoints": "gateway.daemon gateway.cli gateway.testing backends",
}


def unit_of(module: str) -> str:
    """The line of the table that a module belongs to; "" for everything that is not ours."""
    parts = module.split(".")
    names = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    found = next((name for name in names if name in ARROWS), "")
    if found == "gateway" and len(parts) > 1:
        raise AssertionError(f"{module} has no line in the table")
    return found


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module that a file imports, wherever in it, types only or not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the arrow"
            module = str(node.module)
            for alias in node.names:
                below = f"{module}.{alias.name}"
                named = below in ARROWS or below in PLACES or module == "gateway"
                yield below if named else module


def faults(module: str, source: str) -> list[str]:
    """What this module imports and may not."""
    own = unit_of(module)
    allowed = ARROWS[own].split() if ARROWS[own] != EVERYTHING else [name for name in ARROWS if name != "backends"]
    found = []
    for name in imported(ast.parse(source)):
        if name.split(".")[0] in {"gateway", "backends"}:
            target = "gateway" if name in {"gateway", "gateway.__version__"} else unit_of(name)
            if target not in {own, *allowed}:
                found.append(f"{module} imports {name}")
        for library, places in PLACES.items():
            if (name == library or name.startswith(library + ".")) and own not in places.split():
                found.append(f"{module} imports {name}")
    return found


def modules() -> Iterator[tuple[str, Path]]:
    for top in ("gateway", "backends"):
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def test_no_module_imports_what_the_table_does_not_list() -> None:
    assert [fault for module, path in modules() for fault in faults(module, path.read_text())] == []


@pytest.mark.parametrize(("module", "source"), [
    ("gateway.identity.x", "from gateway.wire.dn import normalise_dn"),
    ("gateway.identity.x", "from gateway import config"),
    ("gateway.identity.x", "import gateway.plugins"),
    ("gateway.identity.x", "def f():\n    from backends.legacy import sql"),
    ("gateway.identity.x", "if TYPE_CHECKING:\n    from gateway.app import Core"),
    ("gateway.identity.x", "import sqlalchemy.exc"),
    ("gateway.app", "from backends.native.sql import PLUGIN"),
    ("gateway.config.x", "from gateway.identity.names import NameRules"),
    ("gateway.wire.x", "from gateway.identity.model import normalise"),
    ("gateway.frontends.ldap.x", "from gateway.frontends.web.health import site"),
    ("gateway.frontends.ldap.x", "from twisted.internet import reactor"),
    ("backends.legacy.x", "from gateway.config import Settings"),
    ("backends.legacy.x", "from gateway import app"),
    ("backends.native.x", "import passlib.hash"),
    ("gateway.errors", "from gateway.options import Options"),
])  # fmt: skip
def test_a_forbidden_import_is_found(module: str, source: str) -> None:
    assert len(faults(module, source)) == 1


@pytest.mark.parametrize(("module", "source"), [
    ("gateway.identity.x", "from gateway.errors import BusyError\nfrom gateway.identity.model import Secret"),
    ("gateway.daemon", "from gateway import __version__\nfrom gateway.frontends.web.health import site"),
    ("backends.native.x", "from sqlalchemy import text\nfrom backends.native.tables import PEOPLE"),
    ("gateway.cli.x", "from twisted.internet import reactor"),
])  # fmt: skip
def test_a_listed_import_is_not(module: str, source: str) -> None:
    assert faults(module, source) == []


def test_a_relative_import_and_a_module_without_a_line_are_faults() -> None:
    with pytest.raises(AssertionError, match="relative"):
        faults("gateway.identity.x", "from . import model")
    with pytest.raises(AssertionError, match="has no line"):
        faults("gateway.helpers", "")
    with pytest.raises(AssertionError, match="has no line"):
        faults("gateway.identity.x", "from gateway import helpers")


def exits(source: str) -> bool:
    """Whether it can end the process."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"sys.exit", "os._exit", "os.abort"}:
            return True
        if isinstance(node, ast.Name) and node.id in {"SystemExit", "exit", "quit"}:
            return True
    return False


def test_only_the_command_line_exits() -> None:
    found = [module for module, path in modules() if exits(path.read_text())]
    assert found == ["gateway.cli.main"]
    assert exits("def f():\n    raise SystemExit(1)")
