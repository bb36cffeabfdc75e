"""NEGOTIATE, CHALLENGE and AUTHENTICATE, and the structures inside them ([MS-NLMP] 2.2.1 and 2.2.2).

Each message has a fixed header with (length, maximum, offset) triples that point into a payload. Offsets are
derived when a message is packed, yet can be stated: :meth:`unpack` states those that it found, so that a
message survives ``pack(unpack(x))`` in the order its sender chose. Proofs are always computed over the octets
as they came, never over a message packed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from struct import pack
from typing import Final

from opcross.errors import BadValue, LimitExceeded, Truncated, WireError
from opcross.ndr._octets import Reader, Writer
from opcross.rpc.security.ntlm.flags import NegotiateFlags

__all__ = [
    "MAX_AV_PAIRS",
    "MAX_NAME",
    "MAX_TOKEN",
    "SIGNATURE",
    "Authenticate",
    "AvId",
    "AvPair",
    "Challenge",
    "ClientChallenge",
    "Negotiate",
    "find_av",
    "pack_av_pairs",
    "unpack_av_pairs",
    "version_field",
]

SIGNATURE: Final = b"NTLMSSP\0"
MAX_TOKEN: Final = 0xFFFF
"""Octets of a token: the auth_length of a PDU can't say more."""
MAX_NAME: Final = 1024
"""Octets of a name of a user, domain, host or target."""
MAX_AV_PAIRS: Final = 64

_U = NegotiateFlags.UNICODE


class AvId(IntEnum):
    """What an AV_PAIR holds ([MS-NLMP] 2.2.2.1)."""

    EOL = 0
    NB_COMPUTER_NAME = 1
    NB_DOMAIN_NAME = 2
    DNS_COMPUTER_NAME = 3
    DNS_DOMAIN_NAME = 4
    DNS_TREE_NAME = 5
    FLAGS = 6
    TIMESTAMP = 7
    SINGLE_HOST = 8
    TARGET_NAME = 9
    CHANNEL_BINDINGS = 10


@dataclass(frozen=True, slots=True)
class AvPair:
    """[MS-NLMP] 2.2.2.1 AV_PAIR; ids that :class:`AvId` has no name for are kept."""

    id: int
    value: bytes


def unpack_av_pairs(data: bytes) -> tuple[AvPair, ...]:
    """The pairs in front of MsvAvEOL; what follows it is ignored."""
    reader = Reader(data)
    pairs: list[AvPair] = []
    while True:
        name = f"AvPairs[{len(pairs)}]"
        identity = reader.u16(name)
        value = reader.take(reader.u16(name), name)
        if identity == AvId.EOL:
            return tuple(pairs)
        if len(pairs) == MAX_AV_PAIRS:
            raise LimitExceeded(f"more than {MAX_AV_PAIRS} pairs", offset=reader.offset, path="AvPairs")
        pairs.append(AvPair(identity, value))


def pack_av_pairs(pairs: Iterable[AvPair]) -> bytes:
    """The pairs, and MsvAvEOL behind them."""
    writer = Writer()
    for pair in (*pairs, AvPair(AvId.EOL, b"")):
        writer.u16(pair.id, "AvId")
        writer.u16(len(pair.value), "AvLen")
        writer.put(pair.value)
    return writer.getvalue()


def find_av(pairs: Iterable[AvPair], identity: AvId) -> bytes | None:
    """The value of the first pair with this id."""
    return next((pair.value for pair in pairs if pair.id == identity), None)


