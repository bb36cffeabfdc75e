"""What all PDUs share: the header's fields, the verifier, and the way in and out of octets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

from opcross.errors import BadValue, Truncated, WireError
from opcross.ndr import Reader, Writer
from opcross.rpc.pdu.header import HEADER_SIZE, LITTLE_DREP, VERSION, WHOLE, Header, PduType, PfcFlags
from opcross.rpc.pdu.verifier import AuthVerifier

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Pdu", "padded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pdu:
    """A connection-oriented PDU. Lengths in the header are derived; everything else survives a round trip.

    Subclasses say how their body is written and read. ``stub_like`` tells that the padding of the verifier
    belongs to the end of the body, as it does where the body is a stub.
    """

    type: ClassVar[PduType]
    stub_like: ClassVar[bool] = False

    call_id: int = 0
    flags: PfcFlags = WHOLE
    drep: bytes = LITTLE_DREP
    minor: int = 0
    verifier: AuthVerifier | None = None

    @property
    def little(self) -> bool:
        """The byte order of the numbers in this PDU."""
        return bool(self.drep[0] & 0x10)

    def write_body(self, writer: Writer) -> None:
        """Append what stands between header and verifier."""
        raise NotImplementedError

    @classmethod
    def read_body(cls, reader: Reader, flags: PfcFlags) -> Mapping[str, Any]:
        """The fields of the body; what is left in the reader is padding."""
        raise NotImplementedError

    @classmethod
    def check_padding(cls, stated: int, verifier_offset: int) -> None:
        """Refuse a stated padding that would reach into the fixed fields.

        Windows holds every PDU against the size of a request header, whatever the PDU is.
        """
        if stated > max(verifier_offset - 24, 0):
            raise BadValue(
                f"{stated} octets of padding, {max(verifier_offset - 24, 0)} possible",
                offset=verifier_offset + 2,
                path="auth_pad_length",
            )

    def pack(self) -> bytes:
        """The octets of the whole PDU."""
        writer = Writer(little=self.little)
        writer.put(bytes(HEADER_SIZE))
        self.write_body(writer)
        auth_length = 0
        if self.verifier is not None:
            self.verifier.write(writer)
            auth_length = len(self.verifier.value)
        header = Header(
            type=self.type,
            flags=self.flags,
            drep=self.drep,
            frag_length=writer.offset,
            auth_length=auth_length,
            call_id=self.call_id,
            minor=self.minor,
        )
        writer.buffer[:HEADER_SIZE] = header.pack()
        return writer.getvalue()

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Read one whole PDU of this type; raises :class:`~opcross.errors.WireError`."""
        try:
            return cls._unpack(data)
        except WireError as error:
            raise error.under(cls.__name__)  # noqa: B904  (the same error, with its path completed)

    @classmethod
    def _unpack(cls, data: bytes) -> Self:
        header = Header.unpack(data)
        if header.version != VERSION or header.type != cls.type:
            raise BadValue(
                f"expected version {VERSION}, type {cls.type}; found {header.version}, {header.type}",
                offset=0,
            )
        if header.frag_length > len(data):
            raise Truncated(f"frag_length {header.frag_length}, {len(data)} octets present", offset=8)
        if header.frag_length < len(data):
            raise BadValue(f"frag_length {header.frag_length}, {len(data)} octets present", offset=8)
        verifier: AuthVerifier | None = None
        end = len(data)
        pad_length = 0
        if header.auth_length:
            verifier, end, pad_length = AuthVerifier.unpack(data, header.auth_length, little=header.little)
            cls.check_padding(pad_length, end)
            if cls.stub_like:
                end -= pad_length
        reader = Reader(data, little=header.little, offset=HEADER_SIZE, end=end)
        fields = dict(cls.read_body(reader, header.flags))
        if verifier is not None:
            fields["verifier"] = padded(verifier, data, reader.offset, pad_length)
        elif reader.remaining:
            fields["trailing"] = reader.rest()
        return cls(call_id=header.call_id, flags=header.flags, drep=header.drep, minor=header.minor, **fields)


def padded(verifier: AuthVerifier, data: bytes, start: int, stated: int) -> AuthVerifier:
    """The verifier with the octets found between the body and its trailer."""
    pad = data[start : len(data) - len(verifier.value) - 8]
    return replace(verifier, pad=pad, pad_length=None if stated == len(pad) else stated)
