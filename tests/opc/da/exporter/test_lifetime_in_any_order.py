"""Groups and their clients' references, in any order, against a model of the specification's rule."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.codes import Hresult
from opcross.dcom.com_class import IID_IUNKNOWN
from opcross.errors import HResultError
from opcross.opc.codes import DaCode
from tests.opc.da.exporter.bench import Bench, Group, settled

if TYPE_CHECKING:
    from opcross.dcom.remote_object import RemoteObject

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "release", "find", "remove", "force", "point", "drop point"]),
        st.integers(0, 2),
    ),
    max_size=12,
)


@dataclass
class Known:
    """A group that should be there."""

    name: str
    handle: int
    group: Group | None
    point: RemoteObject | None = None
    removed: bool = False

    @property
    def held(self) -> bool:
        return self.group is not None or self.point is not None


class Play:
    """Takes steps, and says what should be there after each."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.known: list[Known] = []

    def named(self, name: str) -> Known | None:
        return next((one for one in self.known if one.name == name and not one.removed), None)

    def last(self, name: str) -> Known | None:
        return next((one for one in reversed(self.known) if one.name == name), None)

    async def step(self, what: str, name: str) -> None:
        listed, last = self.named(name), self.last(name)
        if what == "add":
            await self.add(name, free=listed is None)
        elif what == "find":
            await self.find(name, listed)
        elif what in ("remove", "force"):
            await self.remove(last, force=what == "force")
        elif what == "release" and last is not None and last.group is not None:
            await last.group.remote.release()
            last.group = None
        elif what == "point" and last is not None and last.group is not None and last.point is None:
            last.point = (await last.group.point()).invoker.object  # type: ignore[attr-defined]
        elif what == "drop point" and last is not None and last.point is not None:
            await last.point.release()
            last.point = None
        self.known = [one for one in self.known if one.held or not one.removed]

    async def add(self, name: str, *, free: bool) -> None:
        if not free:
            with pytest.raises(HResultError) as refusal:
                await self.bench.add_group(name)
            assert refusal.value.code == DaCode.E_DUPLICATENAME
            return
        group = await self.bench.add_group(name)
        self.known.append(Known(name, group.server_handle, group))

    async def find(self, name: str, listed: Known | None) -> None:
        if listed is None:
            with pytest.raises(HResultError, match="E_INVALIDARG"):
                await self.bench.server.get_group_by_name(name=name, riid=IID_IUNKNOWN)
            return
        found = await self.bench.server.get_group_by_name(name=name, riid=IID_IUNKNOWN)
        remote = self.bench.client.unmarshal(found.unk)
        if listed.group is None:
            listed.group = Group(self.bench, remote, listed.handle)
        else:
            await remote.release()

    async def remove(self, last: Known | None, *, force: bool) -> None:
        handle = 99 if last is None else last.handle
        if last is None or last.removed:
            with pytest.raises(HResultError, match="E_INVALIDARG"):
                await self.bench.server.remove_group(server_group=handle, force=force)
            return
        result = await self.bench.server.remove_group(server_group=handle, force=force)
        assert result == (DaCode.S_INUSE if last.held and not force else Hresult.S_OK)
        last.removed = True
        if force:
            for held in (last.group.remote if last.group else None, last.point):
                if held is not None:
                    await held.release()
            last.group = last.point = None


@given(STEPS)
def test_a_group_lives_until_it_is_removed_and_released(steps: list[tuple[str, int]]) -> None:
    async def play() -> None:
        async with Bench() as bench:
            here = Play(bench)
            for what, number in steps:
                await here.step(what, f"Line {number}")
                await settled()
                assert len(bench.session.groups) == len(here.known), (what, number)
                assert not bench.session.closed
            await bench.remote.release()
            await settled()
            held = any(one.held for one in here.known)
            assert bench.session.closed == (0 if held else 1)

    asyncio.run(play())
