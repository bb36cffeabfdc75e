"""Verbs that touch a simulated plant and the server application before it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from opcross.yaml_files import TEXT, Key
from opcross_harness.cast.da_role import PlantRole
from opcross_harness.errors import ScenarioError
from opcross_harness.verbs.base import Arguments, Deed, server
from opcross_harness.verbs.kinds import ITEM_ERROR, QUALITY, VALUE
from opcross_simulators.servers.opc_da import PROG_ID

if TYPE_CHECKING:
    from opcross_harness.stage import Stage

__all__ = ["KillApplication", "SetPlant", "StopApplication"]

_AT = {"at": Key(server(), required=True, description="the server host")}
_CLASS = Key(TEXT, description="a ProgID of the application (default: the simulated server)")


class SetPlant(Deed):
    """Hold an item of the plant."""

    name = "plant"
    summary = "An item of the plant is held at a value, a quality or an error; with nothing it is let go."
    keys = MappingProxyType(
        {
            **_AT,
            "item": Key(TEXT, required=True),
            "value": Key(VALUE),
            "quality": Key(QUALITY),
            "error": Key(ITEM_ERROR, description="reading the item fails with this"),
        }
    )

    async def do(self, stage: Stage, arguments: Arguments) -> None:
        """Touch it."""
        role = stage.actor(arguments["at"], PlantRole)
        wanted = {name: arguments.get(name) for name in ("value", "quality", "error")}
        if all(value is None for value in wanted.values()):
            role.clear_override(arguments["item"])
            return
        try:
            role.override(arguments["item"], **wanted)
        except ValueError as error:
            raise ScenarioError(str(error)) from error


class StopApplication(Deed):
    """End a server application in order."""

    name = "stop-application"
    summary = "A server application asks its clients to leave (IOPCShutdown) and ends."
    keys = MappingProxyType({**_AT, "class": _CLASS, "reason": Key(TEXT)})

    async def do(self, stage: Stage, arguments: Arguments) -> None:
        """End it."""
        await stage.actor(arguments["at"], PlantRole).stop_application(
            arguments.get("class_", PROG_ID), arguments.get("reason", "maintenance")
        )


class KillApplication(Deed):
    """End a server application as a crash does."""

    name = "kill-application"
    summary = "A server application is gone without a word; the next activation starts another."
    keys = MappingProxyType({**_AT, "class": _CLASS})

    async def do(self, stage: Stage, arguments: Arguments) -> None:
        """End it."""
        await stage.actor(arguments["at"], PlantRole).kill_application(arguments.get("class_", PROG_ID))