def version_field(major: int, minor: int, build: int) -> bytes:
    """[MS-NLMP] 2.2.2.10 VERSION, with NTLMSSP_REVISION_W2K3 as its last octet."""
    return pack("<BBH3xB", major, minor, build, 15)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientChallenge:
    """[MS-NLMP] 2.2.2.7 NTLMv2_CLIENT_CHALLENGE: what an NTLMv2 response proves beside the password.

    ``timestamp`` counts 100 ns ticks since 1601.
    """

    timestamp: int
    challenge: bytes
    pairs: tuple[AvPair, ...] = ()

    @classmethod
    def unpack(cls, data: bytes) -> ClientChallenge:
        """Read the part of an NTLMv2 response that follows its first 16 octets."""
        reader = Reader(data)
        reader.expect(b"\x01\x01", "RespType")
        reader.skip(6, "Reserved")
        timestamp = reader.u64("TimeStamp")
        challenge = reader.take(8, "ChallengeFromClient")
        reader.skip(4, "Reserved3")
        return cls(timestamp=timestamp, challenge=challenge, pairs=unpack_av_pairs(reader.rest()))

    def pack(self) -> bytes:
        """The octets that [MS-NLMP] 3.3.2 calls temp, with the four zero octets that close it."""
        head = pack("<HHIQ8sI", 0x0101, 0, 0, self.timestamp, self.challenge, 0)
        return head + pack_av_pairs(self.pairs) + bytes(4)


def _open(data: bytes, kind: int, header: int) -> Reader:
    if len(data) > MAX_TOKEN:
        raise LimitExceeded(f"a token of {len(data)} octets, {MAX_TOKEN} are allowed")
    reader = Reader(data)
    reader.expect(SIGNATURE, "Signature")
    found = reader.u32("MessageType")
    if found != kind:
        raise BadValue(f"expected message type {kind}, found {found}", offset=8, path="MessageType")
    if len(data) < header:
        raise Truncated(f"the header needs {header} octets, {len(data)} came", offset=len(data))
    return reader


@dataclass(frozen=True, slots=True)
class _Field:
    """A (length, maximum, offset) triple; the maximum must be ignored on receipt."""

    size: int
    offset: int

    @classmethod
    def read(cls, reader: Reader, name: str) -> _Field:
        size = reader.u16(name)
        reader.skip(2, name)
        return cls(size, reader.u32(name))

    def content(self, data: bytes, header: int, name: str, limit: int = MAX_TOKEN) -> bytes:
        if not self.size:
            return b""
        if self.size > limit:
            raise LimitExceeded(f"{self.size} octets, {limit} are allowed", path=name)
        if self.offset < header:
            raise BadValue(f"points to offset {self.offset}, inside the header", path=name)
        if self.offset + self.size > len(data):
            raise Truncated(
                f"ends at offset {self.offset + self.size}, the message at {len(data)}",
                offset=self.offset,
                path=name,
            )
        return data[self.offset : self.offset + self.size]


def _payload_start(data: bytes, fields: Iterable[_Field]) -> int:
    return min((each.offset for each in fields if each.size), default=len(data))


def _decode(octets: bytes, *, unicode: bool, name: str) -> str:
    if not unicode:
        return octets.decode("latin-1")
    try:
        return octets.decode("utf-16-le")
    except UnicodeDecodeError as error:
        raise BadValue(f"not UTF-16: {error.reason}", offset=error.start, path=name) from error


def _encode(text: str, *, unicode: bool, name: str) -> bytes:
    try:
        return text.encode("utf-16-le" if unicode else "latin-1")
    except UnicodeEncodeError as error:
        raise BadValue(f"{text!r} can't be encoded: {error.reason}", path=name) from error


def _assemble(
    header: Writer, parts: Sequence[tuple[int, bytes]], order: Sequence[int], stated: Sequence[int] | None
) -> bytes:
    """Put parts behind a header and fill in their triples; each part comes with its triple's position."""
    buffer = header.buffer
    offsets = list(stated) if stated is not None else [0] * len(parts)
    if stated is None:
        end = len(buffer)
        for index in order:
            offsets[index] = end
            end += len(parts[index][1])
    for offset, (position, content) in zip(offsets, parts, strict=True):
        if len(content) > 0xFFFF or offset > MAX_TOKEN:
            raise BadValue(f"{len(content)} octets at offset {offset} don't fit a message")
        header.patch(position, "H", len(content))
        header.patch(position + 2, "H", len(content))
        header.patch(position + 4, "I", offset)
        if content:
            if len(buffer) < offset + len(content):
                buffer += bytes(offset + len(content) - len(buffer))
            buffer[offset : offset + len(content)] = content
    return bytes(buffer)


def _head(kind: int, size: int) -> Writer:
    writer = Writer()
    writer.put(SIGNATURE)
    writer.u32(kind)
    writer.put(bytes(size - 12))
    return writer


