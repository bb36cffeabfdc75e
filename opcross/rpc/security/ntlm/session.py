"""Session security: signing and sealing with the keys of a finished log-on ([MS-NLMP] 3.4).

With extended session security each direction has its own keys, RC4 stream and sequence number, and a
signature covers the whole PDU, whatever header signing says. Without it both directions share one key, one
RC4 stream and one sequence number, and a CRC32 covers the body alone.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import md5
from struct import Struct
from typing import Final
from zlib import crc32

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher

from opcross.errors import BadValue, LocalMisuse
from opcross.rpc.security.ntlm.flags import NegotiateFlags

__all__ = ["SIGNATURE_SIZE", "Session", "seal_key", "sign_key"]

SIGNATURE_SIZE: Final = 16

_VERSION: Final = b"\x01\0\0\0"
_NO_PAD: Final = bytes(4)
_U32: Final = Struct("<I")
_CLIENT_SIGN: Final = b"session key to client-to-server signing key magic constant\0"
_SERVER_SIGN: Final = b"session key to server-to-client signing key magic constant\0"
_CLIENT_SEAL: Final = b"session key to client-to-server sealing key magic constant\0"
_SERVER_SEAL: Final = b"session key to server-to-client sealing key magic constant\0"


def sign_key(exported_key: bytes, *, client: bool) -> bytes:
    """SIGNKEY with extended session security ([MS-NLMP] 3.4.5.2)."""
    magic = _CLIENT_SIGN if client else _SERVER_SIGN
    return md5(exported_key + magic, usedforsecurity=False).digest()


def seal_key(flags: int, exported_key: bytes, *, client: bool) -> bytes:
    """SEALKEY ([MS-NLMP] 3.4.5.3)."""
    if flags & NegotiateFlags.EXTENDED_SESSIONSECURITY:
        if not flags & NegotiateFlags.KEY_128:
            exported_key = exported_key[: 7 if flags & NegotiateFlags.KEY_56 else 5]
        magic = _CLIENT_SEAL if client else _SERVER_SEAL
        return md5(exported_key + magic, usedforsecurity=False).digest()
    if flags & NegotiateFlags.LM_KEY:
        return (
            exported_key[:7] + b"\xa0"
            if flags & NegotiateFlags.KEY_56
            else exported_key[:5] + b"\xe5\x38\xb0"
        )
    return exported_key


def _stream(key: bytes) -> Callable[[bytes], bytes]:
    return Cipher(ARC4(key), mode=None).encryptor().update


class _Flow:
    """The keys, the RC4 stream and the next sequence number of one direction (or of both, see above)."""

    __slots__ = ("cipher", "seal_key", "sequence", "sign_key")

    def __init__(self, sign: bytes, seal: bytes) -> None:
        self.sign_key = sign
        self.seal_key = seal
        self.cipher = _stream(seal)
        self.sequence = 0


class Session:
    """Signs, verifies, seals and unseals. The first PDU that does not verify ends it for good.

    ``flags`` are those of AUTHENTICATE, ``key`` is the ExportedSessionKey.
    """

    __slots__ = ("_extended", "_key_exchange", "_receive", "_send", "broken", "seals", "signs")

    def __init__(self, flags: int, key: bytes, *, client: bool) -> None:
        self.signs = bool(flags & (NegotiateFlags.SIGN | NegotiateFlags.SEAL))
        self.seals = bool(flags & NegotiateFlags.SEAL)
        self.broken = False
        self._extended = bool(flags & NegotiateFlags.EXTENDED_SESSIONSECURITY)
        self._key_exchange = bool(flags & NegotiateFlags.KEY_EXCH)
        if self._extended:
            flows = [
                _Flow(sign_key(key, client=side), seal_key(flags, key, client=side)) for side in (True, False)
            ]
            self._send, self._receive = flows if client else flows[::-1]
        else:
            self._send = self._receive = _Flow(b"", seal_key(flags, key, client=True))

    def sign(self, header: bytes, body: bytes, trailer: bytes) -> bytes:
        """The signature of an outgoing PDU."""
        self._check_outgoing(sealing=False)
        flow = self._send
        if self._extended:
            return self._extended_signature(flow, flow.cipher, (header, body, trailer))
        return self._plain_signature(flow, flow.cipher, body)

    def seal(self, header: bytes, body: bytes, trailer: bytes) -> tuple[bytes, bytes]:
        """The sealed body and the signature of an outgoing PDU: body and checksum go through one stream."""
        self._check_outgoing(sealing=True)
        flow = self._send
        sealed = flow.cipher(body)
        if self._extended:
            return sealed, self._extended_signature(flow, flow.cipher, (header, body, trailer))
        return sealed, self._plain_signature(flow, flow.cipher, body)

    def verify(self, header: bytes, body: bytes, trailer: bytes, signature: bytes) -> None:
        """Check an incoming PDU."""
        self._check_incoming(signature, sealing=False)
        self._check(header, body, trailer, signature)

    def unseal(self, header: bytes, body: bytes, trailer: bytes, signature: bytes) -> bytes:
        """Open and check an incoming PDU."""
        self._check_incoming(signature, sealing=True)
        plain = self._receive.cipher(body)
        self._check(header, plain, trailer, signature)
        return plain

    def sign_message(self, data: bytes) -> bytes:
        """A mechListMIC. It uses a fresh RC4 stream, so the stream of the PDUs stays where it was; the
        sequence number moves on ([MS-SPNG] 3.2.5.1 and 3.3.5.1).
        """
        flow = self._send
        if self._extended:
            return self._extended_signature(flow, _stream(flow.seal_key), (data,))
        return self._plain_signature(flow, _stream(flow.seal_key), data)

    def verify_message(self, data: bytes, signature: bytes) -> None:
        """Check a mechListMIC; see :meth:`sign_message`."""
        if self.broken:
            raise BadValue("this context has already failed")
        flow = self._receive
        cipher = _stream(flow.seal_key)
        expected = (
            self._extended_signature(flow, cipher, (data,))
            if self._extended
            else self._plain_signature(flow, cipher, data)
        )
        if not self._same(expected, signature):
            self.broken = True
            raise BadValue("the mechListMIC does not match", path="mechListMIC")

    def _extended_signature(
        self, flow: _Flow, cipher: Callable[[bytes], bytes], parts: tuple[bytes, ...]
    ) -> bytes:
        sequence = _U32.pack(flow.sequence)
        flow.sequence = flow.sequence + 1 & 0xFFFFFFFF
        checksum = hmac.digest(flow.sign_key, b"".join((sequence, *parts)), "md5")[:8]
        if self._key_exchange:
            checksum = cipher(checksum)
        return _VERSION + checksum + sequence

    def _plain_signature(self, flow: _Flow, cipher: Callable[[bytes], bytes], body: bytes) -> bytes:
        """[MS-NLMP] 3.4.4.1: the pad goes through the stream as well, and is sent as zero."""
        fields = _NO_PAD + _U32.pack(crc32(body)) + _U32.pack(flow.sequence)
        flow.sequence = flow.sequence + 1 & 0xFFFFFFFF
        return _VERSION + _NO_PAD + cipher(fields)[4:]

    def _same(self, expected: bytes, signature: bytes) -> bool:
        if self._extended:
            return hmac.compare_digest(expected, signature)
        # Some senders leave the encrypted pad in: it proves nothing either way.
        return hmac.compare_digest(expected[:4] + expected[8:], signature[:4] + signature[8:])

    def _check(self, header: bytes, body: bytes, trailer: bytes, signature: bytes) -> None:
        flow = self._receive
        wanted = flow.sequence
        if self._extended:
            expected = self._extended_signature(flow, flow.cipher, (header, body, trailer))
        else:
            expected = self._plain_signature(flow, flow.cipher, body)
        if self._same(expected, signature):
            return
        self.broken = True
        if self._extended and signature[12:] != expected[12:]:
            found = _U32.unpack(signature[12:])[0]
            raise BadValue(
                f"sequence number {wanted} expected, {found} came: replayed, reordered or lost",
                path="auth_value",
            )
        raise BadValue("the signature does not match", path="auth_value")

    def _check_outgoing(self, *, sealing: bool) -> None:
        if self.broken:
            raise LocalMisuse("a PDU did not verify: this context is over")
        if not (self.seals if sealing else self.signs):
            raise LocalMisuse(f"{'sealing' if sealing else 'signing'} was not negotiated")

    def _check_incoming(self, signature: bytes, *, sealing: bool) -> None:
        if self.broken:
            raise BadValue("an earlier PDU did not verify: this context is over", path="auth_value")
        if not (self.seals if sealing else self.signs):
            raise BadValue(
                f"{'sealing' if sealing else 'signing'} was not negotiated, yet a protected PDU came",
                path="auth_value",
            )
        if len(signature) != SIGNATURE_SIZE:
            self.broken = True
            raise BadValue(
                f"a signature has {SIGNATURE_SIZE} octets, not {len(signature)}", path="auth_value"
            )
