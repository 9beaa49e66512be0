"""Driving coroutines from synchronous tests: nothing here waits."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

T = TypeVar("T")


def now(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that finishes without waiting for anything; AssertionError if it would wait."""
    return settled(Deferred.fromCoroutine(coroutine))


def start(coroutine: Coroutine[Any, Any, T]) -> Deferred[T]:
    """Begin a coroutine that is going to wait; look at it later with `settled`."""
    return Deferred.fromCoroutine(coroutine)


def settled(deferred: Deferred[T]) -> T:
    """The result of a Deferred that has one by now."""
    results: list[Any] = []
    deferred.addBoth(results.append)
    assert results, "still waiting"
    if isinstance(results[0], Failure):
        results[0].raiseException()
    result: T = results[0]
    return result


def waiting(deferred: Deferred[Any]) -> bool:
    """Whether it has no result yet."""
    return not deferred.called


async def _list(items: AsyncGenerator[T, None]) -> list[T]:
    return [item async for item in items]


def collect(items: AsyncGenerator[T, None]) -> list[T]:
    """All that an asynchronous generator yields without waiting."""
    return now(_list(items))
