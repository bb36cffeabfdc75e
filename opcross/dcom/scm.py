"""The service control manager of a host: what listens on port 135 ([MS-DCOM] 3.1.2).

A resolver for the host's exporters and an activator for its classes, as one dispatcher; and the task
that collects what dead clients have left behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from opcross.dcom.activation.activator import Activator
from opcross.dcom.activation.face import ActivationFace
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.exporter import ObjectExporter
from opcross.dcom.gate import Gate, OpenGate
from opcross.dcom.ping_sets import DEFAULT_PING_LIMITS, PingLimits
from opcross.dcom.resolver import OxidResolver
from opcross.dcom.resolver_books import ResolverBooks
from opcross.dcom.version import COM_5_7, ComVersion
from opcross.rpc.call import Call, Caller, SyntaxId
from opcross.rpc.router import Router

__all__ = ["SWEEP_PERIOD", "Scm", "sweep"]

SWEEP_PERIOD: Final = 10.0
"""Seconds between two looks at the timers; an object outlives its time by no more than this."""


async def sweep(books: ResolverBooks, period: float = SWEEP_PERIOD) -> None:
    """Collect for ever, until cancelled."""
    while True:
        await asyncio.sleep(period)
        books.collect()


class Scm:
    """A :class:`~opcross.rpc.call.Dispatcher` for IOXIDResolver, IRemoteActivation and IRemoteSCMActivator.

    ``bindings`` (addresses without endpoints) are what ServerAlive2 tells; they may be set later.
    """

    def __init__(
        self,
        *,
        entropy: Callable[[int], bytes],
        now: Callable[[], float],
        gate: Gate | None = None,
        activator: Activator | None = None,
        bindings: DualStringArray | None = None,
        version: ComVersion = COM_5_7,
        ping_limits: PingLimits = DEFAULT_PING_LIMITS,
    ) -> None:
        gate = OpenGate() if gate is None else gate
        self.books: Final = ResolverBooks(entropy=entropy, now=now, limits=ping_limits)
        self.resolver: Final = OxidResolver(self.books, gate=gate, bindings=bindings, version=version)
        self.activator: Final = Activator(gate=gate, version=version) if activator is None else activator
        self._router = Router(self.resolver, ActivationFace(self.activator))

    def add_exporter(self, exporter: ObjectExporter) -> None:
        """Answer for an exporter: resolutions, pings and collection."""
        self.books.register(exporter)

    def remove_exporter(self, exporter: ObjectExporter) -> None:
        """Forget an exporter whose process ended."""
        self.books.unregister(exporter)

    def client_holds_objects(self, caller: Caller) -> bool:
        """Whether this client holds objects in any exporter of the host."""
        return any(exporter.client_holds_objects(caller) for exporter in self.books.exporters)

    async def run(self, period: float = SWEEP_PERIOD) -> None:
        """Collect for ever; the host runs this as a task."""
        await sweep(self.books, period)

    def accepts(self, interface: SyntaxId) -> bool:
        """The three interfaces, version 0.0."""
        return self._router.accepts(interface)

    async def call(self, call: Call) -> bytes:
        """Answer one call."""
        return await self._router.call(call)
