"""The sinks of IOPCShutdown: clients that are asked to leave ([OPC Common] 1.0, 3.4)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from opcross.errors import OpcrossError
from opcross.opc.common.connection_points import ConnectionPoint
from opcross.opc.common.interfaces_generated import IOPCShutdown, IOPCShutdownProxy

if TYPE_CHECKING:
    from collections.abc import Callable

    from opcross.dcom.com_class import ComObject
    from opcross.opc.common.background import Background
    from opcross.opc.common.connection_points import PointOptions
    from opcross.opc.common.holdings import Holdings
    from opcross.opc.common.sink import Sink

__all__ = ["ShutdownPoint"]


class ShutdownPoint:
    """Holds the sinks until the server shuts down."""

    def __init__(
        self,
        container: ComObject,
        *,
        options: PointOptions,
        holdings: Holdings,
        background: Background,
        report: Callable[[Exception], None],
    ) -> None:
        self._background = background
        self.point = ConnectionPoint(
            IOPCShutdown.iid,
            container,
            self._connect,
            options=options,
            holdings=holdings,
            background=background,
            report=report,
        )

    async def _connect(self, sink: Sink, cookie: int) -> _ShutdownSink:
        return _ShutdownSink(sink, self._background)

    async def tell(self, reason: str) -> tuple[OpcrossError, ...]:
        """Ask every client to leave, side by side; what kept some of them from hearing of it."""
        sinks = [one.sink for one in self.point.connections if isinstance(one, _ShutdownSink)]
        results = await asyncio.gather(*(_ask(sink, reason) for sink in sinks))
        return tuple(error for error in results if error is not None)


async def _ask(sink: Sink, reason: str) -> OpcrossError | None:
    try:
        await IOPCShutdownProxy(sink).shutdown_request(reason=reason)
    except OpcrossError as error:
        return error
    return None


class _ShutdownSink:
    """A sink that waits for one call."""

    def __init__(self, sink: Sink, background: Background) -> None:
        self.sink = sink
        self._background = background

    def close(self, *, at_once: bool = False) -> None:
        """Give the sink back."""
        self._background.start(self.sink.release())
