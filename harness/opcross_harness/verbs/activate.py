"""``activate`` and ``get-class-object``: ask a server for an object of a class."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from opcross.dcom.activation.request import ActivationMethod
from opcross.yaml_files import TEXT, Choice, Key
from opcross_harness.cast.base import Activation, ClientRole, ServerRole
from opcross_harness.verbs.base import Action, Arguments, client, server
from opcross_harness.verbs.kinds import COM_VERSION, LEVEL

if TYPE_CHECKING:
    from opcross_harness.outcomes import Outcome
    from opcross_harness.stage import Stage

__all__ = ["Activate", "GetClassObject"]

_METHODS = {
    method.value: method
    for method in (ActivationMethod.REMOTE_CREATE_INSTANCE, ActivationMethod.REMOTE_ACTIVATION)
}
_KEYS = {
    "by": Key(client(), required=True, description="the client that asks"),
    "class": Key(TEXT, required=True, description="a ProgID of the server, or a CLSID"),
    "at": Key(server(), required=True, description="the server that is asked"),
    "as": Key(TEXT, description='how later steps call the object (default "object")'),
    "level": Key(LEVEL, description="an explicit level in the place of the client's own"),
    "version": Key(COM_VERSION, description="the COM version that the client claims, such as 5.7"),
}


def _order(arguments: Arguments) -> Activation:
    return Activation(
        class_name=arguments["class_"],
        name=arguments.get("as_", "object"),
        method=arguments.get("via"),
        level=arguments.get("level"),
        version=arguments.get("version"),
    )


class Activate(Action):
    """Activate an object."""

    name = "activate"
    summary = "A client activates an object of a class."
    keys = MappingProxyType(
        {
            **_KEYS,
            "via": Key(Choice(_METHODS), description="the method, in the place of the client's own"),
        }
    )

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Ask for an instance."""
        asker = stage.actor(arguments["by"], ClientRole)
        return await asker.activate(stage.actor(arguments["at"], ServerRole), _order(arguments))


class GetClassObject(Action):
    """Ask for a class object."""

    name = "get-class-object"
    summary = "A client asks for a class object (IRemoteSCMActivator::RemoteGetClassObject)."
    keys = MappingProxyType(_KEYS)

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Ask for the class object."""
        asker = stage.actor(arguments["by"], ClientRole)
        return await asker.get_class_object(stage.actor(arguments["at"], ServerRole), _order(arguments))
