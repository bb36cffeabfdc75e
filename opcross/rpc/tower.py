"""Protocol towers: an interface and the way to it, floor on floor ([C706] appendix L, [MS-RPCE] 2.2.1.2).

Of five floors the first two name interface and transfer syntax, the third the RPC protocol, the last two
port and address. Ports and addresses are big-endian, everything else is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from typing import Final
from uuid import UUID

from opcross.errors import BadValue
from opcross.ndr import Reader, Writer
from opcross.rpc.call import SyntaxId
from opcross.rpc.pdu.presentation import NDR20

__all__ = ["Tower"]

_UUID_FLOOR: Final = 0x0D
_CONNECTION_ORIENTED: Final = 0x0B
_TCP: Final = 0x07
_IP: Final = 0x09
_MOST_FLOORS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Tower:
    """What a tower says. ``tcp`` is false for every other protocol, which we do not serve."""

    interface: SyntaxId
    transfer: SyntaxId = NDR20
    tcp: bool = True
    port: int = 0
    address: str = "0.0.0.0"  # noqa: S104  ("any", in a question)

    def pack(self) -> bytes:
        """The octets of tower_octet_string, for TCP over IPv4."""
        writer = Writer()
        writer.u16(5)
        for syntax in (self.interface, self.transfer):
            left = Writer()
            left.u8(_UUID_FLOOR)
            left.guid(syntax.uuid)
            left.u16(syntax.major)
            _floor(writer, left.getvalue(), syntax.minor.to_bytes(2, "little"))
        _floor(writer, bytes([_CONNECTION_ORIENTED]), bytes(2))
        _floor(writer, bytes([_TCP]), self.port.to_bytes(2, "big"))
        _floor(writer, bytes([_IP]), _packed(self.address))
        return writer.getvalue()

    @classmethod
    def unpack(cls, data: bytes) -> Tower:
        """Read a tower of any protocol; raises :class:`~opcross.errors.WireError`."""
        reader = Reader(data)
        count = reader.u16("floor_count")
        if not 2 <= count <= _MOST_FLOORS:
            raise BadValue(
                f"{count} floors, expected 2 to {_MOST_FLOORS}", offset=0, path="Tower.floor_count"
            )
        floors = [
            (reader.take(reader.u16("lhs_length"), "lhs"), reader.take(reader.u16("rhs_length"), "rhs"))
            for _ in range(count)
        ]
        protocols = {left[0]: right for left, right in floors[2:] if left}
        port = protocols.get(_TCP, b"")
        address = protocols.get(_IP, b"")
        return cls(
            interface=_syntax(*floors[0]),
            transfer=_syntax(*floors[1]),
            tcp=_CONNECTION_ORIENTED in protocols and _TCP in protocols,
            port=int.from_bytes(port, "big") if len(port) == 2 else 0,
            address=str(IPv4Address(address)) if len(address) == 4 else "0.0.0.0",  # noqa: S104  ("any")
        )


def _floor(writer: Writer, left: bytes, right: bytes) -> None:
    writer.u16(len(left))
    writer.put(left)
    writer.u16(len(right))
    writer.put(right)


def _packed(address: str) -> bytes:
    try:
        return IPv4Address(address).packed
    except AddressValueError:
        return bytes(4)


def _syntax(left: bytes, right: bytes) -> SyntaxId:
    reader = Reader(left)
    kind = reader.u8("protocol")
    if kind != _UUID_FLOOR:
        raise BadValue(f"floor of protocol {kind:#x}, expected {_UUID_FLOOR:#x}", path="Tower.floors")
    uuid: UUID = reader.guid("uuid")
    minor = int.from_bytes(right[:2], "little")
    return SyntaxId(uuid, reader.u16("major"), minor)
