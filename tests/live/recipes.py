"""The recipes of `config/applications`, as a live test uses them: the very files, with this machine's ports in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

RECIPES = Path(__file__).parents[2] / "config/applications"
HOST = "ldap.example.com"
AUTHORITY = "/etc/ssl/certs/corp-ca.pem"


def ours(application: str) -> dict[str, Any]:
    """The sections of the gateway's configuration that an application needs."""
    sections: dict[str, Any] = yaml.safe_load((RECIPES / application / "bindferry.yaml").read_text()) or {}
    return sections


def theirs(application: str, file: str, changes: Mapping[str, str]) -> str:
    """The application's side, with these texts changed. Each must be there: the recipe may have been rewritten."""
    text = (RECIPES / application / file).read_text()
    for old, new in changes.items():
        assert old in text, f"{application}/{file} does not say {old!r}"
        text = text.replace(old, new)
    assert HOST not in "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(("#", ";", "//")))
    return text
