"""The way out of a server process: callbacks to its clients, at the level and in the name that are its own.

A server is a client of its clients' sinks. On the wire its connections are plainer than those of a Windows
program: one presentation context for each bind, NDR 2.0, no bind-time feature negotiation, NTLM without
SPNEGO, one connection for each client. That is what every sink understands. j-Interop's answers every bind
with one result however many contexts came, so a second one, for NDR64 or for features, would break the
bind; and its resolver does not know of log-ons at all, hence the repetition without security.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opcross.dcom.importer import ImporterOptions, ObjectImporter
from opcross.hardening import RESOLVER_LEVEL
from opcross.levels import AuthLevel, AuthService
from opcross.net import RpcConnector
from opcross.rpc.call import ChannelSecurity
from opcross.rpc.profile import ClientProfile
from opcross_simulators.windows.calling import Program

if TYPE_CHECKING:
    from opcross.errors import OpcrossError
    from opcross_simulators.windows.machine import Machine
    from opcross_simulators.windows.process_account import ProcessAccount

__all__ = ["CALLBACK_PROFILE", "CALLBACK_TIME", "new_importer"]

CALLBACK_PROFILE: Final = ClientProfile(name="callbacks", header_signing=False, max_connections=1)
"""How a server binds at its clients."""

CALLBACK_TIME: Final = 20.0
"""Seconds that a callback may take."""
_SETUP_TIME: Final = 8.0  # so that two addresses that nobody answers at leave a waiting client some patience


def new_importer(
    machine: Machine, account: ProcessAccount, level: AuthLevel, blanket: AuthLevel | None
) -> ObjectImporter:
    """What a server process calls out with.

    ``level`` is that of the process; calls go out at the higher one of it and the sink's hint, and since
    CVE-2022-37978 at packet integrity at least. ``blanket`` is a level that the program sets on its proxies
    itself: it does not heed the hint, but the system raises it all the same.
    """
    rules = machine.calling
    own = rules.level_of_calls(Program(call_level=blanket or level))
    credentials = account.credentials

    def report(error: OpcrossError) -> None:
        machine.tell(f"{account.name} called out in vain: {error}")

    return ObjectImporter(
        RpcConnector(
            CALLBACK_PROFILE,
            new_context=machine.new_context,
            local_addr=(machine.address, 0),
            setup_time=_SETUP_TIME,
            call_time=CALLBACK_TIME,
        ),
        entropy=machine.entropy,
        options=ImporterOptions(
            security=ChannelSecurity(own, AuthService.NTLM, credentials),
            resolver_security=ChannelSecurity(
                RESOLVER_LEVEL if credentials else AuthLevel.NONE, AuthService.NTLM, credentials
            ),
            resolver_falls_back=True,
            heeds_hints=blanket is None,
            timeout=CALLBACK_TIME,
        ),
        report=report,
    )
