"""Verbs of a Data Access client: connect, browse, read, write, subscribe."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from opcross.yaml_files import BOOLEAN, TEXT, Integer, Key, ListOf, Number
from opcross_harness.cast.base import ServerRole
from opcross_harness.cast.da_role import Connection, DaClientRole, Reading, Subscription, Writing
from opcross_harness.verbs.base import Action, Arguments, Deed, client, server
from opcross_harness.verbs.kinds import QUALITY, VALUE
from opcross_simulators.servers.opc_da import PROG_ID

if TYPE_CHECKING:
    from opcross_harness.outcomes import Outcome
    from opcross_harness.stage import Stage

__all__ = [
    "BrowseItems",
    "Connect",
    "Disconnect",
    "Forget",
    "ReadItems",
    "Refresh",
    "SlowDown",
    "Status",
    "Subscribe",
    "Unsubscribe",
    "WriteItem",
]

_BY = {"by": Key(client(), required=True, description="the client")}
_DAY = 86_400_000


def _client(stage: Stage, arguments: Arguments) -> DaClientRole:
    return stage.actor(arguments["by"], DaClientRole)


class Connect(Action):
    """Open a Data Access session."""

    name = "connect"
    summary = "A client activates an OPC DA server and opens a session on it."
    keys = MappingProxyType(
        {
            **_BY,
            "at": Key(server(), required=True),
            "class": Key(TEXT, description="a ProgID, or a CLSID (default: the simulated server)"),
            "callbacks": Key(BOOLEAN, description="false plays a client that offers no way back"),
        }
    )

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Connect."""
        connection = Connection(
            class_name=arguments.get("class_", PROG_ID),
            callbacks=arguments.get("callbacks", True),
        )
        return await _client(stage, arguments).connect(stage.actor(arguments["at"], ServerRole), connection)


class Disconnect(Action):
    """End the session."""

    name = "disconnect"
    summary = "A client ends its Data Access session, and gives everything back."
    keys = MappingProxyType(_BY)

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Disconnect."""
        return await _client(stage, arguments).disconnect()


class Status(Action):
    """Ask for the status."""

    name = "status"
    summary = "A client asks its server for the status."
    keys = MappingProxyType(_BY)

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Ask."""
        return await _client(stage, arguments).status()


class BrowseItems(Action):
    """Browse a branch."""

    name = "browse"
    summary = "A client browses a branch of the address space."
    keys = MappingProxyType(
        {
            **_BY,
            "branch": Key(TEXT, description="the item id of the branch (default: the root)"),
            "flat": Key(BOOLEAN, description="every item at and below the branch"),
        }
    )

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Browse."""
        return await _client(stage, arguments).browse(
            arguments.get("branch", ""), flat=arguments.get("flat", False)
        )


class ReadItems(Action):
    """Read items."""

    name = "read"
    summary = "A client reads items; what came is for received to judge."
    keys = MappingProxyType(
        {
            **_BY,
            "items": Key(ListOf(TEXT), required=True),
            "max-age": Key(
                Integer(0, 0xFFFFFFFF), description="milliseconds; 0, the default, asks the device"
            ),
            "group": Key(TEXT, description="reads the cache of this group"),
        }
    )

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Read."""
        reading = Reading(
            items=tuple(arguments["items"]),
            max_age=arguments.get("max_age", 0),
            group=arguments.get("group", ""),
        )
        return await _client(stage, arguments).read(reading)


class WriteItem(Action):
    """Write an item."""

    name = "write"
    summary = "A client writes an item; the outcome is that of the item."
    keys = MappingProxyType(
        {
            **_BY,
            "item": Key(TEXT, required=True),
            "value": Key(VALUE, required=True),
            "type": Key(TEXT, description="a VARTYPE such as VT_R8 (default: the item's own)"),
            "quality": Key(QUALITY),
        }
    )

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Write."""
        writing = Writing(
            item=arguments["item"],
            value=arguments["value"],
            type=arguments.get("type", ""),
            quality=arguments.get("quality"),
        )
        return await _client(stage, arguments).write(writing)


class Subscribe(Action):
    """Make a group, or change one, and receive its changes."""

    name = "subscribe"
    summary = "A client makes a group with items and receives its changes, or changes a group that it has."
    keys = MappingProxyType(
        {
            **_BY,
            "group": Key(TEXT, description='what later steps call it (default "group")'),
            "items": Key(ListOf(TEXT), description="items to add"),
            "rate": Key(Integer(0, _DAY), description="milliseconds (default 100)"),
            "deadband": Key(Number(0, 100), description="percent of the EU range"),
            "active": Key(BOOLEAN),
            "keep-alive": Key(Integer(0, _DAY), description="milliseconds; 0 switches it off"),
        }
    )

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Subscribe."""
        subscription = Subscription(
            group=arguments.get("group", "group"),
            items=tuple(arguments.get("items", ())),
            rate=arguments.get("rate"),
            deadband=arguments.get("deadband"),
            active=arguments.get("active"),
            keep_alive=arguments.get("keep_alive"),
        )
        return await _client(stage, arguments).subscribe(subscription)


_GROUP = {**_BY, "group": Key(TEXT, description='the group (default "group")')}


class Unsubscribe(Action):
    """Take a group away."""

    name = "unsubscribe"
    summary = "A client removes a group."
    keys = MappingProxyType(_GROUP)

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Unsubscribe."""
        return await _client(stage, arguments).unsubscribe(arguments.get("group", "group"))


class Refresh(Action):
    """Ask for everything once more."""

    name = "refresh"
    summary = "A client asks for all active items of a group, changed or not."
    keys = MappingProxyType(_GROUP)

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Refresh."""
        return await _client(stage, arguments).refresh(arguments.get("group", "group"))


class SlowDown(Deed):
    """Make a client slow."""

    name = "slow-down"
    summary = "A client takes so many seconds over each change from now on."
    keys = MappingProxyType({**_BY, "seconds": Key(Number(0, 3_600), required=True)})

    async def do(self, stage: Stage, arguments: Arguments) -> None:
        """Slow it down."""
        await _client(stage, arguments).slow_down(arguments["seconds"])


class Forget(Deed):
    """Begin the evidence anew."""

    name = "forget"
    summary = "What a client received so far is no evidence any more."
    keys = MappingProxyType(_BY)

    async def do(self, stage: Stage, arguments: Arguments) -> None:
        """Forget it."""
        _client(stage, arguments).forget()
