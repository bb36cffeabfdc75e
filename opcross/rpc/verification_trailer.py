"""The verification trailer behind a request stub ([MS-RPCE] 2.2.2.13).

A client repeats in it, under the protection of the stub, what only the unprotected header says: interface,
opnum, call id. Its start is found by its magic number, on a boundary of four, and only where it then reads
to the very end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from opcross.errors import BadValue, Truncated, WireError
from opcross.ndr import Reader, Writer
from opcross.rpc.pdu.header import LITTLE_DREP, PduType
from opcross.rpc.pdu.presentation import NDR20, read_syntax, write_syntax

if TYPE_CHECKING:
    from opcross.rpc.call import SyntaxId

__all__ = ["MAGIC", "VerificationTrailer", "find_trailer", "request_trailer"]

MAGIC: Final = bytes.fromhex("8ae3137102f43671")

_COMMAND: Final = 0x3FFF
_END: Final = 0x4000
_MUST_PROCESS: Final = 0x8000
_BITMASK: Final = 1
_CONTEXT: Final = 2
_HEADER2: Final = 3
_LONGEST: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationTrailer:
    """What a client vouches for; None: it does not say.

    ``bits`` is rpc_sec_vt_bitmask (bit 0: the client knows header signing), ``syntaxes`` rpc_sec_vt_pcontext,
    ``header`` the (drep, call id, context id, opnum) of rpc_sec_vt_header2. ``offset`` is its place in the
    stub.
    """

    bits: int | None = None
    syntaxes: tuple[SyntaxId, SyntaxId] | None = None
    header: tuple[bytes, int, int, int] | None = None
    offset: int = 0

    def pack(self) -> bytes:
        """The octets, to be put behind a stub that ends on a boundary of four."""
        commands: list[tuple[int, bytes]] = []
        if self.bits is not None:
            commands.append((_BITMASK, self.bits.to_bytes(4, "little")))
        if self.syntaxes is not None:
            writer = Writer()
            for syntax in self.syntaxes:
                write_syntax(writer, syntax)
            commands.append((_CONTEXT | _MUST_PROCESS, writer.getvalue()))
        if self.header is not None:
            writer = Writer()
            drep, call_id, context_id, opnum = self.header
            writer.u8(PduType.REQUEST)
            writer.put(bytes(3))
            writer.put(drep)
            writer.u32(call_id)
            writer.u16(context_id)
            writer.u16(opnum)
            commands.append((_HEADER2 | _MUST_PROCESS, writer.getvalue()))
        if not commands:
            commands.append((_BITMASK, bytes(4)))
        writer = Writer()
        writer.put(MAGIC)
        for index, (command, value) in enumerate(commands):
            writer.u16(command | (_END if index == len(commands) - 1 else 0))
            writer.u16(len(value))
            writer.put(value)
        return writer.getvalue()

    def mismatch(self, *, interface: SyntaxId, opnum: int, call_id: int, context_id: int) -> str:
        """What in it contradicts the request that carried it; empty: nothing."""
        if self.syntaxes is not None and self.syntaxes != (interface, NDR20):
            return f"verification trailer names {self.syntaxes[0]}, the request {interface}"
        if self.header is not None and self.header[1:] != (call_id, context_id, opnum):
            return (
                f"verification trailer names call, context, opnum {self.header[1:]}, "
                f"the request {(call_id, context_id, opnum)}"
            )
        return ""


def find_trailer(stub: bytes) -> VerificationTrailer | None:
    """The trailer at the end of ``stub``, or None.

    Raises :class:`~opcross.errors.WireError` for a trailer that orders an unknown command to be processed.
    """
    start = stub.rfind(MAGIC, max(0, len(stub) - _LONGEST))
    if start < 0 or start % 4:
        return None
    reader = Reader(stub, offset=start + len(MAGIC))
    try:
        return _read(reader, start)
    except Truncated:
        # The magic number was part of the stub after all.
        return None


def _read(reader: Reader, start: int) -> VerificationTrailer | None:
    bits: int | None = None
    syntaxes: tuple[SyntaxId, SyntaxId] | None = None
    header: tuple[bytes, int, int, int] | None = None
    while True:
        at = reader.offset
        command = reader.u16("command")
        value = reader.part(reader.u16("length"), "value")
        kind = command & _COMMAND
        try:
            if kind == _BITMASK:
                bits = value.u32("bits")
            elif kind == _CONTEXT:
                syntaxes = (read_syntax(value, "interface"), read_syntax(value, "transfer"))
            elif kind == _HEADER2:
                value.skip(4, "ptype")
                header = (
                    value.take(4, "drep"),
                    value.u32("call_id"),
                    value.u16("p_cont_id"),
                    value.u16("opnum"),
                )
            elif command & _MUST_PROCESS:
                raise BadValue(f"unknown verification command {kind}", offset=at, path="verification_trailer")
        except Truncated as error:
            raise BadValue(f"verification command {kind} is too short", offset=at) from error
        except WireError as error:
            raise error.under("verification_trailer")  # noqa: B904  (the same error, with its path completed)
        if command & _END:
            break
    if reader.remaining:
        return None
    return VerificationTrailer(bits=bits, syntaxes=syntaxes, header=header, offset=start)


def request_trailer(interface: SyntaxId, opnum: int, call_id: int, context_id: int) -> bytes:
    """The trailer that Windows puts behind a protected request."""
    return VerificationTrailer(
        bits=1, syntaxes=(interface, NDR20), header=(LITTLE_DREP, call_id, context_id, opnum)
    ).pack()
