"""What is configured for the whole daemon, shared out among its workers: each has its part, all together the whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from gateway.config import Settings
from gateway.options import Options

OptionsT = TypeVar("OptionsT", bound=Options)


def part(total: int, number: int, count: int) -> int:
    """The part of worker `number` (from 0) of `count`. Nobody works with nothing: at least 1, unless the whole is 0."""
    return max(total // count + (number < total % count), min(total, 1))


def shared(options: OptionsT, number: int, count: int) -> OptionsT:
    """These options with every one of their `totals` shared out."""
    return options.model_copy(update={name: part(getattr(options, name), number, count) for name in options.totals})


def share(settings: Settings, number: int, count: int) -> Settings:
    """The settings by which one worker of `count` works."""
    directory, sources = settings.directory, settings.sources
    return replace(
        settings,
        directory=replace(directory, options=shared(directory.options, number, count)),
        sources=tuple(replace(one, options=shared(one.options, number, count)) for one in sources),
        limits=shared(settings.limits, number, count),
        passwords=shared(settings.passwords, number, count),
        migration=shared(settings.migration, number, count),
    )
