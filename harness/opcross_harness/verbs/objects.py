"""Verbs on an object that a client has activated: call, query, release, resolve, ping."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from opcross.yaml_files import BOOLEAN, TEXT, Key
from opcross_harness.cast.base import ClientRole
from opcross_harness.outcomes import Outcome
from opcross_harness.verbs.base import Action, Arguments, Deed, client
from opcross_harness.verbs.kinds import LEVEL

if TYPE_CHECKING:
    from opcross_harness.stage import Stage

__all__ = ["CallMethod", "Ping", "Pinging", "QueryInterface", "Release", "Resolve"]

_KEYS = {
    "by": Key(client(), required=True, description="the client that holds the object"),
    "on": Key(TEXT, description='the object, as its activation called it (default "object")'),
}


class CallMethod(Action):
    """Call a method."""

    name = "call"
    summary = "A client calls a method without arguments, such as GetStatus."
    keys = MappingProxyType(
        {
            **_KEYS,
            "method": Key(TEXT, required=True, description="METHOD or INTERFACE::METHOD"),
            "level": Key(LEVEL, description="an explicit level in the place of the client's own"),
        }
    )

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Call it."""
        caller = stage.actor(arguments["by"], ClientRole)
        return await caller.call(arguments.get("on", "object"), arguments["method"], arguments.get("level"))


class QueryInterface(Action):
    """Ask for another interface."""

    name = "query-interface"
    summary = "A client asks an object for another interface."
    keys = MappingProxyType({**_KEYS, "interface": Key(TEXT, required=True, description="a name, or an IID")})

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Ask for it."""
        asker = stage.actor(arguments["by"], ClientRole)
        return await asker.query_interface(arguments.get("on", "object"), arguments["interface"])


class Release(Action):
    """Give an object back."""

    name = "release"
    summary = "A client releases an object."
    keys = MappingProxyType(_KEYS)

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Release it."""
        return await stage.actor(arguments["by"], ClientRole).release(arguments.get("on", "object"))


class Resolve(Action):
    """Resolve an OXID."""

    name = "resolve"
    summary = "A client resolves the OXID of an object once more."
    keys = MappingProxyType(_KEYS)

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Resolve it."""
        return await stage.actor(arguments["by"], ClientRole).resolve(arguments.get("on", "object"))


class Ping(Action):
    """Ping out of turn."""

    name = "ping"
    summary = "A client pings the set that holds an object, out of turn."
    keys = MappingProxyType(_KEYS)

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Ping it."""
        return await stage.actor(arguments["by"], ClientRole).ping(arguments.get("on", "object"))


class Pinging(Deed):
    """Start or stop pinging."""

    name = "pinging"
    summary = "A client stops pinging its servers, or starts again."
    keys = MappingProxyType(
        {
            "by": Key(client(), required=True),
            "on": Key(BOOLEAN, required=True, description="false stops, true starts again"),
        }
    )

    async def do(self, stage: Stage, arguments: Arguments) -> None:
        """Switch it."""
        await stage.actor(arguments["by"], ClientRole).set_pinging(on=arguments["on"])
