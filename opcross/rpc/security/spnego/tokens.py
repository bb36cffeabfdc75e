"""NegTokenInit and NegTokenResp (RFC 4178 4.2, [MS-SPNG] 2.2.1).

Elements that later versions may add behind the known ones are passed over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from opcross.errors import BadValue, LimitExceeded, WireError
from opcross.ndr._octets import Reader
from opcross.rpc.security.spnego.der import pack_oid, pack_tlv, read_tag, unpack_oid

__all__ = [
    "MAX_MECHANISMS",
    "SPNEGO_OID",
    "NegState",
    "NegTokenInit",
    "NegTokenResp",
    "pack_mechanisms",
    "unpack_token",
]

SPNEGO_OID: Final = "1.3.6.1.5.5.2"
MAX_MECHANISMS: Final = 32
_MAX_TOKEN: Final = 0xFFFF

_OCTETS: Final = 0x04
_ENUMERATED: Final = 0x0A
_SEQUENCE: Final = 0x30
_APPLICATION: Final = 0x60
_CONTEXT: Final = 0xA0


class NegState(IntEnum):
    """How far the acceptor sees the negotiation (RFC 4178 4.2.2)."""

    ACCEPT_COMPLETED = 0
    ACCEPT_INCOMPLETE = 1
    REJECT = 2
    REQUEST_MIC = 3


def pack_mechanisms(oids: Iterable[str]) -> bytes:
    """A MechTypeList: the octets that a mechListMIC covers."""
    return pack_tlv(_SEQUENCE, b"".join(pack_oid(oid) for oid in oids))


def _optional(tag: int, content: bytes | None) -> bytes:
    return pack_tlv(_CONTEXT | tag, content) if content is not None else b""


def _octets(content: bytes | None) -> bytes | None:
    return pack_tlv(_OCTETS, content) if content is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class NegTokenInit:
    """RFC 4178 4.2.1 NegTokenInit: the initiator's mechanisms, and a first token for the one it prefers.

    ``mechanism_list`` is the MechTypeList as it came, since the mechListMIC covers its octets; it is derived
    when not stated. ``required_flags`` and ``hints`` (negHints of [MS-SPNG] NegTokenInit2) are kept as DER.
    """

    mechanisms: tuple[str, ...]
    token: bytes | None = None
    mic: bytes | None = None
    required_flags: bytes | None = None
    hints: bytes | None = None
    mechanism_list: bytes | None = field(default=None, compare=False, repr=False)

    def list_octets(self) -> bytes:
        """The MechTypeList."""
        if self.mechanism_list is not None:
            return self.mechanism_list
        return pack_mechanisms(self.mechanisms)

    def pack(self) -> bytes:
        """The token in its GSS-API frame (RFC 2743 3.1)."""
        # With hints the MIC moves from [3] to [4]: [MS-SPNG] 2.2.1.
        tail = _optional(3, _octets(self.mic))
        if self.hints is not None:
            tail = _optional(3, self.hints) + _optional(4, _octets(self.mic))
        fields = (
            _optional(0, self.list_octets())
            + _optional(1, self.required_flags)
            + _optional(2, _octets(self.token))
            + tail
        )
        choice = pack_tlv(_CONTEXT, pack_tlv(_SEQUENCE, fields))
        return pack_tlv(_APPLICATION, pack_oid(SPNEGO_OID) + choice)


@dataclass(frozen=True, slots=True, kw_only=True)
class NegTokenResp:
    """RFC 4178 4.2.2 NegTokenResp: every token but the first."""

    state: NegState | None = None
    mechanism: str | None = None
    token: bytes | None = None
    mic: bytes | None = None

    def pack(self) -> bytes:
        """The token; it has no frame."""
        state = pack_tlv(_ENUMERATED, bytes([self.state])) if self.state is not None else None
        fields = (
            _optional(0, state)
            + _optional(1, pack_oid(self.mechanism) if self.mechanism is not None else None)
            + _optional(2, _octets(self.token))
            + _optional(3, _octets(self.mic))
        )
        return pack_tlv(_CONTEXT | 1, pack_tlv(_SEQUENCE, fields))


def _fields(reader: Reader, known: Collection[int]) -> dict[int, Reader]:
    """The elements of a SEQUENCE by their context tags, which must rise."""
    _, content = read_tag(reader, "SEQUENCE", _SEQUENCE)
    reader.finish("SEQUENCE")
    found: dict[int, Reader] = {}
    last = -1
    while content.remaining:
        start = content.offset
        tag, value = read_tag(content, "field")
        number = tag - _CONTEXT
        if not last < number < 31:
            raise BadValue(f"tag 0x{tag:02x} is unknown, doubled or out of order", offset=start)
        last = number
        if number in known:
            found[number] = value
    return found


def _one(reader: Reader | None, tag: int, name: str) -> bytes | None:
    """The content of the only element of a field, or None where the field is missing."""
    if reader is None:
        return None
    _, content = read_tag(reader, name, tag)
    reader.finish(name)
    return content.rest()


def _oids(content: Reader) -> tuple[str, ...]:
    _, items = read_tag(content, "mechTypes", _SEQUENCE)
    content.finish("mechTypes")
    oids: list[str] = []
    while items.remaining:
        name = f"mechTypes[{len(oids)}]"
        if len(oids) == MAX_MECHANISMS:
            raise LimitExceeded(f"more than {MAX_MECHANISMS} mechanisms", offset=items.offset, path=name)
        _, oid = read_tag(items, name, 0x06)
        oids.append(unpack_oid(oid, name))
    if not oids:
        raise BadValue("no mechanism is named", offset=items.offset, path="mechTypes")
    return tuple(oids)


def _unpack_init(choice: Reader) -> NegTokenInit:
    fields = _fields(choice, range(5))
    if 0 not in fields:
        raise BadValue("mechTypes are missing", path="mechTypes")
    mechanisms = fields[0]
    start, stop = mechanisms.offset, mechanisms.end
    oids = _oids(mechanisms)
    hints, mic = None, _one(fields.get(4), _OCTETS, "mechListMIC")
    third = fields.get(3)
    if third is not None:
        # Either negHints or, in the tokens of RFC 4178, the mechListMIC.
        if third.remaining and third.data[third.offset] == _SEQUENCE:
            hints = third.rest()
        else:
            mic = _one(third, _OCTETS, "mechListMIC")
    return NegTokenInit(
        mechanisms=oids,
        token=_one(fields.get(2), _OCTETS, "mechToken"),
        mic=mic,
        required_flags=fields[1].rest() if 1 in fields else None,
        hints=hints,
        mechanism_list=bytes(mechanisms.data[start:stop]),
    )


def _unpack_resp(choice: Reader) -> NegTokenResp:
    fields = _fields(choice, range(4))
    state = _one(fields.get(0), _ENUMERATED, "negState")
    if state is not None and (len(state) != 1 or state[0] > max(NegState)):
        raise BadValue(f"{state.hex()} is no state", path="negState")
    mechanism = None
    if 1 in fields:
        _, oid = read_tag(fields[1], "supportedMech", 0x06)
        fields[1].finish("supportedMech")
        mechanism = unpack_oid(oid, "supportedMech")
    return NegTokenResp(
        state=NegState(state[0]) if state is not None else None,
        mechanism=mechanism,
        token=_one(fields.get(2), _OCTETS, "responseToken"),
        mic=_one(fields.get(3), _OCTETS, "mechListMIC"),
    )


def unpack_token(data: bytes) -> NegTokenInit | NegTokenResp:
    """Either token; raises :class:`WireError`."""
    if len(data) > _MAX_TOKEN:
        raise LimitExceeded(
            f"a token of {len(data)} octets, {_MAX_TOKEN} are allowed", path="NegotiationToken"
        )
    try:
        reader = Reader(data)
        tag, content = read_tag(reader, "NegotiationToken")
        reader.finish("NegotiationToken")
        if tag == _CONTEXT | 1:
            return _unpack_resp(content)
        if tag == _APPLICATION:
            _, oid = read_tag(content, "thisMech", 0x06)
            found = unpack_oid(oid, "thisMech")
            if found != SPNEGO_OID:
                raise BadValue(f"expected SPNEGO ({SPNEGO_OID}), found {found}", path="thisMech")
            tag, choice = read_tag(content, "NegTokenInit", _CONTEXT)
            content.finish("NegTokenInit")
            return _unpack_init(choice)
    except WireError as error:
        raise error.under("SPNEGO") from None
    raise BadValue(f"a token starts with 0x60 or 0xa1, not 0x{tag:02x}", offset=0, path="SPNEGO")
