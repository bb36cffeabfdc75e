"""A small plant before a simulated server, on the virtual clock; the plant remembers what it was asked."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np

from opcross.errors import HResultError
from opcross.ndr import Variant, VarType
from opcross.opc.caller import NOBODY
from opcross.opc.da.batch import Batch, WriteBatch
from opcross.opc.da.model import AccessRights, Change, GroupSettings, ItemDefinition
from opcross_simulators.network import SimulatedLoop, run
from opcross_simulators.plant import Behaviour, PlantItem, Signal, SignalKind, SimulatedItem, SimulatedPlant
from opcross_simulators.servers.da import DaServerSettings, SimulatedDaService
from opcross_simulators.servers.da.group import SimulatedGroup
from opcross_simulators.servers.da.session import SimulatedSession

NOBODY_THERE = 0xFFFFFFFE
"""A server handle that no group gave."""

_BOTH = AccessRights.READABLE | AccessRights.WRITEABLE
_COUNTER = Signal(kind=SignalKind.COUNTER, low=0.0, high=1e9, period=0.001)


def virtual(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run an asynchronous test on a loop whose clock jumps."""

    @functools.wraps(test)
    def on_the_virtual_clock() -> None:
        run(test())

    return on_the_virtual_clock


def loop_of_the_run() -> SimulatedLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SimulatedLoop)
    return loop


def item(
    item_id: str,
    vartype: int = VarType.R8,
    value: Any = None,
    *,
    rights: AccessRights = _BOTH,
    signal: Signal | None = None,
    **more: Any,
) -> SimulatedItem:
    described = PlantItem(
        item_id=item_id, path=tuple(item_id.split(".")), vartype=vartype, rights=rights, **more
    )
    return SimulatedItem(described, Behaviour(signal=signal or Signal(value=value)))


ITEMS = (
    item("Level", value=50.0, eu_range=(0.0, 100.0), units="%", description="Level of the tank"),
    item("Other", value=1.0),
    item("Integer", VarType.I4, 7),
    item("Small", VarType.I2, 1),
    item("Text", VarType.BSTR, "one"),
    item("Numbers", VarType.ARRAY | VarType.R8, [1.0, 2.0]),
    item("Clock", signal=_COUNTER, rights=AccessRights.READABLE),
    item("Secret", rights=AccessRights.WRITEABLE),
    item("Contact", VarType.BOOL, value=True, eu_labels=("open", "closed")),
    item("Mode", VarType.I4, 0, eu_labels=("off", "on", "automatic")),
)


class ListeningPlant(SimulatedPlant):
    """A plant that remembers which items were asked for, call by call."""

    def __init__(self, items: Any = ITEMS, **options: Any) -> None:
        super().__init__(items, start=loop_of_the_run().wall_time(), **options)
        self.asked: list[list[str]] = []

    def sample(self, items: np.ndarray, now: int) -> Batch:
        self.asked.append([self.items[int(number)].item_id for number in items])
        return super().sample(items, now)


class Bench:
    """A server, one client's session, and the ways that tests go."""

    def __init__(self, settings: DaServerSettings | None = None, items: Any = ITEMS, **options: Any) -> None:
        self.plant = ListeningPlant(items, **options)
        self.service = SimulatedDaService(
            self.plant, wall_time=loop_of_the_run().wall_time, settings=settings
        )
        self.session: SimulatedSession

    async def __aenter__(self) -> Bench:
        self.session = await self.service.open(NOBODY)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.service.close()

    async def group(self, *item_ids: str, **settings: Any) -> tuple[SimulatedGroup, np.ndarray]:
        """A group with these items under the client handles 1, 2, and so on; and their server handles."""
        group = await self.session.add_group(GroupSettings(**settings))
        return group, await add(group, *item_ids)

    def put(self, item_id: str, value: Any) -> None:
        """Let the plant have another value."""
        number = self.plant.find(item_id)
        assert number is not None
        written = WriteBatch.of(Variant(self.plant.items[number].vartype, value))
        errors = self.plant.write(np.array([number]), written, loop_of_the_run().wall_time())
        assert errors.tolist() == [0]


async def add(group: SimulatedGroup, *item_ids: str, first: int = 1, **definition: Any) -> np.ndarray:
    """Add items under the client handles ``first`` and on; their server handles."""
    results = await group.add_items(
        [
            ItemDefinition(item_id=item_id, client=client, **definition)
            for client, item_id in enumerate(item_ids, first)
        ]
    )
    assert results.errors.tolist() == [0] * len(item_ids)
    return results.handles


async def within(seconds: float, pull: Coroutine[Any, Any, Change]) -> Change | None:
    """What a stream gives in that time; None for silence."""
    try:
        async with asyncio.timeout(seconds):
            return await pull
    except TimeoutError:
        return None


def shown(batch: Batch) -> dict[int, Any]:
    """Values by client handle."""
    return {row.handle: None if row.value is None else row.value.value for row in batch}


def values(batch: Batch, handle: int | None = None) -> list[Any]:
    """Values row by row, of one client handle or of all."""
    return [None if row.value is None else row.value.value for row in batch if handle in (None, row.handle)]


def now() -> float:
    return asyncio.get_running_loop().time()


async def refusal(call: Coroutine[Any, Any, object]) -> int:
    """The HRESULT with which a call is refused."""
    try:
        await call
    except HResultError as error:
        return error.code
    raise AssertionError("the call was not refused")
