"""IOPCGroupStateMgt and IOPCGroupStateMgt2 of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.opc.codes import DaCode
from opcross.opc.da.interfaces_generated import (
    IOPCGroupStateMgt2GetKeepAliveResult,
    IOPCGroupStateMgt2SetKeepAliveResult,
    IOPCGroupStateMgtCloneGroupResult,
    IOPCGroupStateMgtGetStateResult,
    IOPCGroupStateMgtSetStateResult,
)
from opcross.opc.da.model import GroupChange

if TYPE_CHECKING:
    from uuid import UUID

    from opcross.opc.da.exporter.group import GroupObject

__all__ = ["GroupStateFace", "check_deadband", "rate_hresult"]


class GroupStateFace:
    """Answers IOPCGroupStateMgt and IOPCGroupStateMgt2."""

    def __init__(self, group: GroupObject) -> None:
        self._group = group

    async def get_state(self) -> IOPCGroupStateMgtGetStateResult:
        """IOPCGroupStateMgt::GetState, opnum 3."""
        state = await self._group.service.state()
        return IOPCGroupStateMgtGetStateResult(
            update_rate=state.update_rate,
            active=state.active,
            name=self._group.name,
            time_bias=state.time_bias,
            percent_deadband=state.deadband,
            lcid=state.locale,
            client_group=state.client,
            server_group=self._group.server_handle,
        )

    async def set_state(
        self,
        *,
        requested_update_rate: int | None,
        active: int | None,
        time_bias: int | None,
        percent_deadband: float | None,
        lcid: int | None,
        client_group: int | None,
    ) -> IOPCGroupStateMgtSetStateResult:
        """IOPCGroupStateMgt::SetState, opnum 4: OPC_S_UNSUPPORTEDRATE for a rate that was revised."""
        group = self._group
        change = GroupChange(
            active=None if active is None else bool(active),
            update_rate=requested_update_rate,
            client=client_group,
            time_bias=time_bias,
            deadband=percent_deadband,
            locale=lcid,
        )
        check_deadband(percent_deadband)
        revised = await group.service.set_state(change)
        if change.active is not None:
            group.active = change.active
        if client_group is not None:
            group.client_handle = client_group
        return IOPCGroupStateMgtSetStateResult(
            revised_update_rate=revised, hresult=rate_hresult(requested_update_rate, revised)
        )

    async def set_name(self, *, name: str) -> int:
        """IOPCGroupStateMgt::SetName, opnum 5: OPC_E_DUPLICATENAME, E_INVALIDARG for an empty one."""
        self._group.client.check_name(name)
        await self._group.service.set_name(name)
        self._group.name = name
        return Hresult.S_OK

    async def clone_group(self, *, name: str, riid: UUID) -> IOPCGroupStateMgtCloneGroupResult:
        """IOPCGroupStateMgt::CloneGroup, opnum 6; the server names a clone that gets no name."""
        client = self._group.client
        client.check_name(name)
        client.check_room()
        clone = await client.adopt(await self._group.service.clone(name), riid, cloned=True)
        return IOPCGroupStateMgtCloneGroupResult(unk=clone.objref)

    async def set_keep_alive(self, *, keep_alive_time: int) -> IOPCGroupStateMgt2SetKeepAliveResult:
        """IOPCGroupStateMgt2::SetKeepAlive, opnum 7."""
        revised = await self._group.service.set_keep_alive(keep_alive_time)
        return IOPCGroupStateMgt2SetKeepAliveResult(
            revised_keep_alive_time=revised, hresult=rate_hresult(keep_alive_time, revised)
        )

    async def get_keep_alive(self) -> IOPCGroupStateMgt2GetKeepAliveResult:
        """IOPCGroupStateMgt2::GetKeepAlive, opnum 8."""
        state = await self._group.service.state()
        return IOPCGroupStateMgt2GetKeepAliveResult(keep_alive_time=state.keep_alive)


def rate_hresult(requested: int | None, revised: int) -> int:
    """OPC_S_UNSUPPORTEDRATE where a rate was asked for and another is kept."""
    return Hresult.S_OK if requested in (None, revised) else DaCode.S_UNSUPPORTEDRATE


def check_deadband(percent: float | None) -> None:
    """Raise E_INVALIDARG for a deadband outside 0 to 100, and for one that is no number."""
    if percent is not None and not 0 <= percent <= 100:
        raise HResultError(Hresult.E_INVALIDARG, f"a deadband of {percent} percent")
