"""IOPCServer: status, error texts, groups ([OPC DA] 3.0 section 4.3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opcross.codes import Hresult
from opcross.dcom.call_context import current_call
from opcross.dcom.interfaces_generated import IEnumString, IEnumUnknown
from opcross.errors import HResultError
from opcross.opc.common.cursor import Cursor
from opcross.opc.common.enumerators import string_enumerator, unknown_enumerator
from opcross.opc.da.exporter.group_state_face import check_deadband, rate_hresult
from opcross.opc.da.interfaces_generated import (
    OPCENUMSCOPE,
    OPCSERVERSTATUS,
    IOPCServerAddGroupResult,
    IOPCServerCreateGroupEnumeratorResult,
    IOPCServerGetErrorStringResult,
    IOPCServerGetGroupByNameResult,
    IOPCServerGetStatusResult,
)
from opcross.opc.da.model import GroupSettings

if TYPE_CHECKING:
    from uuid import UUID

    from opcross.dcom.com_class import ComObject
    from opcross.opc.da.exporter.session import ClientSession

__all__ = ["ServerFace"]

_PUBLIC: Final = (OPCENUMSCOPE.OPC_ENUM_PUBLIC, OPCENUMSCOPE.OPC_ENUM_PUBLIC_CONNECTIONS)


class ServerFace:
    """Answers IOPCServer."""

    def __init__(self, client: ClientSession) -> None:
        self._client = client

    async def add_group(
        self,
        *,
        name: str,
        active: int,
        requested_update_rate: int,
        client_group: int,
        time_bias: int | None,
        percent_deadband: float | None,
        lcid: int,
        riid: UUID,
    ) -> IOPCServerAddGroupResult:
        """IOPCServer::AddGroup, opnum 3: OPC_S_UNSUPPORTEDRATE for a rate that was revised."""
        self._client.check_name(name)
        self._client.check_room()
        check_deadband(percent_deadband)
        settings = GroupSettings(
            name=name,
            active=bool(active),
            update_rate=requested_update_rate,
            client=client_group,
            time_bias=time_bias,
            deadband=percent_deadband or 0.0,
            locale=lcid,
        )
        adopted = await self._client.adopt(await self._client.service.add_group(settings), riid)
        revised = adopted.state.update_rate
        return IOPCServerAddGroupResult(
            server_group=adopted.group.server_handle,
            revised_update_rate=revised,
            unk=adopted.objref,
            hresult=rate_hresult(requested_update_rate, revised),
        )

    async def get_error_string(self, *, error: int, locale: int) -> IOPCServerGetErrorStringResult:
        """IOPCServer::GetErrorString, opnum 4."""
        text = await self._client.service.error_text(error, locale)
        return IOPCServerGetErrorStringResult(string=text)

    async def get_group_by_name(self, *, name: str, riid: UUID) -> IOPCServerGetGroupByNameResult:
        """IOPCServer::GetGroupByName, opnum 5: E_INVALIDARG for none of that name."""
        group = self._client.find(name)
        return IOPCServerGetGroupByNameResult(unk=self._client.holdings.give(group, riid))

    async def get_status(self) -> IOPCServerGetStatusResult:
        """IOPCServer::GetStatus, opnum 6."""
        status = await self._client.service.status()
        major, minor, build = status.version
        return IOPCServerGetStatusResult(
            server_status=OPCSERVERSTATUS(
                start_time=status.start_time,
                current_time=status.current_time,
                last_update_time=status.last_update_time,
                server_state=status.state,
                group_count=status.group_count,
                band_width=status.band_width,
                major_version=major,
                minor_version=minor,
                build_number=build,
                vendor_info=status.vendor,
            )
        )

    async def remove_group(self, *, server_group: int, force: int) -> int:
        """IOPCServer::RemoveGroup, opnum 7: OPC_S_INUSE where the group lives until it is released."""
        return await self._client.remove(server_group, force=bool(force))

    async def create_group_enumerator(
        self, *, scope: int, riid: UUID
    ) -> IOPCServerCreateGroupEnumeratorResult:
        """IOPCServer::CreateGroupEnumerator, opnum 8: groups (IEnumUnknown) or names (IEnumString).

        There are no public groups. S_FALSE, and an empty enumerator, for no groups.
        """
        if scope not in tuple(OPCENUMSCOPE):
            raise HResultError(Hresult.E_INVALIDARG, f"no scope {scope}")
        groups = () if scope in _PUBLIC else self._client.groups
        enumerator: ComObject
        if riid == IEnumUnknown.iid:
            enumerator = unknown_enumerator(groups, self._client.holdings.give)
        elif riid == IEnumString.iid:
            enumerator = string_enumerator(Cursor.over([group.name for group in groups]))
        else:
            raise HResultError(Hresult.E_NOINTERFACE, f"groups are not enumerated by {riid}")
        return IOPCServerCreateGroupEnumeratorResult(
            unk=current_call().marshal(enumerator, riid),
            hresult=Hresult.S_OK if groups else Hresult.S_FALSE,
        )
