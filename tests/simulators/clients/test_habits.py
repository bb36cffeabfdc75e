"""What a client profile puts on the wire, PDU by PDU, against the facts known of its stack."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from uuid import UUID

import pytest

from opcross.levels import AuthLevel, AuthService
from opcross.rpc.pdu import AlterContext, Auth3, Bind, Pdu, PfcFlags, Request, unpack_pdu
from opcross_harness.model import Scenario, member, step
from opcross_harness.nets import SimulatedNet, Venue
from opcross_harness.playing import play
from opcross_harness.recording import Entry
from opcross_harness.result import Verdict
from opcross_simulators.clients import HABITS

T = TypeVar("T")
RESOLVER = UUID("99fcfec4-5260-101b-bbcb-00aa0021347a")
OLD_ACTIVATION = UUID("4d9f4ab8-7d1c-11cf-861e-0020af6e7c57")
WHOLE = PfcFlags.FIRST | PfcFlags.LAST


class KeepingNet(SimulatedNet):
    """Keeps what was recorded when the stage is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []

    def run(self, main: Callable[[Venue], Coroutine[Any, Any, T]], seed: int) -> T:
        async def kept(venue: Venue) -> T:
            try:
                return await main(venue)
            finally:
                self.entries += venue.recording.entries

        return super().run(kept, seed)


def sent_by(profile: str, level: str | None = None) -> list[Pdu]:
    """What the client sent on its first connection, which is to the activator."""
    settings = {"profile": profile, "user": "OPERATOR"} | ({"level": level} if level else {})
    net = KeepingNet()
    result = play(
        Scenario(
            id="profile",
            title="a profile on the wire",
            why="it imitates a stack",
            source="client stacks",
            cast={
                "server": member("opc-da-server", phase="unpatched"),
                "client": member("opc-da-client", **settings),
            },
            steps=[
                step("activate", by="client", class_="Opcross.Simulation.1", at="server"),
                step("call", by="client", method="GetStatus"),
            ],
        ),
        net,
    )
    assert result.verdict is Verdict.PASSED, result.reason
    first = net.entries[0].connection
    octets = b"".join(e.data for e in net.entries if e.connection == first and e.from_client)
    pdus = []
    while octets:
        length = int.from_bytes(octets[8:10], "little")
        pdus.append(unpack_pdu(octets[:length]))
        octets = octets[length:]
    return pdus


@pytest.mark.parametrize("profile", ["j-interop", "node-opc-da"])
def test_the_java_stack_and_its_port_activate_the_old_way_at_connect(profile: str) -> None:
    bind, auth3, alter, request = sent_by(profile)
    assert isinstance(bind, Bind)
    assert (bind.call_id, bind.flags, bind.max_xmit_frag, bind.max_recv_frag) == (0, WHOLE, 4280, 4280)
    assert [context.abstract.uuid for context in bind.contexts] == [RESOLVER]
    assert [len(context.transfers) for context in bind.contexts] == [1], (
        "neither NDR64 nor bind-time features"
    )
    assert bind.verifier is not None
    assert (bind.verifier.service, bind.verifier.level) == (AuthService.NTLM, AuthLevel.CONNECT)
    assert isinstance(auth3, Auth3)
    assert auth3.call_id == 0
    assert isinstance(alter, AlterContext)
    assert [context.abstract.uuid for context in alter.contexts] == [OLD_ACTIVATION]
    assert alter.verifier is None, "alter_context never carries a trailer"
    assert isinstance(request, Request)
    assert request.opnum == 0
    assert request.verifier is None, "at connect requests carry no trailer"
    assert request.stub[:4] == bytes([5, 0, 2, 0]), "COM 5.2"


def test_session_security_makes_the_same_activation_at_privacy() -> None:
    bind, _, alter, request = sent_by("j-interop", "privacy")
    assert isinstance(bind, Bind)
    assert bind.verifier is not None
    assert bind.verifier.level == AuthLevel.PRIVACY
    assert alter.verifier is None
    assert isinstance(request, Request)
    assert request.verifier is not None


def test_every_profile_is_served_by_an_unpatched_host() -> None:
    for profile in HABITS:
        assert sent_by(profile)
