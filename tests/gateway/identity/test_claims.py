"""Nobody takes another's name by an alias: not in a source, and not by moving first."""

from __future__ import annotations

import pytest
from core_rig import RIGHT, Rig, login
from twisted.internet.task import Clock, deferLater
from waiting import now, settled

from gateway.errors import IdentityConflict
from gateway.identity.claims import MAX_ALIASES, account_of
from gateway.identity.migrate import MigrationRules
from gateway.identity.model import Identity
from gateway.identity.outcome import Accepted, Reason, Rejected, Unknown
from gateway.testing.memory_source import MemorySource

OTHERS = b"others-canary-55d"


def held(rig: Rig, name: str) -> Identity | None:
    return now(rig.native.find(login(name)))


def test_who_moves_first_cannot_bring_along_the_name_of_somebody_in_an_earlier_source() -> None:
    """R4: a mail address is often its owner's to edit; with it the attacker would sign in under the other's name."""
    first, second = MemorySource("first"), MemorySource("second", "ou=other,o=corp")
    first.add("ceo", RIGHT)
    second.add("attacker", OTHERS, aliases=["ceo", "attacker@corp.example"])
    rig = Rig(first, second)
    assert isinstance(rig.bind("attacker", OTHERS), Accepted)
    moved = held(rig, "attacker")
    assert moved is not None
    assert moved.aliases == ("attacker@corp.example",)
    assert "'ceo'" in rig.trail[0].detail
    assert rig.bind("ceo", OTHERS) == Rejected(Reason.WRONG_PASSWORD)
    outcome = rig.bind("ceo")
    assert isinstance(outcome, Accepted)
    assert outcome.identity.name == "ceo"


def test_neither_of_somebody_in_the_same_source_nor_of_somebody_in_the_directory() -> None:
    rig = Rig()
    rig.bind("jdoe")
    rig.source.add("mmuster", OTHERS, aliases=["mail@corp.example"])
    rig.source.add("attacker", OTHERS, aliases=["jdoe@corp.example", "mail@corp.example"])
    rig.bind("attacker", OTHERS)
    moved = held(rig, "attacker")
    assert moved is not None
    assert moved.aliases == ()


def test_a_login_name_goes_before_an_alias_whatever_the_form() -> None:
    """`jdoe@corp.example` is jdoe by the administrator's rule, and somebody else's address by that one's own hand."""
    rig = Rig()
    rig.source.add("attacker", OTHERS, aliases=["jdoe@corp.example"])
    assert rig.bind("jdoe@corp.example", OTHERS) == Rejected(Reason.WRONG_PASSWORD)
    outcome = rig.bind("jdoe@corp.example")
    assert isinstance(outcome, Accepted)
    assert outcome.identity.name == "jdoe"


def test_two_people_with_one_alias_lock_nobody_out_whom_a_name_leads_to() -> None:
    rig = Rig()
    rig.source.add("one", OTHERS, aliases=["jdoe@corp.example"])
    rig.source.add("two", OTHERS, aliases=["jdoe@corp.example", "us@corp.example"])
    rig.source.add("three", OTHERS, aliases=["us@corp.example"])
    assert isinstance(rig.bind("jdoe@corp.example"), Accepted)
    with pytest.raises(IdentityConflict):
        now(account_of(rig.source, [login("us@corp.example"), login("us")]))


def test_an_alias_of_ones_own_is_kept() -> None:
    rig = Rig()
    rig.bind()
    moved = rig.moved()
    assert moved is not None
    assert moved.aliases == rig.jdoe.aliases


def test_while_a_source_cannot_tell_whose_a_name_is_nobody_is_written_and_nobody_refused() -> None:
    """R12."""
    first, second = MemorySource("first"), MemorySource("second", "ou=other,o=corp")
    second.add("mmuster", RIGHT, aliases=["mm@corp.example"])
    rig = Rig(first, second)
    second.hang()
    bind = rig.begin("mmuster")
    first.fail_with()
    second.heal()
    assert isinstance(settled(bind), Accepted)
    assert ("adopt-missed", "not-written") in rig.trail.events()
    first.heal()
    rig.bind("mmuster")
    assert held(rig, "mm@corp.example") is not None


def test_nobody_brings_along_names_without_end() -> None:
    rig = Rig()
    rig.source.add("many", OTHERS, aliases=[f"{number}@corp.example" for number in range(1000)])
    rig.source.asked.clear()
    rig.bind("many", OTHERS)
    moved = held(rig, "many")
    assert moved is not None
    assert len(moved.aliases) == MAX_ALIASES
    assert len(rig.source.asked) <= 2 * MAX_ALIASES + 3


def test_the_verdict_on_one_name_is_not_the_verdict_on_another_that_a_rule_shortens_to_it() -> None:
    """Two people, `jdoe` and `jdoe@corp.example`, and one password: neither what is remembered of the one nor what
    is under way for the one may answer the other."""
    first, second = MemorySource("first"), MemorySource("second", "ou=other,o=corp")
    first.add("jdoe", RIGHT)
    second.add("jdoe@corp.example", OTHERS)
    rig = Rig(second, first)
    assert rig.bind("jdoe", OTHERS) == Rejected(Reason.WRONG_PASSWORD)
    assert isinstance(rig.bind("jdoe@corp.example", OTHERS), Accepted)
    rig = Rig(second, first)
    second.hang()
    mine, others = rig.begin("jdoe", RIGHT), rig.begin("jdoe@corp.example", RIGHT)
    second.heal()
    assert isinstance(settled(mine), Accepted)
    assert settled(others) in (Rejected(Reason.WRONG_PASSWORD), Unknown())


class SlowToFindAliases(MemorySource):
    """Every look-up of a mail address takes two seconds."""

    time: Clock

    async def lookup(self, login):  # type: ignore[no-untyped-def]
        if "@" in login.key:
            await deferLater(self.time, 2, int)
        return await super().lookup(login)


def test_who_has_many_names_in_a_slow_source_holds_up_nobody_elses_move_for_long() -> None:
    source = SlowToFindAliases("staff")
    source.add("many", OTHERS, aliases=[f"{number}@corp.example" for number in range(50)])
    source.add("jdoe", RIGHT)
    rig = Rig(source, migration=MigrationRules(parallel=1))
    source.time = rig.clock
    for name, password in (("many", OTHERS), ("jdoe", RIGHT)):
        bind = rig.begin(name, password)
        rig.clock.advance(1)
        assert isinstance(settled(bind), Accepted)
    assert rig.moved() is None
    for _ in range(9):
        rig.clock.advance(1)
    assert rig.moved() is not None
    assert ("adopt-missed", "not-written") in rig.trail.events()
