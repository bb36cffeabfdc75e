"""Calls with damaged parameters, properly signed: activation blobs, pings, OBJREFs, strings, counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from opcross.codes import RpcStatus
from opcross.dcom.client import DcomClient
from opcross.dcom.rem_unknown import IID_IREMUNKNOWN
from opcross.errors import Refused
from opcross.levels import AuthLevel
from opcross.opc.common.interfaces_generated import IOPCCommon, IOPCServerList
from opcross.rpc.call import ChannelSecurity, Endpoint
from opcross_simulators.servers.opc_da import OPC_DA
from opcross_simulators.servers.opc_enum import OPC_ENUM
from tests.fuzz.conversations import RecordedCall, calls
from tests.fuzz.mutations import Change, changes, damaged
from tests.fuzz.target import ATTACKER, IID_IOPCSERVER, SERVER, Target, credentials, play

CALLS_AT_ONCE = 12
"""Calls in one example."""

Order = tuple[RecordedCall, list[Change], int | None]
_CALLS = st.deferred(lambda: st.sampled_from(calls()))


@st.composite
def damaged_calls(draw: st.DrawFn) -> Order:
    """A good call, what is done to its stub, and perhaps another opnum."""
    opnum = draw(st.none() | st.none() | st.none() | st.integers(0, 70))
    return draw(_CALLS), draw(changes()), opnum


async def _objects(client: DcomClient) -> dict[UUID, UUID]:
    """Live objects of the attacker: the IPID of each interface that the recorded calls want."""
    server = await client.activate(OPC_DA.clsid, [IID_IOPCSERVER, IOPCCommon.iid])
    browser = await client.activate(OPC_ENUM.clsid, [IOPCServerList.iid])
    found = {iid: server.interface(iid).ipid for iid in (IID_IOPCSERVER, IOPCCommon.iid)}
    found[IOPCServerList.iid] = browser.interface(IOPCServerList.iid).ipid
    return found


async def _call_all(target: Target, orders: Iterable[Order], level: AuthLevel) -> list[int]:
    holder = target.client(AuthLevel.PRIVACY, source=ATTACKER)
    ipids = await _objects(holder)
    connector = target.connector(ATTACKER)
    security = ChannelSecurity(level, credentials=credentials())
    statuses = []
    for call, damage, opnum in orders:
        channel = await connector.open(Endpoint(SERVER, call.port), security)
        ipid = None
        if call.object is not None:
            ipid = ipids.get(call.interface.uuid, call.object)
        try:
            await channel.call(
                call.interface,
                call.opnum if opnum is None else opnum,
                damaged(call.stub, damage),
                object=ipid,
                timeout=120.0,
            )
            statuses.append(0)
        except Refused as refusal:
            statuses.append(refusal.code)
        finally:
            await channel.close()
    await holder.close(release=False)
    return statuses


@given(st.lists(damaged_calls(), min_size=1, max_size=CALLS_AT_ONCE))
def test_signed_calls_with_damaged_parameters_are_answered(
    orders: list[Order],
) -> None:
    async def main(target: Target) -> None:
        statuses = await _call_all(target, orders, AuthLevel.PRIVACY)
        assert len(statuses) == len(orders)
        assert RpcStatus.UNSPEC not in statuses, "the host itself stumbled"
        await target.check()

    play(main)


@given(st.lists(st.tuples(_CALLS, st.binary(max_size=200)), min_size=1, max_size=8))
def test_signed_calls_with_noise_for_parameters_are_answered(
    orders: list[tuple[RecordedCall, bytes]],
) -> None:
    async def main(target: Target) -> None:
        noise: list[Order] = [(replace(call, stub=stub), [], None) for call, stub in orders]
        assert RpcStatus.UNSPEC not in await _call_all(target, noise, AuthLevel.INTEGRITY)
        await target.check()

    play(main)


def test_undamaged_calls_reach_their_methods() -> None:
    """The bench's own test: without damage none of the recorded calls is taken for bad parameters."""

    async def main(target: Target) -> None:
        orders: list[Order] = [(call, [], None) for call in calls() if call.interface.uuid != IID_IREMUNKNOWN]
        statuses = await _call_all(target, orders, AuthLevel.PRIVACY)
        assert RpcStatus.BAD_STUB_DATA not in statuses
        assert statuses.count(0) >= len(orders) - 2
        await target.check()

    play(main)
