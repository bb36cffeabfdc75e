"""How a program on Windows takes callbacks: as a server, with everything that a server's system judges by.

A server that calls back has to log on at the client's computer, so that computer has to know its
identity; then the machine-wide access limit, the program's own list and its level decide, in that order
as for any call. A port of its own takes resolutions and pings, too, where Windows has its RPCSS on 135.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from opcross.codes import RpcStatus
from opcross.dcom.callback_host import CallbackHost
from opcross.dcom.gate import OpenGate, Refusal, WireForm
from opcross_simulators.windows.listening import HostListener, OpenPort
from opcross_simulators.windows.permissions import REMOTE_ACCESS
from opcross_simulators.windows.telling import TellingDispatcher

if TYPE_CHECKING:
    from opcross.dcom.importer import ObjectImporter
    from opcross.rpc.call import Call, Caller, Dispatcher, Endpoint
    from opcross_simulators.windows.calling import Program
    from opcross_simulators.windows.machine import Machine

__all__ = ["new_callback_host"]


def new_callback_host(machine: Machine, program: Program, importer: ObjectImporter) -> CallbackHost:
    """Where a program takes callbacks, not open yet; ``importer`` is what it calls servers with."""
    limit, own = machine.boot.access_limit, program.access or machine.boot.access

    def admits(caller: Caller) -> bool:
        token = machine.principal(caller).sids
        return limit.grants(token, REMOTE_ACCESS) and own.grants(token, REMOTE_ACCESS)

    def report(error: Exception, call: Call) -> None:
        machine.refused(call.caller, f"a callback of {call.interface.uuid} failed: {error!r}")

    listener = HostListener(
        machine.accounts,
        entropy=machine.entropy,
        wall_time=machine.wall_time,
        lenient=False,
        ntlm_v2_only=machine.boot.ntlm_v2_only,
        holds_objects=lambda caller: len(host.exporter.table) > 0,
        tell=machine.tell,
    )
    host = CallbackHost(
        lambda dispatcher: _Port(listener, TellingDispatcher(dispatcher, machine.refused)),
        [machine.address],
        entropy=machine.entropy,
        now=asyncio.get_running_loop().time,
        level=machine.calling.level_of_sinks(program),
        access=admits,
        report=report,
        importer=importer,
        gate=_ResolverGate(machine),
    )
    return host


class _Port:
    """A :class:`~opcross.dcom.listener.Server` on which the accounts of a computer may log on."""

    def __init__(self, listener: HostListener, dispatcher: Dispatcher) -> None:
        self._listener: Final = listener
        self._dispatcher: Final = dispatcher
        self._open: OpenPort | None = None

    async def open(self, host: str, port: int) -> Endpoint:
        self._open = await self._listener.listen(self._dispatcher, host, port)
        return self._open.endpoint

    async def close(self) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            await opened.close()


class _ResolverGate(OpenGate):
    """Resolutions and pings need the machine-wide access limit alone ([MS-DCOM] notes 53, 54 and 56)."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def before_resolve(self, caller: Caller, method: str) -> Refusal | None:
        """Judge by the limit."""
        who = self._machine.principal(caller)
        if self._machine.boot.access_limit.grants(who.sids, REMOTE_ACCESS):
            return None
        reason = f"{method}: the machine-wide limits grant {who.user} no remote access"
        return Refusal(RpcStatus.ACCESS_DENIED, WireForm.FAULT, reason)
