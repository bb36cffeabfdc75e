"""What the parts of a running host share: its accounts, what it read when it started, its clock, its log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opcross.rpc.security import initiator
from opcross_simulators.windows.calling import CallingRules

if TYPE_CHECKING:
    from collections.abc import Callable

    from opcross.hardening import DcomEvent, PatchState
    from opcross.rpc.call import Caller, ChannelSecurity
    from opcross.rpc.security import SecurityContext
    from opcross_simulators.windows.accounts import AccountDatabase, Principal
    from opcross_simulators.windows.boot import Boot

__all__ = ["Machine"]


@dataclass(frozen=True, slots=True)
class Machine:
    """One start of one computer.

    ``entropy`` gives octets, ``wall_time`` ticks of 100 ns since 1601; ``log`` takes events, ``tell`` hears
    of refusals in plain words.
    """

    address: str
    accounts: AccountDatabase
    boot: Boot
    patch: PatchState
    log: Callable[[DcomEvent], None]
    tell: Callable[[str], None]
    entropy: Callable[[int], bytes]
    wall_time: Callable[[], int]

    @property
    def calling(self) -> CallingRules:
        """How programs on this computer call others."""
        return CallingRules(self.boot, self.patch, self.log)

    def principal(self, caller: Caller) -> Principal:
        """The principal of a caller."""
        return self.accounts.principal(
            caller.identity,
            filter_administrators=self.boot.filters_administrators,
            everyone_includes_anonymous=self.boot.everyone_includes_anonymous,
        )

    def refused(self, caller: Caller, reason: str) -> None:
        """Tell of a refusal."""
        who = caller.identity or "nobody"
        self.tell(f"refused {who} at {caller.address} ({caller.level.word}): {reason}")

    def new_context(self, security: ChannelSecurity) -> SecurityContext:
        """A log-on at another computer."""
        return initiator(security, entropy=self.entropy, wall_time=self.wall_time())
