"""Rounds: groups that are missing come after all, and what is known of them in an outage is of the last round."""

from __future__ import annotations

import pytest
from core_rig import RIGHT, Rig
from groups_rig import dn, dns, group, group_dn, old_store, rig

from gateway.errors import DirectoryUnavailable, SourceMisbehaved
from gateway.groups import bringing
from gateway.groups.rounds import BATCH
from gateway.identity.search import SearchIncomplete

NEWS = group_dn("news")
ANNAS = f"(member={dn('anna')})"


def moved(*names: str) -> Rig:
    core = rig(carries=True)
    for name in names:
        core.bind(name)
    return core


def again(core: Rig) -> Rig:
    """The gateway after a restart: same directory, same sources."""
    return Rig(*core.sources, native=core.native, carries=True)


def a_round(core: Rig) -> None:
    core.carrier.start()
    core.clock.advance(60)
    core.carrier.end()
    assert not core.clock.getDelayedCalls()


def in_outage(core: Rig, text: str = ANNAS) -> list[str]:
    core.sources[0].fail_with()
    try:
        return dns(core, text)
    finally:
        core.sources[0].heal()


def test_a_group_that_somebody_joins_after_the_move_comes_with_the_next_round() -> None:
    """R18."""
    core = moved("anna")
    group(core.sources[0], "news", "groupOfNames", "member", dn("anna"))
    group(core.sources[0], "above", "groupOfNames", "member", NEWS)
    assert in_outage(core) == [group_dn("crew")]
    a_round(core)
    assert in_outage(core) == [group_dn("crew"), NEWS]
    assert in_outage(core, f"(member={NEWS})") == [group_dn("above")]


def test_a_group_above_a_copy_comes_with_the_next_round() -> None:
    core = moved("anna")
    group(core.sources[0], "above", "groupOfNames", "member", group_dn("fleet"))
    a_round(core)
    assert in_outage(core, f"(member={group_dn('fleet')})") == [group_dn("above")]


def test_after_a_restart_it_is_known_again_with_the_first_round() -> None:
    """R6: until then, who moved before is one of whom it cannot be told."""
    core = again(moved("anna"))
    with pytest.raises(SearchIncomplete):
        in_outage(core)
    a_round(core)
    assert in_outage(core) == [group_dn("crew")]


def test_every_refresh_is_a_round() -> None:
    core = moved("anna")
    core.carrier.start()
    core.clock.advance(60)
    group(core.sources[0], "news", "groupOfNames", "member", dn("anna"))
    core.clock.advance(3600)
    core.carrier.end()
    assert in_outage(core) == [group_dn("crew"), NEWS]


def test_a_round_in_an_outage_leaves_what_is_known() -> None:
    core = moved("anna")
    core.sources[0].fail_with()
    a_round(core)
    assert in_outage(core) == [group_dn("crew")]


@pytest.mark.parametrize("error", [DirectoryUnavailable("no space left"), SourceMisbehaved("staff", "no such syntax")])
def test_a_round_that_cannot_copy_a_group_knows_nothing_of_whom_it_may_list(error: Exception) -> None:
    """R6."""
    core = moved("anna")
    group(core.sources[0], "news", "groupOfNames", "member", dn("anna"))

    async def refuses(*_: object) -> None:
        raise error

    core.native.carry = refuses  # type: ignore[method-assign]  # as a full disk would
    a_round(core)
    with pytest.raises(SearchIncomplete):
        in_outage(core)


def test_a_round_puts_many_people_into_one_question() -> None:
    source = old_store()
    everybody = [f"user{number:03}" for number in range(2 * BATCH)]
    for name in everybody:
        source.add(name, RIGHT, dn=dn(name), key=name)
    group(source, "large", "groupOfNames", "member", *map(dn, everybody))
    core = rig(source, carries=True)
    for name in everybody:
        core.bind(name)
    source.asked.clear()
    a_round(core)
    assert 2 <= len(source.asked) <= 4
    assert in_outage(core, f"(member={dn(everybody[-1])})") == [group_dn("large")]


def test_where_many_have_too_many_groups_each_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    core = again(moved("anna", "bob"))
    monkeypatch.setattr(bringing, "MOST_GROUPS", 4)
    a_round(core)
    assert in_outage(core) == [group_dn("crew")]


def test_of_whom_has_too_many_groups_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """R6."""
    monkeypatch.setattr(bringing, "MOST_GROUPS", 2)
    core = moved("anna")
    with pytest.raises(SearchIncomplete):
        in_outage(core)
    a_round(core)
    with pytest.raises(SearchIncomplete):
        in_outage(core)
