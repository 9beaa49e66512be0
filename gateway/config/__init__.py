"""YAML to frozen, typed settings, once: `load` gives `Settings`, or every fault of the file together."""

from __future__ import annotations

from gateway.config.document import read_text
from gateway.config.settings import Directory, Settings, Source, load

__all__ = ["Directory", "Settings", "Source", "load", "read_text"]
