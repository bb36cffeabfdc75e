"""``server-alive``: the call that needs no security and is never judged."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from opcross.yaml_files import Key
from opcross_harness.cast.base import ClientRole, ServerRole
from opcross_harness.verbs.base import Action, Arguments, client, server

if TYPE_CHECKING:
    from opcross_harness.outcomes import Outcome
    from opcross_harness.stage import Stage

__all__ = ["ServerAlive"]


class ServerAlive(Action):
    """Call ServerAlive2."""

    name = "server-alive"
    summary = "A client calls IOXIDResolver::ServerAlive2, without security."
    keys = MappingProxyType({"by": Key(client(), required=True), "at": Key(server(), required=True)})

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Call it."""
        caller = stage.actor(arguments["by"], ClientRole)
        return await caller.server_alive(stage.actor(arguments["at"], ServerRole))
