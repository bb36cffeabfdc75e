"""Verbs that change a host: its registry, its updates, and whether it has been restarted since."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from opcross.hardening.appcompat import DISABLE_LOG, RAISE_LEVEL, REQUIRE_INTEGRITY
from opcross.hardening.suppression import SUPPRESSION_VALUE
from opcross.yaml_files import Converted, Key
from opcross_harness.cast.base import HostRole
from opcross_harness.verbs.base import Arguments, Deed, host
from opcross_harness.verbs.kinds import MONTH

if TYPE_CHECKING:
    from opcross_harness.stage import Stage

__all__ = ["REGISTRY_DATA", "REGISTRY_VALUE", "REGISTRY_VALUES", "Patch", "Restart", "SetRegistry"]

REGISTRY_VALUES = (
    REQUIRE_INTEGRITY,
    RAISE_LEVEL,
    DISABLE_LOG,
    SUPPRESSION_VALUE,
    "LegacyAuthenticationLevel",
    "LegacyImpersonationLevel",
    "EnableDCOM",
    "DCOMSCMRemoteCallFlags",
)
"""The values that a simulated host reads."""


def _known(text: str) -> str:
    if text not in REGISTRY_VALUES:
        raise ValueError(f"known are {', '.join(REGISTRY_VALUES)}")
    return text


def _data(text: str) -> int | str | None:
    if text == "absent":
        return None
    if text in ("Y", "N"):
        return text
    return int(text, 0)


REGISTRY_VALUE = Converted("a registry value", _known, {"enum": list(REGISTRY_VALUES)}, REGISTRY_VALUES)
"""The name of a registry value."""

REGISTRY_DATA = Converted(
    "a number, Y, N or absent",
    _data,
    {"anyOf": [{"type": "integer"}, {"enum": ["Y", "N", "absent"]}, {"pattern": "^0x[0-9a-fA-F]+$"}]},
    ("absent",),
)
"""The data of a registry value; ``absent`` deletes it."""


class SetRegistry(Deed):
    """Set a registry value."""

    name = "set-registry"
    summary = "Set or delete a registry value of a host; it counts after a restart."
    keys = MappingProxyType(
        {
            "at": Key(host(), required=True),
            "value": Key(REGISTRY_VALUE, required=True),
            "data": Key(REGISTRY_DATA, required=True, description="a number, Y, N, or absent to delete it"),
        }
    )

    async def do(self, stage: Stage, arguments: Arguments) -> None:
        """Set it."""
        await stage.actor(arguments["at"], HostRole).set_registry(arguments["value"], arguments["data"])


class Restart(Deed):
    """Restart a host."""

    name = "restart"
    summary = "Restart a host: connections break, objects vanish, registry and updates count anew."
    keys = MappingProxyType({"at": Key(host(), required=True)})

    async def do(self, stage: Stage, arguments: Arguments) -> None:
        """Restart it."""
        await stage.actor(arguments["at"], HostRole).restart()


class Patch(Deed):
    """Install updates."""

    name = "patch"
    summary = "Install the updates up to a month on a host; they count after a restart."
    keys = MappingProxyType({"at": Key(host(), required=True), "phase": Key(MONTH, required=True)})

    async def do(self, stage: Stage, arguments: Arguments) -> None:
        """Install them."""
        await stage.actor(arguments["at"], HostRole).patch(arguments["phase"])
