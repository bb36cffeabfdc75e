"""A simulated host with the OPC DA server, in a process of its own, so that two processes share a bench.

It prints its port, and ends when its standard input closes. Asked for ``memory`` there, it prints its
resident set in octets. The argument is how many items its plant has; each changes whenever it is sampled.
"""

from __future__ import annotations

import asyncio
import sys

from benches.rpc_server_process import PASSWORD, USER, resident
from opcross.ndr import VarType
from opcross.net import entropy, wall_time
from opcross_simulators.plant import Signal, SignalKind, SimulatedPlant, generated
from opcross_simulators.servers import OPC_ENUM
from opcross_simulators.servers.da import DaServerSettings
from opcross_simulators.servers.opc_da import VENDOR, opc_da
from opcross_simulators.windows.config import AccountConfig, HostConfig
from opcross_simulators.windows.host import WindowsHost
from opcross_simulators.windows.identities import this_user

__all__ = ["ADDRESS", "item_plant"]

ADDRESS = "127.0.0.1"
_FASTEST = 1
"""Milliseconds between updates, so that the rate is never what limits them."""


def item_plant(count: int) -> SimulatedPlant:
    """Items of VT_R8 that have another value in each millisecond."""
    signal = Signal(kind=SignalKind.COUNTER, low=0.0, high=1e9, period=0.001)
    return generated(count, vartype=VarType.R8, signal=signal, scan_rate=0.0, start=wall_time())


async def main(count: int) -> None:
    plant = item_plant(count)
    settings = DaServerSettings(vendor=VENDOR, base_rate=_FASTEST)
    config = HostConfig(
        name="BENCH",
        address=ADDRESS,
        port=0,
        accounts=(AccountConfig(USER, PASSWORD),),
        identity=this_user(USER),
    )
    host = WindowsHost(
        config,
        entropy=entropy,
        wall_time=wall_time,
        classes=(opc_da(make_plant=lambda: plant, settings=settings), OPC_ENUM),
    )
    await host.start()
    print(host.port, flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if line.strip() == "memory":
            print(resident(), flush=True)
    await host.stop()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
