"""Providers: what is made from a URL and options, and what is closed behind it."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from opcross import providers
from opcross.codes import NtStatus
from opcross.errors import FileError, TransportLost
from opcross.levels import AuthLevel, AuthService
from opcross.net import local_address_towards
from opcross.provider_url import HostPort, SimulatedUrl
from opcross.providers import CallbackOptions, ConnectOptions, DaServer, connect_da
from opcross.rpc.security import Credentials

HERE = HostPort("127.0.0.1")
CLSID = UUID("3a30b0f5-f37b-5dc7-bba8-e4f35331dec6")
OPERATOR = Credentials("operator", "hunter2", "PLANT")


async def test_a_simulated_service_is_its_own_each_time() -> None:
    one = await connect_da(SimulatedUrl("standard"), ConnectOptions(credentials=OPERATOR))
    other = await connect_da(SimulatedUrl("standard"), ConnectOptions())
    assert one.service is not other.service
    assert one.caller.user == "PLANT\\operator"
    assert other.caller.user == ""
    await one.close()
    await other.close()


async def test_without_the_simulators_sim_urls_lead_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product can be installed without the test bench."""
    monkeypatch.setattr(providers, "entry_points", lambda **selection: ())
    with pytest.raises(FileError, match="no simulated servers are installed"):
        await connect_da(SimulatedUrl("standard"), ConnectOptions())


@pytest.mark.parametrize("prog_id", ["Vendor.Server.1", ""])
def test_a_server_of_a_host_has_a_url_that_needs_no_opcenum(prog_id: str) -> None:
    url = DaServer(prog_id=prog_id, clsid=CLSID).url(HERE)
    assert url.clsid == CLSID
    assert str(url).endswith(f"/{CLSID}")


async def test_the_address_of_callbacks_is_the_one_that_the_host_sees() -> None:
    assert await local_address_towards("127.0.0.1", 135) == "127.0.0.1"
    with pytest.raises(TransportLost):
        await local_address_towards("no-such-host.invalid", 135)


async def test_callbacks_take_the_first_free_port_of_a_range() -> None:
    taken = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    async with taken:
        port = taken.sockets[0].getsockname()[1]
        host = await providers._callback_host(HERE, ConnectOptions(), CallbackOptions(ports=(port, 0)))
        await host.close()
        with pytest.raises(TransportLost, match="cannot listen"):
            await providers._callback_host(HERE, ConnectOptions(), CallbackOptions(ports=(port,)))


async def test_references_name_the_address_that_the_user_gave() -> None:
    """A host behind a redirection of addresses reaches us elsewhere than where we listen."""
    host = await providers._callback_host(HERE, ConnectOptions(), CallbackOptions(address="192.0.2.7"))
    assert {endpoint.host for endpoint in host.exporter.bindings.endpoints(0)} == {"192.0.2.7"}
    await host.close()


def test_only_the_account_that_we_know_is_let_in() -> None:
    doors = providers._Doors(OPERATOR, CallbackOptions())
    accounts = doors._accounts
    for domain in ("PLANT", "OTHERHOST", ""):
        assert accounts.nt_hash(domain, "Operator") == OPERATOR.response_key()
    assert accounts.nt_hash("PLANT", "engineer") is None
    assert accounts.status("PLANT", "engineer") == NtStatus.NO_SUCH_USER
    assert not doors._policy.allow_anonymous
    assert providers._Doors(None, CallbackOptions(anonymous=True))._policy.allow_anonymous
    assert doors.acceptor(AuthService.NTLM, AuthLevel.INTEGRITY) is not None
    assert doors.acceptor(AuthService.KERBEROS, AuthLevel.INTEGRITY) is None
