"""MD4 (RFC 1320), which NTLM needs and OpenSSL 3 no longer offers by default.

It hashes a password once per log-on, so a plain spelling is fast enough.
"""

from __future__ import annotations

from struct import pack, unpack_from
from typing import Final

__all__ = ["md4"]

_MASK: Final = 0xFFFFFFFF
# RFC 1320 3.4: per round the additive constant, the shifts, and the order of a block's words.
_ROUNDS: Final = (
    (0x00000000, (3, 7, 11, 19), (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)),
    (0x5A827999, (3, 5, 9, 13), (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)),
    (0x6ED9EBA1, (3, 9, 11, 15), (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15)),
)


def _choose(x: int, y: int, z: int) -> int:
    return (x & y) | (~x & z)


def _majority(x: int, y: int, z: int) -> int:
    return (x & y) | (x & z) | (y & z)


def _parity(x: int, y: int, z: int) -> int:
    return x ^ y ^ z


_MIXERS: Final = (_choose, _majority, _parity)


def md4(data: bytes) -> bytes:
    """The 16 octets of the MD4 digest of ``data``."""
    padded = data + b"\x80" + bytes(-(len(data) + 9) % 64) + pack("<Q", len(data) * 8 & (1 << 64) - 1)
    a, b, c, d = 0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476
    for start in range(0, len(padded), 64):
        words = unpack_from("<16I", padded, start)
        before = a, b, c, d
        for (constant, shifts, order), mix in zip(_ROUNDS, _MIXERS, strict=True):
            for step, index in enumerate(order):
                total = (a + mix(b, c, d) + words[index] + constant) & _MASK
                shift = shifts[step & 3]
                a, b, c, d = d, (total << shift | total >> (32 - shift)) & _MASK, b, c
        a, b, c, d = ((new + old) & _MASK for new, old in zip((a, b, c, d), before, strict=True))
    return pack("<4I", a, b, c, d)
