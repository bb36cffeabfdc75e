"""``opcross da servers``: the OPC servers of a host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opcross.cli.da._output import Output, tell
from opcross.cli.da._session import NotConnected, host_question, run
from opcross.errors import OpcrossError
from opcross.provider_url import parse_host
from opcross.providers import list_da_servers

if TYPE_CHECKING:
    from opcross.cli.da._connection import Connection

__all__ = ["list_servers"]


def list_servers(host: str, connection: Connection) -> int:
    """Print what OPCEnum tells; the exit code."""
    at = parse_host(host)
    options = connection.options()
    output = Output(as_json=connection.json)

    async def work() -> int:
        try:
            found = await list_da_servers(at, options)
        except OpcrossError as error:
            raise NotConnected(error, the_list=True) from error
        with output.rows("PROGID", "VERSIONS", "CLSID", "DESCRIPTION") as rows:
            for server in found:
                record = {
                    "prog_id": server.prog_id,
                    "version_independent": server.version_independent or None,
                    "clsid": str(server.clsid),
                    "versions": list(server.versions),
                    "description": server.description,
                    "url": str(server.url(at)),
                }
                cells = (server.prog_id, ", ".join(server.versions), str(server.clsid), server.description)
                rows.add(cells, record)
        if not found:
            tell(f"opcross: {at} tells of no OPC Data Access server")
        return 0

    return run(work, host_question(at, connection.user, options))
