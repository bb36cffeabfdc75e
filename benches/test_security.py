"""What protecting one PDU costs, beside impacket's functions doing the same work in the same run.

The groups put both in one table; pytest-benchmark prints the ratio in brackets. Every operation moves the RC4
streams on, so both sides of a pair move together and each PDU is verified for real.
"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benches.measuring import measure
from opcross.rpc.security.credentials import nt_hash_of
from opcross.rpc.security.ntlm.session import Session

FLAGS = 0xE2888235
KEY = bytes(range(16))
HEADER, TRAILER = bytes(24), bytes(8)
SIZES = pytest.mark.parametrize("size", [1024, 16 * 1024], ids=["1KB", "16KB"])
ROUNDS = {"rounds": 2000, "warmup_rounds": 50}


def body(size: int) -> bytes:
    return hashlib.shake_128(b"opcross").digest(size)


def sessions() -> tuple[Session, Session]:
    return Session(FLAGS, KEY, client=True), Session(FLAGS, KEY, client=False)


class Impacket:
    """impacket's functions, called as its RPC transport calls them."""

    def __init__(self) -> None:
        ntlm = pytest.importorskip("impacket.ntlm")
        from Cryptodome.Cipher import ARC4

        self.ntlm = ntlm
        self.sign_key = ntlm.SIGNKEY(FLAGS, KEY)
        self.handle = ARC4.new(ntlm.SEALKEY(FLAGS, KEY)).encrypt
        self.sequence = 0

    def sign(self, data: bytes) -> bytes:
        pdu = HEADER + data + TRAILER
        signature = self.ntlm.SIGN(FLAGS, self.sign_key, pdu, self.sequence, self.handle)
        self.sequence += 1
        return bytes(signature.getData())

    def seal(self, data: bytes) -> tuple[bytes, bytes]:
        pdu = HEADER + data + TRAILER
        sealed, signature = self.ntlm.SEAL(FLAGS, self.sign_key, b"", pdu, data, self.sequence, self.handle)
        self.sequence += 1
        return sealed, bytes(signature.getData())


@SIZES
def test_sign(benchmark: BenchmarkFixture, size: int) -> None:
    benchmark.group = f"sign {size}"
    session, data = sessions()[0], body(size)
    measure(benchmark, lambda: session.sign(HEADER, data, TRAILER), **ROUNDS)


@SIZES
def test_sign_by_impacket(benchmark: BenchmarkFixture, size: int) -> None:
    benchmark.group = f"sign {size}"
    theirs, data = Impacket(), body(size)
    measure(benchmark, lambda: theirs.sign(data), **ROUNDS)


@SIZES
def test_verify(benchmark: BenchmarkFixture, size: int) -> None:
    """impacket has nothing to compare: it never verifies."""
    benchmark.group = f"verify {size}"
    (one, other), data = sessions(), body(size)

    def prepare() -> tuple[tuple[bytes, bytes, bytes, bytes], dict[str, Any]]:
        return (HEADER, data, TRAILER, one.sign(HEADER, data, TRAILER)), {}

    measure(benchmark, other.verify, setup=prepare, rounds=ROUNDS["rounds"])


@SIZES
def test_seal(benchmark: BenchmarkFixture, size: int) -> None:
    benchmark.group = f"seal {size}"
    session, data = sessions()[0], body(size)
    measure(benchmark, lambda: session.seal(HEADER, data, TRAILER), **ROUNDS)


@SIZES
def test_seal_by_impacket(benchmark: BenchmarkFixture, size: int) -> None:
    benchmark.group = f"seal {size}"
    theirs, data = Impacket(), body(size)
    measure(benchmark, lambda: theirs.seal(data), **ROUNDS)


@SIZES
def test_unseal(benchmark: BenchmarkFixture, size: int) -> None:
    benchmark.group = f"unseal {size}"
    (one, other), data = sessions(), body(size)

    def prepare() -> tuple[tuple[bytes, bytes, bytes, bytes], dict[str, Any]]:
        sealed, signature = one.seal(HEADER, data, TRAILER)
        return (HEADER, sealed, TRAILER, signature), {}

    measure(benchmark, other.unseal, setup=prepare, rounds=ROUNDS["rounds"])


@SIZES
def test_unseal_by_impacket(benchmark: BenchmarkFixture, size: int) -> None:
    """impacket opens a PDU with the function that seals one, and looks at no signature."""
    benchmark.group = f"unseal {size}"
    theirs, data = Impacket(), body(size)
    measure(benchmark, lambda: theirs.seal(data), **ROUNDS)


def test_nt_hash(benchmark: BenchmarkFixture) -> None:
    benchmark.group = "nt hash"
    measure(benchmark, lambda: nt_hash_of("a password of some length"), **ROUNDS)
