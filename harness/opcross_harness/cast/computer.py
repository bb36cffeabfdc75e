"""The computer of a simulated Windows client: what its system knows, without anything that listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opcross.hardening import PatchState
from opcross_harness.cast.accounts import password_of
from opcross_simulators.windows import AccountDatabase, Boot, CallingRules, Registry, SystemLog

if TYPE_CHECKING:
    from collections.abc import Callable

    from opcross.hardening import Month, OperatingSystem

__all__ = ["ClientComputer", "accounts_of"]


def accounts_of(name: str, users: tuple[str, ...], domain: str) -> AccountDatabase:
    """The accounts of a computer: those of its domain, where it is a member of one."""
    accounts = AccountDatabase(name, domain)
    for user in users:
        accounts.add(user, password_of(user), domain=bool(domain))
    return accounts


class ClientComputer:
    """Registry and updates count from a restart on, as on a server."""

    def __init__(
        self,
        name: str,
        os: OperatingSystem,
        month: Month | None,
        wall_time: Callable[[], int],
        *,
        users: tuple[str, ...] = (),
        domain: str = "",
    ) -> None:
        self.accounts = accounts_of(name, users, domain)
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