def _check_size(octets: bytes | None, size: int, name: str) -> None:
    if octets is not None and len(octets) != size:
        raise BadValue(f"has {size} octets, not {len(octets)}", path=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Negotiate:
    """[MS-NLMP] 2.2.1.1 NEGOTIATE_MESSAGE: the client opens. Its names are in the OEM character set.

    ``offsets`` states the offsets of domain and workstation.
    """

    flags: NegotiateFlags
    domain: str = ""
    workstation: str = ""
    version: bytes | None = None
    offsets: tuple[int, int] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def unpack(cls, data: bytes) -> Negotiate:
        """Read a message; raises :class:`WireError`."""
        try:
            reader = _open(data, 1, 32)
            flags = NegotiateFlags(reader.u32("NegotiateFlags"))
            fields = [_Field.read(reader, name) for name in ("DomainNameFields", "WorkstationFields")]
            start = _payload_start(data, fields)
            version = reader.take(8, "Version") if flags & NegotiateFlags.VERSION or start >= 40 else None
            header = reader.offset
            names = [
                each.content(data, header, name, MAX_NAME).decode("latin-1")
                for each, name in zip(fields, ("DomainName", "WorkstationName"), strict=True)
            ]
        except WireError as error:
            raise error.under("Negotiate") from None
        return cls(
            flags=flags,
            domain=names[0],
            workstation=names[1],
            version=version,
            offsets=(fields[0].offset, fields[1].offset),
        )

    def pack(self) -> bytes:
        """The message as octets."""
        _check_size(self.version, 8, "Negotiate.Version")
        writer = _head(1, 32)
        writer.patch(12, "I", self.flags)
        writer.put(self.version or b"")
        names = [
            _encode(text, unicode=False, name="Negotiate.Names") for text in (self.domain, self.workstation)
        ]
        return _assemble(writer, [(16, names[0]), (24, names[1])], (1, 0), self.offsets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """[MS-NLMP] 2.2.1.2 CHALLENGE_MESSAGE: the server's nonce and names.

    ``target_info`` keeps its octets as they came; :attr:`pairs` reads them. Old acceptors end the header
    before TargetInfo when they have none to send.
    """

    flags: NegotiateFlags
    challenge: bytes
    target: str = ""
    target_info: bytes = b""
    version: bytes | None = None
    offsets: tuple[int, int] | None = field(default=None, compare=False, repr=False)
    reserved: bytes | None = field(default=bytes(8), compare=False, repr=False)

    @property
    def pairs(self) -> tuple[AvPair, ...]:
        """The AV_PAIRs of ``target_info``; raises :class:`WireError`."""
        if not self.target_info:
            return ()
        try:
            return unpack_av_pairs(self.target_info)
        except WireError as error:
            raise error.under("Challenge.TargetInfo") from None

    @classmethod
    def unpack(cls, data: bytes) -> Challenge:
        """Read a message; raises :class:`WireError`."""
        try:
            reader = _open(data, 2, 32)
            target = _Field.read(reader, "TargetNameFields")
            flags = NegotiateFlags(reader.u32("NegotiateFlags"))
            challenge = reader.take(8, "ServerChallenge")
            fields = [target]
            reserved, info, version = None, _Field(0, 0), None
            if flags & NegotiateFlags.TARGET_INFO or _payload_start(data, fields) >= 48:
                reserved = reader.take(8, "Reserved")
                info = _Field.read(reader, "TargetInfoFields")
                fields.append(info)
            if reader.offset == 48 and _payload_start(data, fields) >= 56:
                version = reader.take(8, "Version")
            header = reader.offset
            name = target.content(data, header, "TargetName", MAX_NAME)
            message = cls(
                flags=flags,
                challenge=challenge,
                target=_decode(name, unicode=bool(flags & _U), name="TargetName"),
                target_info=info.content(data, header, "TargetInfo"),
                version=version,
                offsets=(target.offset, info.offset),
                reserved=reserved,
            )
        except WireError as error:
            raise error.under("Challenge") from None
        return message

    def pack(self) -> bytes:
        """The message as octets."""
        _check_size(self.version, 8, "Challenge.Version")
        _check_size(self.challenge, 8, "Challenge.ServerChallenge")
        _check_size(self.reserved, 8, "Challenge.Reserved")
        short = self.reserved is None and not self.target_info and self.version is None
        writer = _head(2, 32 if short else 48)
        writer.patch(20, "I", self.flags)
        writer.buffer[24:32] = self.challenge
        target = _encode(self.target, unicode=bool(self.flags & _U), name="Challenge.TargetName")
        parts = [(12, target)]
        if not short:
            writer.buffer[32:40] = self.reserved or bytes(8)
            writer.put(self.version or b"")
            parts.append((40, self.target_info))
        stated = self.offsets[: len(parts)] if self.offsets is not None else None
        return _assemble(writer, parts, range(len(parts)), stated)


_AUTHENTICATE_FIELDS: Final = (
    ("LmChallengeResponse", 12, MAX_TOKEN),
    ("NtChallengeResponse", 20, MAX_TOKEN),
    ("DomainName", 28, MAX_NAME),
    ("UserName", 36, MAX_NAME),
    ("Workstation", 44, MAX_NAME),
    ("EncryptedRandomSessionKey", 52, MAX_NAME),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticate:
    """[MS-NLMP] 2.2.1.3 AUTHENTICATE_MESSAGE: the client's proof.

    ``mic`` is None where the header has no room for it; :attr:`MIC` is its place.
    """

    flags: NegotiateFlags
    lm_response: bytes = b""
    nt_response: bytes = field(default=b"", repr=False)
    domain: str = ""
    user: str = ""
    workstation: str = ""
    encrypted_session_key: bytes = field(default=b"", repr=False)
    version: bytes | None = None
    mic: bytes | None = None
    offsets: tuple[int, ...] | None = field(default=None, compare=False, repr=False)

    @staticmethod
    def without_mic(data: bytes) -> bytes:
        """A packed message with its MIC set to zero, as the MIC's own computation wants it."""
        return data[:72] + bytes(16) + data[88:]

    @classmethod
    def unpack(cls, data: bytes) -> Authenticate:
        """Read a message; raises :class:`WireError`."""
        try:
            reader = _open(data, 3, 64)
            fields = [_Field.read(reader, name) for name, _, _ in _AUTHENTICATE_FIELDS]
            flags = NegotiateFlags(reader.u32("NegotiateFlags"))
            start = _payload_start(data, fields)
            version = reader.take(8, "Version") if start >= 72 else None
            mic = reader.take(16, "MIC") if start >= 88 else None
            lm, nt, *names, key = (
                each.content(data, reader.offset, name, limit)
                for each, (name, _, limit) in zip(fields, _AUTHENTICATE_FIELDS, strict=True)
            )
            domain, user, workstation = (
                _decode(octets, unicode=bool(flags & _U), name=name)
                for octets, name in zip(names, ("DomainName", "UserName", "Workstation"), strict=True)
            )
        except WireError as error:
            raise error.under("Authenticate") from None
        return cls(
            flags=flags,
            lm_response=lm,
            nt_response=nt,
            domain=domain,
            user=user,
            workstation=workstation,
            encrypted_session_key=key,
            version=version,
            mic=mic,
            offsets=tuple(each.offset for each in fields),
        )

    def pack(self) -> bytes:
        """The message as octets."""
        _check_size(self.version, 8, "Authenticate.Version")
        _check_size(self.mic, 16, "Authenticate.MIC")
        writer = _head(3, 64)
        writer.patch(60, "I", self.flags)
        if self.mic is not None:
            writer.put(self.version or bytes(8))
            writer.put(self.mic)
        else:
            writer.put(self.version or b"")
        names = [
            _encode(text, unicode=bool(self.flags & _U), name="Authenticate.Names")
            for text in (self.domain, self.user, self.workstation)
        ]
        contents = (self.lm_response, self.nt_response, *names, self.encrypted_session_key)
        parts = [
            (position, content)
            for (_, position, _), content in zip(_AUTHENTICATE_FIELDS, contents, strict=True)
        ]
        # The examples of [MS-NLMP] 4.2 lay the names out first.
        return _assemble(writer, parts, (2, 3, 4, 0, 1, 5), self.offsets)
