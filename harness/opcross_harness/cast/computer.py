"""The computer of a simulated Windows client: what its system knows, without anything that listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opcross.hardening import PatchState
from opcross_simulators.windows import Boot, CallingRules, Registry, SystemLog

if TYPE_CHECKING:
    from collections.abc import Callable

    from opcross.hardening import Month, OperatingSystem

__all__ = ["ClientComputer"]


class ClientComputer:
    """Registry and updates count from a restart on, as on a server."""

    def __init__(
        self, name: str, os: OperatingSystem, month: Month | None, wall_time: Callable[[], int]
    ) -> None:
        self.os = os
        self.month = month
        self.registry = Registry()
        self.log = SystemLog(name.upper(), wall_time=wall_time)
        self.restart()

    def restart(self) -> None:
        """Read the registry; installed updates come into force."""
        self._boot = Boot.read(self.registry.snapshot(), self.os)
        self._patch = PatchState(self.os, self.month)
        self.log.suppress_duplicates(self._boot.suppress_seconds)

    @property
    def rules(self) -> CallingRules:
        """How programs on this computer call others."""
        return CallingRules(self._boot, self._patch, self.log.write)
