"""What every `LegacySource` promises, as one suite: the doubles, our back ends and a stranger's run the same.

Derive a class whose name begins with Test, and give it a pytest fixture `store` that returns a `Store` (of
`source_store`). Which hostile names and passwords are tried is in `hostile`; nothing here knows how a store is made.
"""

from __future__ import annotations

from functools import partial

from gateway.identity.model import Identity, LoginName, Secret
from gateway.identity.outcome import Accepted, Reason, Rejected, Unavailable, Unknown
from gateway.identity.search import BaseNotFound, within
from gateway.testing.hostile import HOSTILE_NAMES, hostile_passwords
from gateway.testing.source_store import (
    Known,
    Store,
    accepted,
    active,
    answer_or_none,
    assert_no_secret,
    bind,
    cancelled_bind,
    cannot_tell,
    collected,
    dn_login,
    first_entry,
    logins,
    lookup,
    search,
    verify,
)
from gateway.wire.dn import normalise_dn
from gateway.wire.filter import And, Equal, Or, Present

__all__ = ["Known", "SourceConformance", "Store"]

STRANGER = "nobody-of-this-name"
WRONG = b"wrong-password-canary"


class SourceConformance:
    """One method a promise. A source that cannot be stopped or made to hang is not finished."""

    def test_a_right_password_is_accepted_with_the_canonical_name(self, store: Store) -> None:
        for person in active(store):
            identity = accepted(bind(store, person.name, person.password))
            assert identity.name == person.name
            assert identity.origin.source == store.source.name
            assert identity.origin.key

    def test_a_person_is_the_same_every_time(self, store: Store) -> None:
        """R3."""
        for person in active(store):
            first, second = (accepted(bind(store, person.name, person.password)) for _ in range(2))
            assert (first.id, first.origin, first.dn) == (second.id, second.origin, second.dn)
            assert (first.attributes, first.operational) == (second.attributes, second.operational)

    def test_two_people_are_two(self, store: Store) -> None:
        """R1."""
        people = [accepted(bind(store, person.name, person.password)) for person in active(store)]
        assert len({one.id for one in people}) == len({one.origin for one in people}) == len(people) > 1
        assert len({one.dn_key for one in people}) == len(people)

    def test_everybody_is_below_one_of_the_bases(self, store: Store) -> None:
        for person in active(store):
            identity = accepted(bind(store, person.name, person.password))
            assert identity.dn_key == normalise_dn(identity.dn)
            assert any(within(identity.dn_key, base) for base in store.source.bases)

    def test_a_dn_leads_to_the_same_person_as_the_name(self, store: Store) -> None:
        """R1."""
        for person in active(store):
            if person.dn is not None:
                by_name = accepted(bind(store, person.name, person.password))
                by_dn = accepted(verify(store, dn_login(person.dn), person.password))
                assert (by_dn.id, by_dn.name, by_dn.dn_key) == (by_name.id, by_name.name, by_name.dn_key)

    def test_case_and_blanks_of_the_typed_name_do_not_count(self, store: Store) -> None:
        """R1, R2: found by another spelling, shown by the store's own."""
        for person in active(store):
            for typed in (person.name.upper(), person.name.lower(), f" {person.name} "):
                assert accepted(bind(store, typed, person.password)).name == person.name

    def test_a_wrong_password_is_rejected(self, store: Store) -> None:
        for person in active(store):
            assert bind(store, person.name, WRONG) == Rejected(Reason.WRONG_PASSWORD)

    def test_another_persons_password_is_rejected(self, store: Store) -> None:
        one, other, *_ = active(store)
        assert one.password != other.password
        assert bind(store, one.name, other.password) == Rejected(Reason.WRONG_PASSWORD)

    def test_a_stranger_is_unknown(self, store: Store) -> None:
        """R8: what sends the question on to the next source."""
        assert bind(store, STRANGER, WRONG) == Unknown()

    def test_a_dn_of_another_tree_is_unknown(self, store: Store) -> None:
        login = dn_login(f"uid={store.people[0].name},ou=elsewhere,o=another-tree")
        assert verify(store, login, store.people[0].password) == Unknown()

    def test_an_empty_password_is_never_accepted(self, store: Store) -> None:
        """R5: the core sends none; a source does not rely on it."""
        for person in store.people:
            assert not isinstance(bind(store, person.name, b""), Accepted)

    def test_a_state_is_shown_or_refused_but_never_lost(self, store: Store) -> None:
        """R7."""
        for person in store.people:
            if person.refusal is not None:
                outcome = bind(store, person.name, person.password)
                shown = outcome.identity.state.refusal(store.now) if isinstance(outcome, Accepted) else None
                assert shown is person.refusal or outcome == Rejected(person.refusal), (person, outcome)

    def test_hostile_names_lead_to_nobody(self, store: Store) -> None:
        """With the password of somebody real: an injected name would be accepted."""
        for name in HOSTILE_NAMES:
            for person in active(store)[:2]:
                outcome = bind(store, name.format(name=person.name), person.password)
                assert isinstance(outcome, Unknown | Rejected), (name[:40], outcome)

    def test_hostile_passwords_are_only_refused(self, store: Store) -> None:
        person = active(store)[0]
        for password in hostile_passwords(person.password):
            outcome = bind(store, person.name, password)
            assert outcome == Rejected(Reason.WRONG_PASSWORD), (len(password), outcome)

    def test_a_stopped_store_is_unavailable_and_says_no_to_nobody(self, store: Store) -> None:
        """R6."""
        store.stop()
        for login in (*logins(store), LoginName.of(STRANGER)):
            for password in (store.people[0].password, WRONG):
                assert cannot_tell(store, login, password)

    def test_a_hanging_store_is_unavailable_in_time(self, store: Store) -> None:
        """R6: `run` ends with TimeoutError where the source waits for longer than its own deadline."""
        store.hang()
        assert cannot_tell(store, LoginName.of(store.people[0].name), store.people[0].password)

    def test_a_store_that_hangs_between_look_up_and_password_is_unavailable(self, store: Store) -> None:
        """R6."""
        person = active(store)[0]
        account = lookup(store, person)
        store.hang()
        outcome = answer_or_none(store, lambda: store.source.verify(account, Secret(person.password)))
        assert outcome is None or isinstance(outcome, Unavailable)

    def test_a_stopped_store_shows_nothing_and_says_so(self, store: Store) -> None:
        """R6: an error, and not an empty directory."""
        store.stop()
        if store.login_attribute:
            assert answer_or_none(store, lambda: collected(store, Present("objectClass"), None)) is None
        assert answer_or_none(store, store.source.count) is None
        assert not store.run(store.source.inspect).usable

    def test_nothing_that_a_source_hands_out_shows_a_password(self, store: Store) -> None:
        """R15."""
        for person in active(store):
            account = lookup(store, person)
            identity = accepted(bind(store, person.name, person.password))
            assert_no_secret(identity, person.password)
            for shown in (account, identity, store.source, store.run(store.source.inspect)):
                assert person.password.decode("latin-1") not in repr(shown)

    def test_a_person_is_read_without_a_password(self, store: Store) -> None:
        for person in active(store):
            account = lookup(store, person)
            read = store.run(partial(store.source.read, account))
            bound = accepted(bind(store, person.name, person.password))
            assert read is None or (read.id, read.attributes) == (bound.id, bound.attributes)

    def test_a_search_shows_each_person_once_as_after_a_bind(self, store: Store) -> None:
        """R17."""
        if store.login_attribute:
            found = [one for one in search(store, Present("objectClass")) if isinstance(one, Identity)]
            assert len(found) == len({one.origin for one in found})
            by_name = {one.name: one for one in found}
            assert {person.name for person in store.people} <= by_name.keys()
            for person in active(store):
                bound, shown = accepted(bind(store, person.name, person.password)), by_name[person.name]
                assert (shown.id, shown.origin, shown.dn) == (bound.id, bound.origin, bound.dn)
                assert (shown.attributes, shown.operational) == (bound.attributes, bound.operational)

    def test_a_search_for_one_name_finds_that_one(self, store: Store) -> None:
        for person in store.people if store.login_attribute else ():
            asked = Equal(store.login_attribute, person.name.encode())
            assert [one.name for one in search(store, asked) if isinstance(one, Identity)] == [person.name]

    def test_nobody_is_found_by_a_password(self, store: Store) -> None:
        """R15: a filter that looks at one is Undefined, so that nobody can guess it letter by letter."""
        for person in active(store) if store.login_attribute else ():
            asked = Equal("userPassword", person.password)
            assert search(store, asked) == []
            assert search(store, Present("userPassword")) == []
            name = Equal(store.login_attribute, person.name.encode())
            assert search(store, And((name, Or((asked,))))) == []

    def test_the_base_of_another_tree_is_not_found(self, store: Store) -> None:
        if store.login_attribute:
            try:
                found = search(store, Present("objectClass"), base="ou=elsewhere,o=another-tree")
            except BaseNotFound:
                return
            raise AssertionError(f"found {len(found)} entries")

    def test_who_stops_reading_a_search_leaves_the_source_sound(self, store: Store) -> None:
        if store.login_attribute:
            for _ in range(20):
                assert store.run(lambda: first_entry(store)) is not None
            assert len(search(store, Present("objectClass"))) >= len(store.people)

    def test_who_stops_waiting_for_a_bind_leaves_the_source_sound(self, store: Store) -> None:
        person = active(store)[0]
        for _ in range(20):
            store.run(lambda: cancelled_bind(store, person))
        assert accepted(bind(store, person.name, person.password)).name == person.name

    def test_the_count_is_right_or_unknown(self, store: Store) -> None:
        assert store.run(store.source.count) in {len(store.people), None}

    def test_an_inspection_says_something_and_that_logins_work(self, store: Store) -> None:
        sight = store.run(store.source.inspect)
        assert sight.usable, sight.lines
        assert all(sight.lines)
        assert sight.lines

    def test_closing_twice_does_no_harm(self, store: Store) -> None:
        store.run(store.source.close)
        store.run(store.source.close)
