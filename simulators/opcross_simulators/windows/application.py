"""A server application on a host: one process, one object exporter, one port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.exporter import ObjectExporter
from opcross.errors import Fault, TransportLost
from opcross_simulators.windows.permissions import REMOTE_ACCESS, AccessList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opcross.dcom.com_class import ComObject
    from opcross.levels import AuthService
    from opcross.rpc.call import Call, Caller, SyntaxId
    from opcross_simulators.windows.accounts import Principal
    from opcross_simulators.windows.boot import Application
    from opcross_simulators.windows.listening import HostListener, OpenPort

__all__ = ["ApplicationServer"]

_ATTEMPTS: Final = 16


class ApplicationServer:
    """Judges calls on objects: the level of the application, the machine-wide limit, its own permission.

    That rule is older than the hardening ([MS-DCOM] 3.1.1.5.4): a server whose level was raised refuses
    calls below it, whatever the phase. It is a :class:`~opcross.rpc.call.Dispatcher`.
    """

    def __init__(
        self,
        settings: Application,
        *,
        access_limit: AccessList,
        entropy: Callable[[int], bytes],
        now: Callable[[], float],
        principal: Callable[[Caller], Principal],
        refused: Callable[[Caller, str], None],
        resolver_bindings: DualStringArray,
    ) -> None:
        def may_call(caller: Caller) -> bool:
            token = principal(caller).sids
            return access_limit.grants(token, REMOTE_ACCESS) and settings.access.grants(token, REMOTE_ACCESS)

        def report(error: Exception, call: Call) -> None:
            refused(call.caller, f"a method of {call.interface.uuid} failed: {error!r}")

        self._refused = refused
        self.exporter: Final = ObjectExporter(
            entropy=entropy,
            now=now,
            level=settings.level,
            resolver_bindings=resolver_bindings,
            access=may_call,
            report=report,
        )

    async def open(
        self, listener: HostListener, address: str, ports: range, services: Sequence[AuthService]
    ) -> OpenPort:
        """Listen on the first of these ports that is free, else on any, and tell clients of it."""
        listening = await self._listen(listener, address, ports)
        self.exporter.bindings = DualStringArray.of([address], services, port=listening.endpoint.port)
        return listening

    async def _listen(self, listener: HostListener, address: str, ports: range) -> OpenPort:
        for port in ports[:_ATTEMPTS]:
            try:
                return await listener.listen(self, address, port)
            except TransportLost:
                continue
        return await listener.listen(self, address)

    def close(self) -> None:
        """The process ends: its objects hear that nobody holds them."""
        targets: dict[int, ComObject] = {id(entry.target): entry.target for entry in self.exporter.table}  # type: ignore[misc]  # only ComObjects are exported
        for target in targets.values():
            self.exporter.table.disconnect(target)
            target.released()

    def accepts(self, interface: SyntaxId) -> bool:
        """What the exporter accepts."""
        return self.exporter.accepts(interface)

    async def call(self, call: Call) -> bytes:
        """Serve a call; a refusal for security's sake is told."""
        try:
            return await self.exporter.call(call)
        except Fault as fault:
            if fault.access_denied:
                self._refused(call.caller, fault.reason)
            raise
