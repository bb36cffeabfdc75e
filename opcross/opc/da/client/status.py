"""What a server tells of itself: GetStatus, locales, error texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opcross.codes import Hresult
from opcross.errors import HResultError, Refused, TransportLost
from opcross.opc.codes import code_text
from opcross.opc.da.client.answers import given
from opcross.opc.da.model import ServerState, ServerStatus

if TYPE_CHECKING:
    from opcross.opc.common.interfaces_generated import IOPCCommonProxy
    from opcross.opc.da.client.connection import ServerConnection

__all__ = ["error_text", "locale", "locales", "status"]


async def status(connection: ServerConnection) -> ServerStatus:
    """IOPCServer::GetStatus."""
    got = given((await connection.server.get_status()).server_status, "IOPCServer::GetStatus")
    state: ServerState | int = int(got.server_state)
    if state in tuple(ServerState):
        state = ServerState(state)
    return ServerStatus(
        start_time=got.start_time,
        current_time=got.current_time,
        last_update_time=got.last_update_time,
        state=state,
        group_count=got.group_count,
        band_width=got.band_width,
        version=(got.major_version, got.minor_version, got.build_number),
        vendor=got.vendor_info or "",
    )


def _common(connection: ServerConnection) -> IOPCCommonProxy:
    if connection.common is None:
        raise HResultError(Hresult.E_NOTIMPL, "the server has no IOPCCommon")
    return connection.common


async def locales(connection: ServerConnection) -> tuple[int, ...]:
    """IOPCCommon::QueryAvailableLocaleIDs; none where the server does not know of locales."""
    if connection.common is None:
        return ()
    got = await connection.common.query_available_locale_ids()
    return () if got.lcid is None else tuple(got.lcid.tolist())


async def locale(connection: ServerConnection) -> int:
    """IOPCCommon::GetLocaleID."""
    return (await _common(connection).get_locale_id()).lcid


async def set_locale(connection: ServerConnection, lcid: int) -> None:
    """IOPCCommon::SetLocaleID."""
    await _common(connection).set_locale_id(lcid=lcid)


async def error_text(connection: ServerConnection, code: int, lcid: int | None) -> str:
    """The server's words, by IOPCCommon for the session's locale, else by IOPCServer; ours if it has none."""
    try:
        if lcid is None and connection.common is not None:
            text = (await connection.common.get_error_string(error=code)).string
        else:
            text = (await connection.server.get_error_string(error=code, locale=lcid or 0)).string
    except TransportLost:
        raise
    except Refused:
        text = ""
    return text or code_text(code)
