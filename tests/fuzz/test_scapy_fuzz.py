# mypy: disable-error-code="no-untyped-call"
"""PDUs from scapy's own fuzzer: fields filled by another team's idea of the format."""

from __future__ import annotations

import random  # noqa: TID251  (scapy draws from it; seeded below)
import warnings

import pytest

from tests.fuzz.conversations import sessions
from tests.fuzz.target import Attack, Target, play

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    pytest.importorskip("scapy")
    from scapy.layers.dcerpc import (
        CommonAuthVerifier,
        DceRpc5,
        DceRpc5AlterContext,
        DceRpc5Auth3,
        DceRpc5Bind,
        DceRpc5Context,
        DceRpc5Request,
    )
    from scapy.layers.ntlm import NTLM_AUTHENTICATE_V2, NTLM_NEGOTIATE
    from scapy.packet import Raw, fuzz

pytestmark = pytest.mark.strangers("scapy")

PDUS_AT_ONCE = 40
BATCHES, DEEP_BATCHES = 10, 250
_BODIES = (DceRpc5Bind, DceRpc5AlterContext, DceRpc5Request, DceRpc5Auth3)
_TOKENS = (NTLM_NEGOTIATE, NTLM_AUTHENTICATE_V2)


def _one(dice: random.Random) -> bytes | None:
    """A fuzzed PDU, or None where scapy can't build what it drew."""
    body = dice.choice(_BODIES)
    inner = fuzz(body())
    if body in (DceRpc5Bind, DceRpc5AlterContext) and dice.random() < 0.7:
        inner = body(context_elem=[fuzz(DceRpc5Context()) for _ in range(dice.randrange(4))])
    if body is DceRpc5Request:
        inner = inner / Raw(dice.randbytes(dice.randrange(200)))
    header = DceRpc5(call_id=dice.randrange(4), pfc_flags=dice.choice((3, 1, 2, 0, 0x83, 7)))
    if dice.random() < 0.5:
        token = bytes(fuzz(dice.choice(_TOKENS)()))
        header.auth_verifier = CommonAuthVerifier(
            auth_type=dice.choice((9, 10, 16, 68)),
            auth_level=dice.randrange(8),
            auth_context_id=dice.randrange(3),
            auth_value=token,
        )
    try:
        return bytes(header / inner)
    except Exception:  # noqa: BLE001  (scapy's own limits)
        return None


def _batch(number: int) -> list[Attack]:
    dice = random.Random(number)
    random.seed(number)
    ports = sorted({session.port for session in sessions()})
    attacks: list[Attack] = []
    while len(attacks) < PDUS_AT_ONCE // 2:
        lead = dice.choice(sessions())
        pdus = [pdu for pdu in (_one(dice), _one(dice)) if pdu]
        if not pdus:
            continue
        # Half of them follow a good bind, so that they are heard in every state.
        before = lead.pdus[: dice.randrange(1, 4)] if dice.random() < 0.5 else ()
        port = lead.port if before else dice.choice(ports)
        attacks.append(Attack(port, (*before, *pdus), hang_up=dice.random() < 0.5))
    return attacks


def _survives(numbers: range) -> None:
    async def main(target: Target) -> None:
        for number in numbers:
            await target.attack(_batch(number))
        await target.check()

    play(main)


def test_the_host_survives_what_scapy_makes() -> None:
    _survives(range(BATCHES))


@pytest.mark.deep
def test_the_host_survives_much_more_of_it() -> None:
    _survives(range(BATCHES, DEEP_BATCHES))
