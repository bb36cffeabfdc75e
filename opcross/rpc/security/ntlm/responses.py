"""The proofs of knowing a password, and the keys that come of them ([MS-NLMP] 3.3 and 3.4.5.1).

Function names follow the specification, in Python's spelling.
"""

from __future__ import annotations

import hmac
from hashlib import md5
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4, TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from opcross.errors import BadValue
from opcross.rpc.security.md4 import md4
from opcross.rpc.security.ntlm.flags import NegotiateFlags

__all__ = [
    "des_long",
    "hmac_md5",
    "key_exchange_key",
    "lm_owf_v1",
    "lm_response_v1",
    "lm_response_v2",
    "message_integrity_code",
    "nt_owf_v2",
    "nt_proof",
    "nt_response_v1",
    "rc4",
    "session_base_key_v1",
    "session_response",
    "upper",
]

_LM_MAGIC: Final = b"KGS!@#$%"


def hmac_md5(key: bytes, data: bytes) -> bytes:
    """HMAC-MD5 in one go."""
    return hmac.digest(key, data, "md5")


def rc4(key: bytes, data: bytes) -> bytes:
    """RC4K: ``data`` through a fresh RC4 stream under ``key``."""
    return Cipher(ARC4(key), mode=None).encryptor().update(data)


def _des(key: bytes, block: bytes) -> bytes:
    """One DES block under a key of 56 bits, spread over eight octets (parity does not matter)."""
    bits = int.from_bytes(key, "big")
    spread = bytes(bits >> (49 - 7 * index) << 1 & 0xFE for index in range(8))
    # Three times the same key makes triple DES plain DES, the only form that the library keeps.
    encryptor = Cipher(TripleDES(spread * 3), modes.ECB()).encryptor()  # noqa: S305 (the protocol's own cipher)
    return encryptor.update(block)


def des_long(key: bytes, block: bytes) -> bytes:
    """DESL: 24 octets from a 16-octet key and an 8-octet block ([MS-NLMP] 6)."""
    padded = key + bytes(5)
    return _des(padded[:7], block) + _des(padded[7:14], block) + _des(padded[14:], block)


def upper(text: str) -> str:
    """Upper case the way Windows does it: one character becomes one character (``ß`` stays)."""
    return "".join(big if len(big := char.upper()) == 1 else char for char in text)


def lm_owf_v1(password: str) -> bytes:
    """LMOWFv1: the LM hash ([MS-NLMP] 3.3.1)."""
    octets = upper(password).encode("latin-1", "replace")[:14].ljust(14, b"\0")
    return _des(octets[:7], _LM_MAGIC) + _des(octets[7:], _LM_MAGIC)


def nt_owf_v2(nt_hash: bytes, user: str, domain: str) -> bytes:
    """NTOWFv2, which is LMOWFv2 too ([MS-NLMP] 3.3.2)."""
    return hmac_md5(nt_hash, (upper(user) + domain).encode("utf-16-le", "surrogatepass"))


def nt_response_v1(nt_hash: bytes, server_challenge: bytes) -> bytes:
    """The NTLMv1 response."""
    return des_long(nt_hash, server_challenge)


def lm_response_v1(lm_hash: bytes, server_challenge: bytes) -> bytes:
    """The LMv1 response."""
    return des_long(lm_hash, server_challenge)


def session_response(nt_hash: bytes, server_challenge: bytes, client_challenge: bytes) -> bytes:
    """The NTLM2 session response: NTLMv1 over both challenges."""
    joined = md5(server_challenge + client_challenge, usedforsecurity=False).digest()
    return des_long(nt_hash, joined[:8])


def nt_proof(response_key: bytes, server_challenge: bytes, temp: bytes) -> bytes:
    """NTProofStr, the first 16 octets of an NTLMv2 response; ``temp`` are the octets that follow it."""
    return hmac_md5(response_key, server_challenge + temp)


def lm_response_v2(response_key: bytes, server_challenge: bytes, client_challenge: bytes) -> bytes:
    """The LMv2 response."""
    return hmac_md5(response_key, server_challenge + client_challenge) + client_challenge


def session_base_key_v1(nt_hash: bytes) -> bytes:
    """SessionBaseKey of every NTLMv1 form: the MD4 of the NT hash."""
    return md4(nt_hash)


def key_exchange_key(
    flags: int, base_key: bytes, lm_response: bytes, server_challenge: bytes, lm_hash: bytes | None = None
) -> bytes:
    """KXKEY for NTLMv1; with NTLMv2 the base key itself serves ([MS-NLMP] 3.4.5.1).

    Two old forms need the LM hash; raises :class:`BadValue` when they are asked for and it is not known.
    """
    if flags & NegotiateFlags.EXTENDED_SESSIONSECURITY:
        return hmac_md5(base_key, server_challenge + lm_response[:8])
    if not flags & (NegotiateFlags.LM_KEY | NegotiateFlags.REQUEST_NON_NT_SESSION_KEY):
        return base_key
    if lm_hash is None:
        raise BadValue("session keys from LM hashes are not supported", path="NegotiateFlags")
    if flags & NegotiateFlags.LM_KEY:
        return _des(lm_hash[:7], lm_response[:8]) + _des(lm_hash[7:8] + b"\xbd" * 6, lm_response[:8])
    return lm_hash[:8] + bytes(8)


def message_integrity_code(
    exported_key: bytes, negotiate: bytes, challenge: bytes, authenticate: bytes
) -> bytes:
    """The MIC over the three messages; that of ``authenticate`` is zero ([MS-NLMP] 3.1.5.1.2)."""
    return hmac_md5(exported_key, negotiate + challenge + authenticate)
