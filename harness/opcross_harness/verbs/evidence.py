"""Verbs that look at evidence on a host: its event log and its object table."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING

from opcross.hardening.events import EventRecord
from opcross.yaml_files import TEXT, Integer, Key
from opcross_harness.cast.base import Actor, HostRole, ServerRole
from opcross_harness.verbs.base import Arguments, Check, Finding, host, server, someone
from opcross_harness.verbs.kinds import LEVEL

if TYPE_CHECKING:
    from opcross_harness.stage import Stage

__all__ = ["Absent", "Logged", "NotLogged", "Present"]

_KEYS = {
    "at": Key(host(), required=True, description="the host whose System log is read"),
    "event": Key(Integer(1, 0xFFFF), required=True),
    "user": Key(TEXT, description="the user that the event names"),
    "address": Key(someone(), description="the cast member whose address the event names"),
    "level": Key(LEVEL, description="the authentication level that events 10037 and 10038 name"),
}
_USER = {10036: 1, 10016: 6, 10027: 3}
_ADDRESS = {10036: 3, 10016: 8, 10027: 5}
_LEVEL = {10037: 4, 10038: 4}


def _datum(record: EventRecord, places: dict[int, int]) -> str | None:
    """A value by position, as readers of real logs take it: the names of some are uncertain."""
    place = places.get(record.event.event_id)
    data = record.event.data
    return data[place][1] if place is not None and place < len(data) else None


def _fits(record: EventRecord, stage: Stage, arguments: Arguments) -> bool:
    wanted = [
        (arguments.get("user"), _USER),
        (stage.actor(arguments["address"], Actor).address if "address" in arguments else None, _ADDRESS),
        (str(int(arguments["level"])) if "level" in arguments else None, _LEVEL),
    ]
    return record.event.event_id == arguments["event"] and all(
        value is None or (_datum(record, places) or "").casefold() == value.casefold()
        for value, places in wanted
    )


def _tell(records: Iterable[EventRecord]) -> str:
    """The log in one line: what it holds, not only how much."""
    lines = [
        f"{record.event.event_id} ({', '.join(value for _, value in record.event.data)})"
        for record in records
    ]
    return "; ".join(lines) if lines else "no event"


def _wanted(stage: Stage, arguments: Arguments) -> str:
    words = [f"event {arguments['event']}"]
    if "user" in arguments:
        words.append(f"of user {arguments['user']}")
    if "address" in arguments:
        member = stage.actor(arguments["address"], Actor)
        words.append(f"from {member.name} ({member.address})")
    if "level" in arguments:
        words.append(f"at level {int(arguments['level'])}")
    return " ".join(words)


class Logged(Check):
    """Look for an event."""

    name = "logged"
    summary = "The System log of a host holds an event since the scenario began."
    keys = MappingProxyType(
        {
            **_KEYS,
            "count": Key(Integer(1, 100_000), description="exactly so often (default: at least once)"),
        }
    )

    def look(self, stage: Stage, arguments: Arguments) -> Finding:
        """Count the events that fit."""
        log = stage.actor(arguments["at"], HostRole).events()
        count = sum(_fits(record, stage, arguments) for record in log)
        wanted = arguments.get("count")
        passed = count == wanted if wanted is not None else count >= 1
        times = f" {wanted} times" if wanted is not None else ""
        found = f" ({count} fit)" if wanted is not None else ""
        return Finding(passed, _wanted(stage, arguments) + times, _tell(log) + found)


class NotLogged(Check):
    """Look for the absence of an event."""

    name = "not-logged"
    summary = "The System log of a host holds no such event since the scenario began."
    keys = MappingProxyType(_KEYS)

    def look(self, stage: Stage, arguments: Arguments) -> Finding:
        """See that none fits."""
        log = stage.actor(arguments["at"], HostRole).events()
        passed = not any(_fits(record, stage, arguments) for record in log)
        return Finding(passed, f"no {_wanted(stage, arguments)}", _tell(log))


_OBJECT = {
    "at": Key(server(), required=True, description="the server whose object table is read"),
    "object": Key(TEXT, required=True, description="a ProgID of the server, or a CLSID"),
}


def _count(stage: Stage, arguments: Arguments) -> tuple[int, str]:
    at = stage.actor(arguments["at"], ServerRole)
    clsid = at.clsid_of(arguments["object"])
    table = at.objects()
    told = ", ".join(f"{row.class_name} with {row.references} references" for row in table) or "no object"
    return sum(row.clsid == clsid for row in table), told


class Present(Check):
    """Look for an object."""

    name = "present"
    summary = "The object table of a server holds an object of a class."
    keys = MappingProxyType({**_OBJECT, "count": Key(Integer(1, 100_000), description="exactly so many")})

    def look(self, stage: Stage, arguments: Arguments) -> Finding:
        """Count its objects."""
        count, told = _count(stage, arguments)
        wanted = arguments.get("count")
        passed = count == wanted if wanted is not None else count >= 1
        number = f"{wanted} objects" if wanted is not None else "an object"
        return Finding(passed, f"{number} of {arguments['object']}", told)


class Absent(Check):
    """Look for the absence of an object."""

    name = "absent"
    summary = "The object table of a server holds no object of a class: nothing was started."
    keys = MappingProxyType(_OBJECT)

    def look(self, stage: Stage, arguments: Arguments) -> Finding:
        """See that there is none."""
        count, told = _count(stage, arguments)
        return Finding(count == 0, f"no object of {arguments['object']}", told)
