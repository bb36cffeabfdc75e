"""scapy's client, which verifies our signatures: NTLM and SPNEGO, at every level, in every phase."""

from __future__ import annotations

import pytest

from opcross.codes import RpcStatus
from opcross.levels import AuthLevel
from tests.strangers.hosting import CLSID, PASSWORD, USER, HostInThread, unused_address

pytest.importorskip("scapy")

from tests.strangers.scapy_dcom import Answer, ScapyClient
from tests.strangers.tampering import Tamperer

pytestmark = [pytest.mark.strangers("scapy"), pytest.mark.usefixtures("port_135")]

SAFE = [AuthLevel.INTEGRITY, AuthLevel.PRIVACY]
GATED = [AuthLevel.CONNECT, AuthLevel.PKT]
BOTH = pytest.mark.parametrize("spnego", [False, True], ids=["ntlm", "spnego"])


def client(source: str, level: AuthLevel, *, spnego: bool) -> ScapyClient:
    return ScapyClient(source, level=int(level), user=USER, password=PASSWORD, spnego=spnego)


@BOTH
@pytest.mark.parametrize("phase", ["unpatched", "2021-10", "2022-06", "2023-03"])
@pytest.mark.parametrize("level", SAFE, ids=lambda each: each.word)
def test_integrity_and_privacy_are_served_and_our_signatures_hold(
    level: AuthLevel, phase: str, spnego: bool
) -> None:
    with HostInThread(phase) as server:
        scapy = client(unused_address(), level, spnego=spnego)
        try:
            instance = scapy.activate(server.address, CLSID)
            status = scapy.status(instance)
            assert status.dwServerState == 1
            assert status.valueof("szVendorInfo") == b"Opcross simulated OPC DA server"
            assert [row.clsid for row in server.objects()] == [CLSID]
            scapy.release(instance)
            assert server.objects() == ()
            assert server.events(10036) == []
        finally:
            scapy.close()


@BOTH
@pytest.mark.parametrize("phase", ["2022-06", "2022-11", "2023-03"])
@pytest.mark.parametrize("level", GATED, ids=lambda each: each.word)
def test_less_is_refused_by_a_hardened_host(level: AuthLevel, phase: str, spnego: bool) -> None:
    source = unused_address()
    with HostInThread(phase, lenient=True) as server:
        scapy = client(source, level, spnego=spnego)
        try:
            with pytest.raises(Answer) as refusal:
                scapy.activate(server.address, CLSID)
        finally:
            scapy.close()
        assert (refusal.value.kind, refusal.value.code) == ("fault", RpcStatus.ACCESS_DENIED)
        (event,) = server.events(10036)
        assert (event.event.value("User Name"), event.event.value("Client IP Address")) == (USER, source)
        assert server.objects() == ()


@BOTH
@pytest.mark.parametrize("phase", ["unpatched", "2021-06", "2021-10"])
@pytest.mark.parametrize("level", GATED, ids=lambda each: each.word)
def test_less_is_served_while_the_gate_is_off(level: AuthLevel, phase: str, spnego: bool) -> None:
    with HostInThread(phase, lenient=True) as server:
        scapy = client(unused_address(), level, spnego=spnego)
        try:
            assert scapy.status(scapy.activate(server.address, CLSID)).dwServerState == 1
        finally:
            scapy.close()
        assert len(server.events(10036)) == (1 if phase == "2021-10" else 0)


@BOTH
@pytest.mark.parametrize("level", SAFE, ids=lambda each: each.word)
def test_scapy_would_notice_a_signature_that_does_not_hold(level: AuthLevel, spnego: bool) -> None:
    """The oracle's own test: with one flipped bit in the answer scapy drops it, without one all is well."""
    with HostInThread("2023-03") as server, Tamperer(server.address) as relay:
        for flips in (0, 1):
            relay.flips = flips
            scapy = client(unused_address(), level, spnego=spnego)
            try:
                if flips:
                    with pytest.raises(Answer, match="none that scapy would take"):
                        scapy.activate(server.address, CLSID, through=relay.address)
                else:
                    scapy.activate(server.address, CLSID, through=relay.address)
            finally:
                scapy.close()
        assert relay.flips == 0
