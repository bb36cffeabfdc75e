"""Keeps remote objects alive: one ping set per resolver, one ping per period ([MS-DCOM] 3.2.6.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from opcross.codes import RpcStatus
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.import_table import HeldObject
from opcross.dcom.object_table import PING_PERIOD
from opcross.dcom.ping_plan import ComplexPing, PingPlan, SimplePing
from opcross.errors import OpcrossError, Refused

__all__ = ["Pinger"]

_GONE: Final = (RpcStatus.OR_INVALID_SET, RpcStatus.OR_INVALID_OID)

Send = Callable[[DualStringArray, SimplePing | ComplexPing], Awaitable[int]]


async def _stay(resolver: DualStringArray) -> None:
    """Nothing is kept for a resolver."""


class Pinger:
    """Pings from its first object on until :meth:`close`.

    ``send`` carries a ping to a resolver and gives the SETID that it answered with. A ping that fails
    is tried again a period later, unless nothing is left to keep alive: the server forgives two that are
    lost, and forgets by itself what nobody pings. ``report`` hears of failures, ``retire`` of resolvers
    that need no pings any more.
    """

    def __init__(
        self,
        send: Send,
        *,
        period: float = PING_PERIOD,
        report: Callable[[OpcrossError], None] = lambda error: None,
        retire: Callable[[DualStringArray], Awaitable[None]] = _stay,
    ) -> None:
        self._send = send
        self._retire = retire
        self._period = period
        self._report = report
        self._plans: dict[DualStringArray, PingPlan] = {}
        self._task: asyncio.Task[None] | None = None
        self.paused = False
        """Set, it sends nothing by itself: a client that forgot to ping, to the server's eyes."""

    def add(self, held: HeldObject) -> None:
        """Keep this object alive, unless its exporter said that it needs no pings."""
        if not held.pinged:
            return
        self._plans.setdefault(held.resolver, PingPlan()).add(held.oid)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def remove(self, held: HeldObject) -> None:
        """Stop to keep this object alive; the resolver is told with the next ping."""
        plan = self._plans.get(held.resolver)
        if plan is not None:
            plan.remove(held.oid)

    async def ping(self) -> None:
        """Ping every resolver once, now, side by side: one that is gone keeps nobody else waiting."""
        due = [(resolver, plan, plan.next()) for resolver, plan in self._plans.items()]
        await asyncio.gather(*(self._ping(resolver, plan, ping) for resolver, plan, ping in due if ping))
        for resolver, plan, _ in due:
            if plan.idle and self._plans.get(resolver) is plan:
                del self._plans[resolver]
                await self._retire(resolver)

    async def close(self) -> None:
        """Stop. What is still held dies six minutes later at the server."""
        task, self._task = self._task, None
        self._plans.clear()
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._period)
            if not self.paused:
                await self.ping()

    async def _ping(self, resolver: DualStringArray, plan: PingPlan, ping: SimplePing | ComplexPing) -> None:
        try:
            plan.succeeded(ping, await self._send(resolver, ping))
        except Refused as refusal:
            if refusal.code in _GONE:
                plan.set_is_gone()
            self._failed(plan, refusal)
        except OpcrossError as error:
            self._failed(plan, error)

    def _failed(self, plan: PingPlan, error: OpcrossError) -> None:
        if plan.empty:
            plan.set_is_gone()
        self._report(error)
