"""The simulated network: an asyncio loop on a virtual clock, and hosts and links in memory.

::

    network = Network(seed=7)
    server = network.host("SERVER", ["10.0.0.5"])
    client = network.host("CLIENT", ["10.0.0.9"])
    network.set_link(client, server, LinkQuality(latency=0.020))
    run(main(), network=network)

Programs use plain asyncio. ``create_server`` binds to the host that owns the address; ``create_connection``
starts from the host of ``local_addr``, or of ``with host.running():``. What a segment meets on its way
(filters, cables, links) stands in :meth:`Network.send`; firewalls and address translation join as
:class:`Filter`. The modules, from the ground up: ``segments``, ``halves``, ``connections`` (TCP),
``links``, ``filters``, ``hosts``, ``network``, ``transports``, ``servers``, ``loop``, ``runs``.
"""

from __future__ import annotations

from opcross_simulators.network.filters import Filter
from opcross_simulators.network.hosts import Host, current_host
from opcross_simulators.network.limits import BudgetSpent, Limits, Stalled
from opcross_simulators.network.links import LAN, LOOPBACK, Link, LinkQuality
from opcross_simulators.network.loop import WALL_START, SimulatedLoop
from opcross_simulators.network.network import DEFAULT_HOST, Network
from opcross_simulators.network.runs import run
from opcross_simulators.network.segments import Flags, Segment, Verdict
from opcross_simulators.network.servers import SimulatedServer
from opcross_simulators.network.tcp import Segmentation, TcpOptions
from opcross_simulators.network.transports import SimulatedTransport

__all__ = [
    "DEFAULT_HOST",
    "LAN",
    "LOOPBACK",
    "WALL_START",
    "BudgetSpent",
    "Filter",
    "Flags",
    "Host",
    "Limits",
    "Link",
    "LinkQuality",
    "Network",
    "Segment",
    "Segmentation",
    "SimulatedLoop",
    "SimulatedServer",
    "SimulatedTransport",
    "Stalled",
    "TcpOptions",
    "Verdict",
    "current_host",
    "run",
]
