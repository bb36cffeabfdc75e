"""A simulated host beside a blocking test: on a loop of its own, in a thread of its own, recorded."""

from __future__ import annotations

import asyncio
import itertools
import os
import secrets
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from opcross.hardening import parse_month
from opcross.net.clock import wall_time
from opcross_harness.recording import RecordedLoop
from opcross_simulators.servers.opc_da import OPC_DA
from opcross_simulators.servers.opc_enum import OPC_ENUM
from opcross_simulators.windows.config import AccountConfig, HostConfig
from opcross_simulators.windows.host import WindowsHost

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from opcross.hardening import EventRecord
    from opcross_harness.recording import Entry
    from opcross_simulators.windows.host import ObjectRow
    from opcross_simulators.windows.installation import InstalledClass

__all__ = ["CLSID", "IID_IOPCCOMMON", "IID_IOPCSERVER", "PASSWORD", "USER", "HostInThread", "unused_address"]

USER, PASSWORD = "OPERATOR", "plant-7"
CLSID = OPC_DA.clsid
IID_IOPCSERVER = UUID("39c13a4d-011e-11d0-9675-0020afd8adb3")
IID_IOPCCOMMON = UUID("f31dfde2-07b6-11d2-b2d8-0060083ba1fb")
_NUMBERS = itertools.count(1)
T = TypeVar("T")


def unused_address() -> str:
    """A loopback address that no other test of this machine has, as far as process ids tell."""
    process = os.getpid() & 0x1FFF
    return f"127.{32 + (process >> 8)}.{process & 0xFF}.{next(_NUMBERS) % 250 + 1}"


class HostInThread:
    """A context manager: the host runs inside it. ``settings`` are those of :class:`HostConfig`."""

    def __init__(
        self,
        phase: str = "2023-03",
        *,
        port: int = 135,
        classes: tuple[InstalledClass, ...] = (OPC_DA, OPC_ENUM),
        **settings: Any,
    ) -> None:
        self._config = HostConfig(
            name="OPCSRV",
            address=unused_address(),
            phase=parse_month(phase),
            port=port,
            accounts=(AccountConfig(USER, PASSWORD),),
            **settings,
        )
        self._classes = classes
        self._loop = RecordedLoop()
        self._thread = threading.Thread(target=self._run, name="simulated host", daemon=True)
        self._opened: Future[WindowsHost] = Future()
        self._stop = asyncio.Event()
        self._failed: list[dict[str, Any]] = []
        self.told: list[str] = []
        self.host: WindowsHost

    @property
    def address(self) -> str:
        return self._config.address

    @property
    def entries(self) -> list[Entry]:
        """What went over its wires so far."""
        return list(self._loop.recording.entries)

    def events(self, event_id: int) -> list[EventRecord]:
        """The events of this number in its System log."""
        return [record for record in tuple(self.host.log) if record.event.event_id == event_id]

    def objects(self) -> tuple[ObjectRow, ...]:
        return self._call(self._async(self.host.objects))

    async def _async(self, function: Any) -> Any:
        return function()

    def _call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    def __enter__(self) -> HostInThread:
        self._thread.start()
        self.host = self._opened.result(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()
        assert self._failed == []

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._loop.set_exception_handler(lambda _, context: self._failed.append(context))
        host = WindowsHost(
            self._config,
            entropy=secrets.token_bytes,
            wall_time=wall_time,
            classes=self._classes,
            tell=self.told.append,
        )
        try:
            await host.start()
        except BaseException as error:
            self._opened.set_exception(error)
            raise
        self._opened.set_result(host)
        try:
            await self._stop.wait()
        finally:
            await host.stop()
