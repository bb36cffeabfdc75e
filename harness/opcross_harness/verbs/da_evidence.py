"""Verbs that look at what a Data Access client received, browsed and told its user."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from math import isclose
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from opcross.opc.codes import code_name
from opcross.opc.quality import LIMIT_MASK, STATUS_MASK, quality_text
from opcross.opc.variant_text import to_text
from opcross.yaml_files import TEXT, Integer, Key, ListOf, Number
from opcross_harness.cast.da_role import DaClientRole
from opcross_harness.verbs.base import Arguments, Check, Finding, Verb, client
from opcross_harness.verbs.kinds import ITEM_ERROR, QUALITY, VALUE
from opcross_harness.verbs.wait import REAL_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from opcross.opc.da.batch import ItemValue
    from opcross_harness.stage import Stage

__all__ = ["Browsed", "Noticed", "Received", "Silent"]

_BY = {"by": Key(client(), required=True, description="the client")}
_WITHIN = Key(Number(0, 86_400), description="seconds that it may take (default 1); above 2: virtual time")
_SHOWN = 6
_STEP = 0.02


class _Awaited(Verb):
    """Looks until it sees what it expects, or its time is over."""

    def needs(self, arguments: Arguments) -> frozenset[str]:
        """Virtual time, for a long patience."""
        long = arguments.get("within", 1.0) > REAL_LIMIT
        return frozenset({"virtual time"}) if long else frozenset()

    async def perform(self, stage: Stage, arguments: Arguments, expect: Any) -> Finding:  # noqa: ANN401
        """Look, and look again."""
        end = stage.now() + arguments.get("within", 1.0)
        while True:
            finding = self.look(stage, arguments)
            if finding.passed or stage.now() >= end:
                return finding
            await asyncio.sleep(_STEP)

    @abstractmethod
    def look(self, stage: Stage, arguments: Arguments) -> Finding:
        """Compare what is there now with the arguments."""


_ITEM = {
    **_BY,
    "item": Key(TEXT, required=True),
    "value": Key(VALUE, description="as a person reads it; numbers are compared as numbers"),
    "quality": Key(QUALITY, description="limit and vendor bits are not looked at"),
    "error": Key(ITEM_ERROR, description="the item's HRESULT"),
}


class Received(_Awaited):
    """Look at the newest value of an item."""

    name = "received"
    summary = "The newest that a client has of an item, by reading or by a change, is this."
    keys = MappingProxyType(
        {
            **_ITEM,
            "count": Key(Integer(0, 1_000_000), description="exactly so many since the evidence began"),
            "at-least": Key(Integer(1, 1_000_000)),
            "within": _WITHIN,
        }
    )

    def look(self, stage: Stage, arguments: Arguments) -> Finding:
        """Compare."""
        rows = stage.actor(arguments["by"], DaClientRole).received(arguments["item"])
        wanted = [f"{arguments['item']}: {_wanted(arguments)}"]
        passed = bool(rows) and _fits(rows[-1], arguments)
        if "count" in arguments:
            wanted.append(f"{arguments['count']} times")
            passed = len(rows) == arguments["count"] and (passed or not rows)
        if "at_least" in arguments:
            wanted.append(f"at least {arguments['at_least']} times")
            passed = passed and len(rows) >= arguments["at_least"]
        return Finding(passed, ", ".join(wanted), _told(rows))


class Silent(Verb):
    """See that nothing comes."""

    name = "silent"
    summary = "For so many seconds nothing of an item reaches a client."
    keys = MappingProxyType(
        {**_BY, "item": Key(TEXT, required=True), "seconds": Key(Number(0, 86_400), required=True)}
    )

    def needs(self, arguments: Arguments) -> frozenset[str]:
        """Virtual time, for a long silence."""
        return frozenset({"virtual time"}) if arguments["seconds"] > REAL_LIMIT else frozenset()

    async def perform(self, stage: Stage, arguments: Arguments, expect: Any) -> Finding:  # noqa: ANN401
        """Wait, and compare."""
        actor = stage.actor(arguments["by"], DaClientRole)
        before = len(actor.received(arguments["item"]))
        await asyncio.sleep(arguments["seconds"])
        rows = actor.received(arguments["item"])[before:]
        wanted = f"nothing of {arguments['item']} for {arguments['seconds']:g} s"
        return Finding(not rows, wanted, _told(rows))


class Browsed(Check):
    """Look at what a browse found."""

    name = "browsed"
    summary = "The last browse of a client found these item ids (or so many)."
    keys = MappingProxyType(
        {
            **_BY,
            "includes": Key(ListOf(TEXT)),
            "excludes": Key(ListOf(TEXT)),
            "count": Key(Integer(0, 10_000_000)),
        }
    )

    def look(self, stage: Stage, arguments: Arguments) -> Finding:
        """Compare."""
        found = stage.actor(arguments["by"], DaClientRole).browsed()
        known = set(found)
        wanted, passed = [], True
        if "includes" in arguments:
            wanted.append(f"{', '.join(arguments['includes'])} among them")
            passed = known.issuperset(arguments["includes"])
        if "excludes" in arguments:
            wanted.append(f"without {', '.join(arguments['excludes'])}")
            passed = passed and known.isdisjoint(arguments["excludes"])
        if "count" in arguments:
            wanted.append(f"{arguments['count']} item ids")
            passed = passed and len(found) == arguments["count"]
        shown = ", ".join(found[:_SHOWN]) + (", ..." if len(found) > _SHOWN else "")
        return Finding(passed, "; ".join(wanted), f"{len(found)}: {shown}")


class Noticed(_Awaited):
    """Look at what a client told its user."""

    name = "noticed"
    summary = "A client has told its user of something, or (absent) has not."
    keys = MappingProxyType(
        {
            **_BY,
            "notice": Key(TEXT, required=True, description="the kind of the notice, such as polling"),
            "count": Key(Integer(0, 1_000), description="exactly so often; 0: not at all"),
            "within": _WITHIN,
        }
    )

    def look(self, stage: Stage, arguments: Arguments) -> Finding:
        """Compare."""
        notices = stage.actor(arguments["by"], DaClientRole).notices()
        count, wanted = notices.count(arguments["notice"]), arguments.get("count")
        passed = count == wanted if wanted is not None else count >= 1
        times = f" {wanted} times" if wanted is not None else ""
        return Finding(passed, f"notice {arguments['notice']}{times}", ", ".join(notices) or "no notice")


def _fits(row: ItemValue, arguments: Mapping[str, Any]) -> bool:
    if "error" in arguments and row.error != arguments["error"]:
        return False
    if "quality" in arguments and row.quality & STATUS_MASK & ~LIMIT_MASK != arguments["quality"]:
        return False
    return "value" not in arguments or _same(to_text(row.value), arguments["value"])


def _same(found: str, wanted: str) -> bool:
    if found == wanted:
        return True
    try:
        return isclose(float(found), float(wanted), rel_tol=1e-6, abs_tol=1e-9)
    except ValueError:
        return False


def _wanted(arguments: Mapping[str, Any]) -> str:
    words = []
    if "value" in arguments:
        words.append(str(arguments["value"]))
    if "quality" in arguments:
        words.append(quality_text(arguments["quality"]))
    if "error" in arguments:
        words.append(f"error {code_name(arguments['error'])}")
    return ", ".join(words) or "something"


def _told(rows: Sequence[ItemValue]) -> str:
    if not rows:
        return "nothing"
    told = [
        f"{to_text(row.value)} ({quality_text(row.quality)}"
        + (f", {code_name(row.error)})" if row.error else ")")
        for row in rows[-_SHOWN:]
    ]
    return f"{len(rows)}: " + ("..., " if len(rows) > _SHOWN else "") + ", ".join(told)
