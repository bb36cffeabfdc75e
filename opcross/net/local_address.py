"""Which of our addresses a host sees, found out without sending anything."""

from __future__ import annotations

import asyncio

from opcross.errors import TransportLost

__all__ = ["local_address_towards"]


async def local_address_towards(host: str, port: int) -> str:
    """The address from which this machine would call ``host``.

    A datagram socket is connected, which asks the routing table and sends nothing. Raises
    :class:`~opcross.errors.TransportLost` for a host without a way to it.
    """
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=(host, port))
    except OSError as error:
        raise TransportLost(f"cannot connect: {error}", endpoint=f"{host}[{port}]") from error
    try:
        return str(transport.get_extra_info("sockname")[0])
    finally:
        transport.close()
