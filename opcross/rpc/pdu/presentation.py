"""Presentation contexts: what a client offers and how the server answers ([C706] 12.6.3.1).

Bind-time feature negotiation hides in a transfer syntax whose UUID carries flags ([MS-RPCE] 2.2.2.14).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING, Final
from uuid import UUID

from opcross.rpc.call import SyntaxId

if TYPE_CHECKING:
    from opcross.ndr import Reader, Writer

__all__ = [
    "NDR20",
    "NDR64",
    "NO_SYNTAX",
    "BindTimeFeatures",
    "ContextElement",
    "ContextResult",
    "ContextVerdict",
    "ProviderReason",
    "bind_time_syntax",
    "features_of",
    "read_syntax",
    "write_syntax",
]

NDR20: Final = SyntaxId(UUID("8a885d04-1ceb-11c9-9fe8-08002b104860"), 2, 0)
NDR64: Final = SyntaxId(UUID("71710533-beba-4937-8319-b5dbef9ccc36"), 1, 0)
NO_SYNTAX: Final = SyntaxId(UUID(int=0))

_FEATURE_PREFIX: Final = UUID("6cb71c2c-9812-4540-0000-000000000000").bytes_le[:8]


class ContextVerdict(IntEnum):
    """p_cont_def_result_t."""

    ACCEPTANCE = 0
    USER_REJECTION = 1
    PROVIDER_REJECTION = 2
    NEGOTIATE_ACK = 3


class ProviderReason(IntEnum):
    """p_provider_reason_t."""

    NOT_SPECIFIED = 0
    ABSTRACT_SYNTAX_NOT_SUPPORTED = 1
    TRANSFER_SYNTAXES_NOT_SUPPORTED = 2
    LOCAL_LIMIT_EXCEEDED = 3


class BindTimeFeatures(IntFlag):
    """What both sides may agree on while binding ([MS-RPCE] 2.2.2.14)."""

    NONE = 0
    SECURITY_CONTEXT_MULTIPLEXING = 1
    KEEP_CONNECTION_ON_ORPHAN = 2


def bind_time_syntax(features: int) -> SyntaxId:
    """The transfer syntax that proposes these features."""
    return SyntaxId(UUID(bytes_le=_FEATURE_PREFIX + features.to_bytes(8, "little")), 1, 0)


def features_of(syntax: SyntaxId) -> int | None:
    """The features that a transfer syntax proposes, or None where it is an ordinary one."""
    raw = syntax.uuid.bytes_le
    if raw[:8] != _FEATURE_PREFIX or syntax.major != 1:
        return None
    return int.from_bytes(raw[8:], "little")


def read_syntax(reader: Reader, name: str) -> SyntaxId:
    """p_syntax_id_t: a UUID, and one number that holds major and minor version."""
    uuid = reader.guid(name)
    version = reader.u32(name)
    return SyntaxId(uuid, version & 0xFFFF, version >> 16)


def write_syntax(writer: Writer, syntax: SyntaxId) -> None:
    """See :func:`read_syntax`."""
    writer.guid(syntax.uuid)
    writer.u32(syntax.major | syntax.minor << 16, "if_version")


@dataclass(frozen=True, slots=True)
class ContextElement:
    """p_cont_elem_t: an interface under a number, with the transfer syntaxes that the client can speak."""

    context_id: int
    abstract: SyntaxId
    transfers: tuple[SyntaxId, ...] = (NDR20,)
    reserved: int = 0

    @classmethod
    def read(cls, reader: Reader) -> ContextElement:
        """Take one element."""
        context_id = reader.u16("p_cont_id")
        count = reader.u8("n_transfer_syn")
        reserved = reader.u8("reserved")
        abstract = read_syntax(reader, "abstract_syntax")
        transfers = tuple(read_syntax(reader, f"transfer_syntaxes[{i}]") for i in range(count))
        return cls(context_id, abstract, transfers, reserved)

    def write(self, writer: Writer) -> None:
        """Append this element."""
        writer.u16(self.context_id, "p_cont_id")
        writer.u8(len(self.transfers), "n_transfer_syn")
        writer.u8(self.reserved, "reserved")
        write_syntax(writer, self.abstract)
        for transfer in self.transfers:
            write_syntax(writer, transfer)


@dataclass(frozen=True, slots=True)
class ContextResult:
    """p_result_t: what became of one element; ``reason`` holds feature flags beside NEGOTIATE_ACK."""

    result: int = ContextVerdict.ACCEPTANCE
    reason: int = ProviderReason.NOT_SPECIFIED
    transfer: SyntaxId = NDR20

    @classmethod
    def read(cls, reader: Reader) -> ContextResult:
        """Take one result."""
        result = reader.u16("result")
        reason = reader.u16("reason")
        return cls(result, reason, read_syntax(reader, "transfer_syntax"))

    def write(self, writer: Writer) -> None:
        """Append this result."""
        writer.u16(self.result, "result")
        writer.u16(self.reason, "reason")
        write_syntax(writer, self.transfer)
