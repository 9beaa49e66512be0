"""The suite that every native directory passes, a stranger's like ours.

For the author of a plug-in, in a file that pytest collects: derive from `DirectoryConformance` under a name that begins
with `Test`, and supply the four hooks of `DirectoryHooks`. The suite needs pytest, which the daemon does not
install. `pytest.register_assert_rewrite("gateway.testing")` before the import makes its failures easier to read.
"""

from __future__ import annotations

from gateway.testing.conformance_adoption import AdoptionConformance
from gateway.testing.conformance_changes import ChangesConformance
from gateway.testing.conformance_entries import EntriesConformance
from gateway.testing.conformance_passwords import PasswordConformance
from gateway.testing.conformance_search import SearchConformance


class DirectoryConformance(
    AdoptionConformance, PasswordConformance, SearchConformance, EntriesConformance, ChangesConformance
):
    """All of it."""
