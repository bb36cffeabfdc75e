"""``opcross da status``: what a server says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from opcross.cli.da._output import Output
from opcross.cli.da._session import EXIT_FAILED, run_session
from opcross.errors import HResultError
from opcross.opc.da.model import ServerState
from opcross.opc.filetime import to_text

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from opcross.cli.da._connection import Connection
    from opcross.opc.da.model import ServerStatus
    from opcross.opc.da.service import DaSession

__all__ = ["tell_status"]

T = TypeVar("T")

_UNKNOWN_BANDWIDTH: Final = 0xFFFFFFFF


def tell_status(url: str, connection: Connection) -> int:
    """Print the status; the exit code."""
    output = Output(as_json=connection.json)

    async def work(session: DaSession) -> int:
        status = await session.status()
        organization = await _told(session.organization())
        locales = await _told(session.locales()) or ()
        state = _state(status)
        version = ".".join(str(part) for part in status.version)
        if output.as_json:
            output.record(
                {
                    "url": url,
                    "state": state,
                    "vendor": status.vendor,
                    "version": version,
                    "start_time": to_text(status.start_time) or None,
                    "current_time": to_text(status.current_time) or None,
                    "last_update_time": to_text(status.last_update_time) or None,
                    "groups": status.group_count,
                    "bandwidth": None if status.band_width == _UNKNOWN_BANDWIDTH else status.band_width,
                    "organization": None if organization is None else organization.name.lower(),
                    "locales": list(locales),
                }
            )
        else:
            output.pairs(
                [
                    ("state", state),
                    ("vendor", status.vendor),
                    ("version", version),
                    ("started", to_text(status.start_time)),
                    ("server's time", to_text(status.current_time)),
                    ("last update", to_text(status.last_update_time) or "none yet"),
                    ("groups", str(status.group_count)),
                    ("bandwidth", _bandwidth(status.band_width)),
                    ("address space", "not told" if organization is None else organization.name.lower()),
                    ("locales", ", ".join(f"{one} (0x{one:04x})" for one in locales) or "not told"),
                ]
            )
        return 0 if status.state in (ServerState.RUNNING, ServerState.TEST) else EXIT_FAILED

    return run_session(url, connection, work)


async def _told(answer: Awaitable[T]) -> T | None:
    """What a server says, or None: not every server can be browsed, or has IOPCCommon."""
    try:
        return await answer
    except HResultError:
        return None


def _state(status: ServerStatus) -> str:
    try:
        return ServerState(status.state).name.lower().replace("_", " ")
    except ValueError:
        return f"unknown ({status.state})"


def _bandwidth(band_width: int) -> str:
    return "not known" if band_width == _UNKNOWN_BANDWIDTH else f"{band_width} %"
