"""Samba's GENSEC as a client of our acceptor, over a pipe: what smbtorture and rpcclient log on with."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from opcross.levels import AuthLevel, AuthService
from opcross.rpc.call import Identity
from tests.rpc.security.exchange import BODY, DOMAIN, PASSWORD, USER, server

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT = Path(__file__).with_name("gensec_client.py")
FEATURES = {AuthLevel.CONNECT: "none", AuthLevel.INTEGRITY: "sign", AuthLevel.PRIVACY: "sign,seal"}
SERVICES = {AuthService.NTLM: "ntlmssp", AuthService.NEGOTIATE: "spnego"}
HEADER, TRAILER = b"header of a PDU", b"trailer!"

pytestmark = pytest.mark.strangers("samba")


class Gensec:
    """The other process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, verb: str, *arguments: bytes) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(" ".join((verb, *(each.hex() or "-" for each in arguments))) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if not answer:
            assert self.process.stderr is not None
            raise AssertionError(f"Samba refused to {verb}: {self.process.stderr.read()[-300:]}")
        return answer

    def step(self, token: bytes) -> tuple[bytes, bool]:
        answer, state = self.ask("step", token).split()
        return b"" if answer == "-" else bytes.fromhex(answer), state == "done"


@pytest.fixture(scope="module")
def interpreter() -> str:
    found = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    if (
        not found
        or subprocess.run([found, "-c", "import samba.gensec"], check=False, capture_output=True).returncode
    ):
        pytest.skip("python3-samba is not installed")
    return found


@pytest.fixture
def gensec(interpreter: str, request: pytest.FixtureRequest) -> Iterator[Gensec]:
    level, service, user = request.param
    words = [SERVICES[service], FEATURES[level], user, PASSWORD, DOMAIN]
    process = subprocess.Popen(
        [interpreter, "-B", str(CLIENT), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        yield Gensec(process)
        process.kill()


@pytest.mark.parametrize(
    ("gensec", "level", "service", "user"),
    [
        pytest.param((level, service, user), level, service, user, id=f"{name}-{level.word}-{who}")
        for service, name in SERVICES.items()
        for level in FEATURES
        for user, who in ((USER, "user"), ("-", "anonymous"))
    ],
    indirect=["gensec"],
)
def test_samba_logs_on_and_both_verify(
    gensec: Gensec, level: AuthLevel, service: AuthService, user: str
) -> None:
    other = server(level, service)
    token, done = gensec.step(b"")
    while token:
        token = other.step(token)
        if done:
            break
        token, done = gensec.step(token)
    assert done
    anonymous = Identity(anonymous=True, workstation="SAMBA")
    assert other.identity == (anonymous if user == "-" else Identity(DOMAIN, USER, "SAMBA"))
    for _ in range(3):
        if level is AuthLevel.INTEGRITY:
            pdu = HEADER + BODY + TRAILER
            other.verify(HEADER, BODY, TRAILER, bytes.fromhex(gensec.ask("sign", BODY, pdu)))
            assert gensec.ask("check", BODY, pdu, other.sign(HEADER, BODY, TRAILER)) == "ok"
        if level is AuthLevel.PRIVACY:
            # wrap knows no header: signature, then the sealed body
            wrapped = bytes.fromhex(gensec.ask("wrap", BODY))
            assert other.unseal(b"", wrapped[16:], b"", wrapped[:16]) == BODY
            sealed, signature = other.seal(b"", BODY, b"")
            assert bytes.fromhex(gensec.ask("unwrap", signature + sealed)) == BODY
