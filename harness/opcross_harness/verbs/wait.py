"""``wait``: let time pass."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import TYPE_CHECKING

from opcross.yaml_files import Key, Number
from opcross_harness.verbs.base import Arguments, Deed

if TYPE_CHECKING:
    from opcross_harness.stage import Stage

__all__ = ["REAL_LIMIT", "Wait"]

REAL_LIMIT = 2.0
"""Seconds of real time that a scenario may wait; longer waits need virtual time."""


class Wait(Deed):
    """Let time pass."""

    name = "wait"
    summary = "Let seconds pass; more than two need the simulated net, where they cost nothing."
    keys = MappingProxyType({"seconds": Key(Number(0, 31 * 86400), required=True)})

    def needs(self, arguments: Arguments) -> frozenset[str]:
        """Virtual time, for a long wait."""
        return frozenset({"virtual time"}) if arguments["seconds"] > REAL_LIMIT else frozenset()

    async def do(self, stage: Stage, arguments: Arguments) -> None:
        """Wait."""
        await asyncio.sleep(arguments["seconds"])
