"""The remote management interface that every RPC server has ([C706] appendix Q)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from opcross.codes import RpcStatus
from opcross.errors import Fault
from opcross.ndr import Reader, Writer
from opcross.rpc.call import Call, SyntaxId

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["MANAGEMENT", "Management", "Statistics"]

MANAGEMENT: Final = SyntaxId(UUID("afa8bd80-7d8a-11c9-bef4-08002b102989"), 1, 0)

_MOST_STATISTICS: Final = 4
_UNKNOWN_AUTHN_SERVICE: Final = 0x000006BF  # RPC_S_UNKNOWN_AUTHN_SERVICE
_LONGEST_NAME: Final = 4096


class Statistics:
    """Counters in the order of inq_stats: calls in, calls out, packets in, packets out."""

    __slots__ = ("calls_in", "calls_out", "packets_in", "packets_out")

    def __init__(self) -> None:
        self.calls_in = 0
        self.calls_out = 0
        self.packets_in = 0
        self.packets_out = 0

    def values(self) -> tuple[int, int, int, int]:
        """All four, as 32-bit numbers."""
        counters = (self.calls_in, self.calls_out, self.packets_in, self.packets_out)
        first, second, third, fourth = (value & 0xFFFFFFFF for value in counters)
        return first, second, third, fourth


class Management:
    """The server face (a :class:`~opcross.rpc.call.Dispatcher`).

    ``interfaces`` lists what the server offers. ``principal`` gives the server's name for an authentication
    service, or None.
    """

    __slots__ = ("_interfaces", "_methods", "_principal", "_statistics")

    def __init__(
        self,
        interfaces: Callable[[], Sequence[SyntaxId]],
        *,
        statistics: Statistics | None = None,
        principal: Callable[[int], str | None] | None = None,
    ) -> None:
        self._interfaces = interfaces
        self._statistics = statistics or Statistics()
        self._principal = principal or (lambda service: None)
        self._methods: tuple[Callable[[Call], bytes], ...] = (
            self._interface_ids,
            self._inquire_statistics,
            self._is_listening,
            self._stop,
            self._principal_name,
        )

    def accepts(self, interface: SyntaxId) -> bool:
        """Only the management interface."""
        return interface == MANAGEMENT

    async def call(self, call: Call) -> bytes:
        """Answer one request."""
        if call.opnum >= len(self._methods):
            raise Fault(RpcStatus.OP_RNG_ERROR, did_not_execute=True)
        return self._methods[call.opnum](call)

    def _interface_ids(self, call: Call) -> bytes:
        """rpc__mgmt_inq_if_ids (0)."""
        interfaces = self._interfaces()
        writer = Writer()
        writer.u32(0x00020000)
        writer.u32(len(interfaces))
        writer.u32(len(interfaces))
        for index in range(len(interfaces)):
            writer.u32(0x00020004 + 4 * index)
        for interface in interfaces:
            writer.guid(interface.uuid)
            writer.u16(interface.major)
            writer.u16(interface.minor)
        writer.u32(0)
        return writer.getvalue()

    def _inquire_statistics(self, call: Call) -> bytes:
        """rpc__mgmt_inq_stats (1): no more than were asked for, and no more than there are."""
        asked = Reader(call.stub, little=call.little).u32("count")
        values = self._statistics.values()[: min(asked, _MOST_STATISTICS)]
        writer = Writer()
        writer.u32(len(values))
        writer.u32(len(values))
        for value in values:
            writer.u32(value)
        writer.u32(0)
        return writer.getvalue()

    def _is_listening(self, call: Call) -> bytes:
        """rpc__mgmt_is_server_listening (2): the status, then TRUE."""
        return bytes(4) + b"\x01\x00\x00\x00"

    def _stop(self, call: Call) -> bytes:
        """rpc__mgmt_stop_server_listening (3): nobody may, and a response, not a fault, says so."""
        return int(RpcStatus.ACCESS_DENIED).to_bytes(4, "little")

    def _principal_name(self, call: Call) -> bytes:
        """rpc__mgmt_inq_princ_name (4): a string within the size that the client allows."""
        reader = Reader(call.stub, little=call.little)
        service = reader.u32("authn_proto")
        size = min(reader.u32("princ_name_size"), _LONGEST_NAME)
        name = self._principal(service)
        text = (name or "").encode("utf-8")[: max(size - 1, 0)] + b"\0"
        if not size:
            text = b""
        writer = Writer()
        writer.u32(size)
        writer.u32(0)
        writer.u32(len(text))
        writer.put(text)
        writer.align(4)
        writer.u32(0 if name is not None else _UNKNOWN_AUTHN_SERVICE)
        return writer.getvalue()
