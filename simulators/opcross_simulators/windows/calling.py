"""How programs on a simulated host call other computers: at which levels, with which events.

An application asks for a level, by CoInitializeSecurity or COAUTHINFO, or for none; what goes on the wire is
decided by the system, its updates and its registry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from opcross.hardening import activation_level, call_level, repeats_without_security
from opcross.hardening.events import default_level_too_low, explicit_level_too_low, server_unreachable
from opcross.levels import AuthLevel
from opcross_simulators.windows.permissions import AccessList

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from opcross.hardening import DcomEvent, PatchState
    from opcross_simulators.windows.boot import Boot

__all__ = ["CallingRules", "Program"]

_EVERYBODY: Final = AccessList(None)


@dataclass(frozen=True, slots=True)
class Program:
    """An application that runs on the host.

    ``activation_level`` is what it gives with an activation, ``call_level`` what it gives for its process;
    DEFAULT means that it gives none. ``user_sid`` is that of the user who runs it. ``access`` is who may
    call it back: most clients give no list when they set their security, which admits everyone whom the
    machine-wide limit admits; None leaves it to the machine's default, which is narrow.
    """

    path: str = r"C:\Program Files\OPC Client\client.exe"
    process_id: int = 3852
    activation_level: AuthLevel = AuthLevel.DEFAULT
    call_level: AuthLevel = AuthLevel.DEFAULT
    user_sid: str = "S-1-5-18"
    access: AccessList | None = _EVERYBODY


@dataclass(frozen=True, slots=True)
class CallingRules:
    """The client side of one start of a host; ``log`` takes events."""

    boot: Boot
    patch: PatchState
    log: Callable[[DcomEvent], None]

    def begin_activation(self, program: Program, clsid: UUID, computer: str) -> AuthLevel:
        """The level on the wire of an activation; logs event 10037 or 10038 where one is due."""
        result = activation_level(
            program.activation_level,
            patch=self.patch,
            values=self.boot.values,
            legacy=self.boot.legacy,
        )
        if result.event is not None:
            make = explicit_level_too_low if result.event == 10037 else default_level_too_low
            self.log(make(program.path, program.process_id, clsid, computer, result.level, program.user_sid))
        return result.level

    def level_of_calls(self, program: Program, hint: AuthLevel = AuthLevel.NONE) -> AuthLevel:
        """The level on the wire of calls on objects, whose exporter gave this hint."""
        return call_level(program.call_level, hint, patch=self.patch, legacy=self.boot.legacy)

    def level_of_sinks(self, program: Program) -> AuthLevel:
        """The lowest level at which a program takes callbacks, and the hint that it gives with its sinks.

        No update raises it: it is what the application, or LegacyAuthenticationLevel, says.
        """
        if program.call_level is not AuthLevel.DEFAULT:
            return program.call_level
        return self.boot.legacy or AuthLevel.CONNECT

    def repeats(self, program: Program) -> bool:
        """Whether a refused activation is repeated without security."""
        return repeats_without_security(program.activation_level, self.boot.remote_call_flags)

    def unreachable(self, program: Program, clsid: UUID, computer: str) -> None:
        """Log event 10028 (10009 up to Windows 7): no protocol reached the computer."""
        self.log(
            server_unreachable(
                self.boot.os, computer, program.process_id, program.path, clsid, program.user_sid
            )
        )
