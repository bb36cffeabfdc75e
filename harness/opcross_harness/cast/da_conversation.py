"""One Data Access session of a cast member: the product's own client, and what it received."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.codes import Hresult, failed
from opcross.errors import BadValue, HResultError, OpcrossError
from opcross.ndr import VariantColumn, VarType
from opcross.opc.caller import Caller
from opcross.opc.codes import code_name
from opcross.opc.da.batch import ItemValue, WriteBatch
from opcross.opc.da.model import BrowseFilter, BrowseRequest, GroupChange, GroupSettings, ItemDefinition
from opcross.opc.variant_text import parse, vartype_of
from opcross_harness.errors import ScenarioError
from opcross_harness.outcomes import OK, Form, Outcome

if TYPE_CHECKING:
    from opcross.opc.da.batch import Batch
    from opcross.opc.da.client import DaClient, Notice
    from opcross.opc.da.service import ChangeStream, DaGroup, DaSession
    from opcross_harness.cast.da_role import Reading, Subscription, Writing

__all__ = ["DaConversation"]

_KEPT: Final = 10_000
"""Values of one item that are kept as evidence."""
_RATE: Final = 100


@dataclass(slots=True)
class _Group:
    """A group, the names of its items by client handle, and who follows its changes."""

    group: DaGroup
    names: dict[int, str] = field(default_factory=dict)
    handles: dict[str, int] = field(default_factory=dict)
    follower: asyncio.Task[None] | None = None


class DaConversation:
    """A session, from :meth:`open` to :meth:`close`. Refusals of the server are outcomes."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._client: DaClient | None = None
        self._session: DaSession | None = None
        self._groups: dict[str, _Group] = {}
        self._received: dict[str, deque[ItemValue]] = {}
        self._browsed: tuple[str, ...] = ()
        self._notices: list[str] = []
        self._delay = 0.0

    def note(self, notice: Notice) -> None:
        """The client has something to tell its user."""
        self._notices.append(notice.kind.value)

    @property
    def notices(self) -> tuple[str, ...]:
        """The kinds of everything that was told."""
        return tuple(self._notices)

    @property
    def browsed(self) -> tuple[str, ...]:
        """The item ids of the last browse."""
        return self._browsed

    def received(self, item: str) -> tuple[ItemValue, ...]:
        """What came of an item."""
        return tuple(self._received.get(item, ()))

    def forget(self) -> None:
        """Begin the evidence anew."""
        self._received.clear()

    def slow_down(self, seconds: float) -> None:
        """Take so long over each change."""
        self._delay = seconds

    # -- the session

    async def open(self, client: DaClient) -> Outcome:
        """Open a session."""

        async def attempt() -> None:
            self._session = await client.open(Caller(application=self._name))

        self._client = client
        return await _outcome(attempt)

    async def close(self) -> Outcome:
        """End the session, and the client."""
        for held in self._groups.values():
            await _end(held)
        self._groups.clear()
        client, self._client, self._session = self._client, None, None

        async def attempt() -> None:
            if client is not None:
                await client.close()

        return await _outcome(attempt)

    def _open(self) -> DaSession:
        if self._session is None:
            raise ScenarioError(f"{self._name} has not connected")
        return self._session

    async def status(self) -> Outcome:
        """Ask for the status."""
        session = self._open()

        async def attempt() -> None:
            await session.status()

        return await _outcome(attempt)

    async def browse(self, branch: str, *, flat: bool) -> Outcome:
        """Every page of a branch."""
        session = self._open()
        found: list[str] = []

        async def attempt() -> None:
            continuation = ""
            while True:
                wanted = BrowseFilter.FLAT if flat else BrowseFilter.ALL
                page = await session.browse(
                    BrowseRequest(branch=branch, filter=wanted, continuation=continuation)
                )
                found.extend(element.item_id for element in page.elements)
                continuation = page.continuation
                if not continuation:
                    return

        outcome = await _outcome(attempt)
        self._browsed = tuple(found)
        return outcome

    async def read(self, reading: Reading) -> Outcome:
        """Read items, or the cache of a group."""
        session = self._open()

        async def attempt() -> None:
            if reading.group:
                held = self._group(reading.group)
                handles = np.array([held.handles[name] for name in reading.items], np.uint32)
                batch = await held.group.read(handles)
            else:
                batch = await session.read(reading.items, reading.max_age)
            for name, row in zip(reading.items, batch, strict=True):
                self._keep(name, row)

        return await _outcome(attempt)

    async def write(self, writing: Writing) -> Outcome:
        """Write an item."""
        session = self._open()
        errors: list[int] = []

        async def attempt() -> None:
            vartype = vartype_of(writing.type) if writing.type else await self._type_of(writing.item)
            try:
                value = parse(writing.value, vartype)
            except BadValue as error:
                raise ScenarioError(f'"{writing.value}" is no {writing.type}: {error}') from error
            batch = WriteBatch(VariantColumn.of([value]), writing.quality or 0, writing.quality is not None)
            errors.extend((await session.write((writing.item,), batch)).tolist())

        outcome = await _outcome(attempt)
        return _failure(errors) or outcome

    async def _type_of(self, item: str) -> int:
        results = await self._open().validate((ItemDefinition(item_id=item),))
        if results.errors[0]:
            raise HResultError(int(results.errors[0]), item)
        return int(results.types[0]) or int(VarType.BSTR)

    # -- groups

    async def subscribe(self, subscription: Subscription) -> Outcome:
        """Make a group, or change it."""
        session = self._open()
        errors: list[int] = []

        async def attempt() -> None:
            held = self._groups.get(subscription.group)
            if held is None:
                group = await session.add_group(
                    GroupSettings(
                        name=subscription.group,
                        active=subscription.active is not False,
                        update_rate=_RATE if subscription.rate is None else subscription.rate,
                        deadband=subscription.deadband or 0.0,
                    )
                )
                held = self._groups[subscription.group] = _Group(group)
            elif (subscription.rate, subscription.deadband, subscription.active) != (None, None, None):
                await held.group.set_state(
                    GroupChange(
                        update_rate=subscription.rate,
                        deadband=subscription.deadband,
                        active=subscription.active,
                    )
                )
            errors.extend(await self._add(held, subscription.items))
            if subscription.keep_alive is not None:
                await held.group.set_keep_alive(subscription.keep_alive)
            if held.follower is None:
                stream = await held.group.subscribe()
                held.follower = asyncio.get_running_loop().create_task(self._follow(held, stream))

        outcome = await _outcome(attempt)
        return _failure(errors) or outcome

    async def _add(self, held: _Group, items: tuple[str, ...]) -> list[int]:
        if not items:
            return []
        first = len(held.names) + 1
        definitions = [
            ItemDefinition(item_id=name, client=first + number) for number, name in enumerate(items)
        ]
        held.names |= {definition.client: definition.item_id for definition in definitions}
        results = await held.group.add_items(definitions)
        held.handles |= dict(zip(items, results.handles.tolist(), strict=True))
        return [int(error) for error in results.errors]

    async def unsubscribe(self, name: str) -> Outcome:
        """Take a group away."""
        held = self._group(name)
        del self._groups[name]

        async def attempt() -> None:
            await _end(held)
            await held.group.remove()

        return await _outcome(attempt)

    async def refresh(self, name: str) -> Outcome:
        """All active items of a group."""
        held = self._group(name)

        async def attempt() -> None:
            self._keep_all(held, await held.group.refresh())

        return await _outcome(attempt)

    def _group(self, name: str) -> _Group:
        held = self._groups.get(name)
        if held is None:
            raise ScenarioError(f'{self._name} has no group "{name}"')
        return held

    async def _follow(self, held: _Group, stream: ChangeStream) -> None:
        try:
            while True:
                change = await stream.next()
                self._keep_all(held, change.batch)
                if self._delay:
                    await asyncio.sleep(self._delay)
        except OpcrossError as error:
            if not isinstance(error, HResultError) or error.code != Hresult.E_ABORT:
                self._notices.append("stream-failed")
        finally:
            await stream.close()

    def _keep_all(self, held: _Group, batch: Batch) -> None:
        for row in batch:
            self._keep(held.names.get(row.handle, ""), row)

    def _keep(self, item: str, row: ItemValue) -> None:
        self._received.setdefault(item, deque(maxlen=_KEPT)).append(row)


async def _end(held: _Group) -> None:
    follower, held.follower = held.follower, None
    if follower is not None:
        follower.cancel()
        await asyncio.gather(follower, return_exceptions=True)


async def _outcome(attempt: Callable[[], Awaitable[None]]) -> Outcome:
    try:
        await attempt()
    except ScenarioError:
        raise
    except OpcrossError as error:
        return Outcome.of(error)
    return OK


def _failure(errors: list[int]) -> Outcome | None:
    """The first item that failed."""
    for code in errors:
        if failed(code):
            return Outcome(Form.HRESULT, code, code_name(code))
    return None
