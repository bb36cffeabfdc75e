"""Quality scripts: items that go bad by the clock.

A script says when, for how long, and how often. While a script makes items bad, their values stand still
where they were when it began, as those of a failed sensor do; an uncertain value goes on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import translate
from math import isfinite
from typing import Final

import numpy as np

from opcross.errors import LocalMisuse
from opcross.opc.filetime import TICKS_PER_SECOND
from opcross.opc.quality import Quality, is_bad
from opcross_simulators.plant.table import ItemTable

__all__ = ["QualityScript", "ScriptClock", "ScriptState", "select"]

_SCRIPT_LIMIT: Final = 100
_NEVER: Final = -(1 << 62)
_LONGEST: Final = 1e10  # seconds: three hundred years


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityScript:
    """At ``at`` seconds after the plant's start, for ``duration`` seconds (0: for good), again after every
    ``every`` seconds (0: once), the items whose ids match ``items`` have this quality.

    ``items`` has the wildcards ``*``, ``?`` and ``[...]``; case counts as it does for item ids. Where scripts
    overlap, the later one in the list counts. An ``error`` (an HRESULT) makes reading fail altogether.
    """

    items: str
    quality: int = Quality.SENSOR_FAILURE
    at: float = 0.0
    duration: float = 0.0
    every: float = 0.0
    error: int = 0

    def __post_init__(self) -> None:
        times = (self.at, self.duration, self.every)
        if not all(isfinite(time) and 0 <= time <= _LONGEST for time in times):
            raise LocalMisuse("the times of a script are seconds from 0 on")
        if self.every and not 0 < self.duration < self.every:
            raise LocalMisuse("a script that repeats lasts shorter than the time after which it does")
        if not 0 <= self.quality <= 0xFFFF or not 0 <= self.error <= 0xFFFFFFFF:
            raise LocalMisuse("a quality has 16 bits, an error 32")

    def window(self, elapsed: int) -> tuple[bool, int]:
        """Whether it is at work ``elapsed`` ticks after the plant's start, and since which tick."""
        at = round(self.at * TICKS_PER_SECOND)
        if elapsed < at:
            return False, _NEVER
        if not self.duration:
            return True, at
        duration = round(self.duration * TICKS_PER_SECOND)
        if self.every:
            every = round(self.every * TICKS_PER_SECOND)
            at += (elapsed - at) // every * every
        return (True, at) if elapsed < at + duration else (False, at + duration)


def select(items: ItemTable, pattern: str, *, case_sensitive: bool = False) -> np.ndarray:
    """The numbers of the items whose ids match a pattern with wildcards."""
    flags = 0 if case_sensitive else re.IGNORECASE
    match = re.compile(translate(pattern), flags).match
    return np.array([number for number, item_id in enumerate(items.item_ids()) if match(item_id)], np.int64)


@dataclass(frozen=True, slots=True)
class ScriptState:
    """What the scripts make of each class of items at a moment; times are ticks since the start."""

    quality: np.ndarray
    """int32; -1 where no script is at work."""
    frozen: np.ndarray
    """int64: from when on the value stands still, or far in the future."""
    since: np.ndarray
    """int64: when the quality last changed, or far in the past."""
    error: np.ndarray
    """uint32"""
    active: bool
    """Whether any script is at work."""
    freezes: bool
    """Whether any value stands still."""


class ScriptClock:
    """The scripts of a plant; items with the same scripts are of one class."""

    def __init__(
        self, scripts: Sequence[QualityScript], items: ItemTable, *, case_sensitive: bool = False
    ) -> None:
        if len(scripts) > _SCRIPT_LIMIT:
            raise LocalMisuse(f"a plant has up to {_SCRIPT_LIMIT} scripts, not {len(scripts)}")
        self._scripts = tuple(scripts)
        classes: dict[tuple[int, int], int] = {}
        of_item = np.zeros(len(items), np.int32)
        self._members: list[tuple[int, ...]] = [()]
        for index, script in enumerate(scripts):
            chosen = select(items, script.items, case_sensitive=case_sensitive)
            if not len(chosen):
                raise LocalMisuse(f'no item matches "{script.items}"')
            for old in np.unique(of_item[chosen]).tolist():
                classes[old, index] = len(self._members)
                self._members.append((*self._members[old], index))
            new = [classes.get((old, index), 0) for old in range(len(self._members))]
            of_item[chosen] = np.array(new, np.int32)[of_item[chosen]]
        self.of_item = of_item
        """The class of each item; 0 is that of items without a script."""

    def __bool__(self) -> bool:
        return bool(self._scripts)

    def at(self, elapsed: int) -> ScriptState:
        """The state of each class ``elapsed`` ticks after the start."""
        windows = [script.window(elapsed) for script in self._scripts]
        count = len(self._members)
        quality = np.full(count, -1, np.int32)
        frozen = np.full(count, 1 << 62, np.int64)
        since = np.full(count, _NEVER, np.int64)
        error = np.zeros(count, np.uint32)
        for number, members in enumerate(self._members):
            for index in members:
                at_work, moment = windows[index]
                since[number] = max(int(since[number]), moment)
                if at_work:
                    script = self._scripts[index]
                    quality[number] = script.quality
                    error[number] = script.error
                    frozen[number] = moment if is_bad(script.quality) else 1 << 62
        active = any(at_work for at_work, _ in windows)
        return ScriptState(quality, frozen, since, error, active, bool((frozen < 1 << 62).any()))
