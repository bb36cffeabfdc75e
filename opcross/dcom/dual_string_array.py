"""DUALSTRINGARRAY: where an exporter or a resolver listens, and which security it offers.

[MS-DCOM] 2.2.19. The same 16-bit units travel in two frames: packed behind an OBJREF, and as an NDR
structure in the answers of the resolver and of an activation. The order of the bindings is the
sender's; Windows lists its adapters in any order, so a client tries them in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Final

from opcross.errors import BadValue, LimitExceeded, Truncated
from opcross.levels import AuthService
from opcross.ndr._octets import Reader, Writer
from opcross.rpc.call import Endpoint

__all__ = [
    "AUTHZ_NONE",
    "MAX_ENTRIES",
    "TOWER_TCP",
    "DualStringArray",
    "SecurityBinding",
    "StringBinding",
    "host_and_port",
]

TOWER_TCP: Final = 7
"""ncacn_ip_tcp, the only protocol sequence spoken here ([C706] appendix I)."""

AUTHZ_NONE: Final = 0xFFFF
"""COM_C_AUTHZ_NONE."""

MAX_ENTRIES: Final = 8192
"""The most 16-bit units accepted from a peer; Windows hosts with many adapters send a few hundred."""


def host_and_port(network_address: str) -> tuple[str, int | None]:
    """Take ``host[port]`` apart; the port is None where the binding names none.

    Raises :class:`BadValue` when brackets are there, but no port from 1 to 65535 between them.
    """
    if not network_address.endswith("]"):
        return network_address, None
    host, bracket, port = network_address[:-1].rpartition("[")
    if not bracket or not host or not (port.isascii() and port.isdigit() and 0 < int(port) < 0x10000):
        raise BadValue(f"expected host[port], found {network_address!r}", path="StringBinding")
    return host, int(port)


@dataclass(frozen=True, slots=True)
class StringBinding:
    """[MS-DCOM] 2.2.19.3 STRINGBINDING: a protocol sequence and ``host`` or ``host[port]``."""

    network_address: str
    tower: int = TOWER_TCP

    @classmethod
    def at(cls, endpoint: Endpoint) -> StringBinding:
        """A binding with an endpoint: ``host[port]``."""
        return cls(f"{endpoint.host}[{endpoint.port}]")

    def endpoint(self, default_port: int) -> Endpoint | None:
        """Where it leads over TCP; None for other protocol sequences and for text that makes no sense."""
        if self.tower != TOWER_TCP:
            return None
        try:
            host, port = host_and_port(self.network_address)
        except BadValue:
            return None
        return Endpoint(host, default_port if port is None else port) if host else None


@dataclass(frozen=True, slots=True)
class SecurityBinding:
    """[MS-DCOM] 2.2.19.4 SECURITYBINDING: a security provider and the principal behind it."""

    service: int
    principal: str = ""
    authorization: int = AUTHZ_NONE


@dataclass(frozen=True, slots=True)
class DualStringArray:
    """[MS-DCOM] 2.2.19 DUALSTRINGARRAY: string bindings, then security bindings."""

    strings: tuple[StringBinding, ...] = ()
    securities: tuple[SecurityBinding, ...] = ()

    @classmethod
    def of(
        cls, addresses: Sequence[str], services: Sequence[AuthService] = (), *, port: int | None = None
    ) -> DualStringArray:
        """Bindings of these addresses over TCP, in this order; with ``port`` as ``host[port]``."""
        return cls(
            tuple(StringBinding(f"{a}[{port}]" if port is not None else a) for a in addresses),
            tuple(SecurityBinding(int(service)) for service in services),
        )

    def endpoints(self, default_port: int) -> Iterator[Endpoint]:
        """The TCP endpoints in the sender's order."""
        for binding in self.strings:
            endpoint = binding.endpoint(default_port)
            if endpoint is not None:
                yield endpoint

    def units(self) -> tuple[tuple[int, ...], int]:
        """The 16-bit units (aStringArray) and the offset of the security bindings among them."""
        units: list[int] = []
        for binding in self.strings:
            units += [binding.tower, *_text_units(binding.network_address), 0]
        units.append(0)
        offset = len(units)
        for security in self.securities:
            units += [security.service, security.authorization, *_text_units(security.principal), 0]
        units.append(0)
        return tuple(units), offset

    @classmethod
    def from_units(cls, units: Sequence[int], security_offset: int) -> DualStringArray:
        """Read the units; raises :class:`~opcross.errors.WireError`.

        Senders disagree about the final zero of an empty half, so each half also ends where its
        units end.
        """
        if len(units) > MAX_ENTRIES:
            raise LimitExceeded(f"{len(units)} entries, the limit is {MAX_ENTRIES}", path="DualStringArray")
        if security_offset > len(units):
            raise BadValue(
                f"security bindings start at entry {security_offset}, {len(units)} present",
                path="DualStringArray.security_offset",
            )
        strings = tuple(_read_strings(_Units(units[:security_offset], "strings")))
        securities = tuple(_read_securities(_Units(units[security_offset:], "securities")))
        return cls(strings, securities)

    def write(self, writer: Writer) -> None:
        """The packed form, as it follows an OBJREF."""
        units, offset = self.units()
        writer.u16(len(units), "DualStringArray.num_entries")
        writer.u16(offset, "DualStringArray.security_offset")
        for unit in units:
            writer.u16(unit, "DualStringArray.string_array")

    @classmethod
    def read(cls, reader: Reader) -> DualStringArray:
        """Take the packed form from the front of ``reader``."""
        count = reader.u16("DualStringArray.num_entries")
        offset = reader.u16("DualStringArray.security_offset")
        if count > MAX_ENTRIES:
            raise LimitExceeded(
                f"{count} entries, at most {MAX_ENTRIES} accepted",
                offset=reader.offset,
                path="DualStringArray.num_entries",
            )
        part = reader.part(2 * count, "DualStringArray.string_array")
        return cls.from_units([part.u16() for _ in range(count)], offset)


def _text_units(text: str) -> list[int]:
    units = [unit for (unit,) in _UNIT.iter_unpack(text.encode("utf-16-le", "surrogatepass"))]
    if 0 in units:
        raise BadValue("a binding holds no zero character", path="DualStringArray.string_array")
    return units


_UNIT: Final = Struct("<H")


class _Units:
    """A cursor over 16-bit units."""

    def __init__(self, units: Sequence[int], name: str) -> None:
        self._units = units
        self._at = 0
        self._name = name

    def next(self) -> int | None:
        """The next unit, or None behind the last."""
        if self._at >= len(self._units):
            return None
        self._at += 1
        return int(self._units[self._at - 1])

    def need(self) -> int:
        """The next unit, which must be there."""
        unit = self.next()
        if unit is None:
            path = f"DualStringArray.{self._name}"
            raise Truncated("a binding runs past the end", offset=2 * self._at, path=path)
        return unit

    def text(self) -> str:
        """Characters up to a zero."""
        raw = bytearray()
        while unit := self.need():
            raw += unit.to_bytes(2, "little")
        return raw.decode("utf-16-le", "surrogatepass")


def _read_strings(units: _Units) -> Iterator[StringBinding]:
    while tower := units.next():
        yield StringBinding(units.text(), tower)


def _read_securities(units: _Units) -> Iterator[SecurityBinding]:
    while service := units.next():
        authorization = units.need()
        yield SecurityBinding(service, units.text(), authorization)
