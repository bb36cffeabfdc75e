"""A security context that is easy to read: its signature says what it covers, its cipher flips bits.

Two legs by default: "hello" from the initiator, "welcome" from the acceptor, "thanks" to end.
"""

from __future__ import annotations

import hashlib

from opcross.errors import BadValue, LogonFailed
from opcross.levels import AuthLevel, AuthService
from opcross.rpc.call import Identity

ALICE = Identity("LAB", "alice")


class Toy:
    """One side. ``answers``: tokens that this side still sends; it is complete when it expects no more."""

    always_covers_header = True

    def __init__(
        self, sends: list[bytes], expects: list[bytes], *, service: AuthService = AuthService.NTLM
    ) -> None:
        self.service = service
        self._sends = sends
        self._expects = expects
        self.sent = 0
        self.received = 0
        self.tokens: list[bytes] = []

    @property
    def complete(self) -> bool:
        return not self._expects and not self._sends

    @property
    def identity(self) -> Identity | None:
        return ALICE if self.complete else None

    @property
    def signature_size(self) -> int:
        return 16

    def step(self, token: bytes) -> bytes:
        self.tokens.append(token)
        if token:
            if not self._expects or token != self._expects[0]:
                raise LogonFailed(reason=f"did not expect {token!r}")
            del self._expects[0]
        return self._sends.pop(0) if self._sends else b""

    def _mac(self, number: int, *parts: bytes) -> bytes:
        return hashlib.md5(number.to_bytes(4, "big") + b"|".join(parts)).digest()

    def sign(self, header: bytes, body: bytes, trailer: bytes) -> bytes:
        self.sent += 1
        return self._mac(self.sent, header, body, trailer)

    def verify(self, header: bytes, body: bytes, trailer: bytes, signature: bytes) -> None:
        self.received += 1
        if signature != self._mac(self.received, header, body, trailer):
            raise BadValue("wrong signature")

    def seal(self, header: bytes, body: bytes, trailer: bytes) -> tuple[bytes, bytes]:
        return bytes(octet ^ 0xFF for octet in body), self.sign(header, body, trailer)

    def unseal(self, header: bytes, body: bytes, trailer: bytes, signature: bytes) -> bytes:
        plain = bytes(octet ^ 0xFF for octet in body)
        self.verify(header, plain, trailer, signature)
        return plain


def initiator(service: AuthService = AuthService.NTLM) -> Toy:
    """The client's side of three legs; as NEGOTIATE it waits for a fourth."""
    expects = [b"welcome", b"done"] if service is AuthService.NEGOTIATE else [b"welcome"]
    return Toy([b"hello", b"thanks"], expects, service=service)


def acceptor(service: AuthService, level: AuthLevel) -> Toy | None:
    """The server's side."""
    if service is AuthService.NTLM:
        return Toy([b"welcome"], [b"hello", b"thanks"])
    if service is AuthService.NEGOTIATE:
        return Toy([b"welcome", b"done"], [b"hello", b"thanks"], service=service)
    return None
