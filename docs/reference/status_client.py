# ruff: noqa: T201  (an example speaks to its reader)
"""Ask a host for the simulated OPC server and read its status: HOST PORT USER PASSWORD."""

import asyncio
import sys
from uuid import UUID

from opcross.dcom import DcomClient, ImporterOptions
from opcross.errors import Refused
from opcross.levels import AuthLevel, AuthService
from opcross.net import RpcConnector, entropy
from opcross.opc.da.interfaces_generated import IOPCServer, IOPCServerProxy
from opcross.rpc import ChannelSecurity
from opcross.rpc.security import Credentials

CLSID = UUID("3a30b0f5-f37b-5dc7-bba8-e4f35331dec6")  # Opcross.Simulation.1


async def main(host: str, port: int, user: str, password: str) -> None:
    """Activate, call, release."""
    security = ChannelSecurity(AuthLevel.INTEGRITY, AuthService.NTLM, Credentials(user, password))
    options = ImporterOptions(security=security, resolver_port=port, timeout=10.0)
    client = DcomClient(RpcConnector(), host, entropy=entropy, options=options)
    try:
        remote = await client.activate(CLSID, [IOPCServer.iid])
        answer = await IOPCServerProxy(remote.interface(IOPCServer.iid)).get_status()
        print(answer.server_status)
    except Refused as refusal:
        print("refused:", refusal)
    finally:
        await client.close()


asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]))
