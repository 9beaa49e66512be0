"""Shared by every test: failures inside the shipped suites are explained like our own."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite(
    "gateway.testing.conformance_directory", "gateway.testing.conformance_source", "gateway.testing.source_store"
)
