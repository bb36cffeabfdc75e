"""Checks of change streams and refreshes."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Final

from opcross.codes import Hresult
from opcross.ndr import Variant, VarType
from opcross.opc.codes import code_name
from opcross.opc.da.conformance.play import CHOSEN, SPECIFIED, Play, rule
from opcross.opc.da.model import GroupChange
from opcross.opc.quality import is_bad, quality_text

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from opcross.opc.da.model import Change

__all__ = ["STREAMS"]

_FAIL: Final = (Hresult.E_FAIL,)
_OK: Final = Hresult.S_OK


def _real(number: float) -> Variant:
    return Variant(VarType.R8, number)


@rule("stream-first", SPECIFIED)
async def first(play: Play) -> None:
    """The first change has every item in the stream, and no other."""
    group = await play.group()
    await play.add(group, *[play.item("number")] * 3)
    await play.add(group, play.item("number"), active=False, first_client=9)
    for _ in range(2):
        async with play.watch(group) as watcher:
            batch = await watcher.change("the first change")
            play.equal(sorted(batch.handles.tolist()), [1, 2, 3], "handles of the first change")
            for row in batch:
                play.good(row, f"handle {row.handle} of the first change")


@rule("stream-change", SPECIFIED)
async def change(play: Play) -> None:
    """A value that changes is sent; items that did not change are not."""
    await play.prepare("number", _real(1.0))
    group = await play.group()
    role_of = {1: play.item("number")}
    if play.subject.integer is not None:
        role_of[2] = play.subject.integer
    await play.add(group, *role_of.values())
    async with play.watch(group) as watcher:
        await watcher.until(*role_of, what="the first change")
        for number in (2.0, 3.0):
            await play.prepare("number", _real(number))
            batch = await watcher.change(f"the change after writing {number}")
            play.equal(batch.handles.tolist(), [1], "handles of the change")
            play.equal(batch[0].value, _real(number), "value of the change")
            play.good(batch[0], "the change")
            await watcher.quiet("the stream after the change was sent")


@rule("stream-silent", SPECIFIED)
async def silent(play: Play) -> None:
    """Nothing is sent while nothing changes."""
    group = await play.group()
    await play.add(group, play.item("number"), play.item("number"))
    async with play.watch(group) as watcher:
        await watcher.until(1, 2, what="the first change")
        await watcher.silent("a stream of items that do not change")


@rule("stream-time-stamp-alone", CHOSEN)
async def time_stamp_alone(play: Play) -> None:
    """A value written again as it was is no change."""
    await play.prepare("number", _real(5.0))
    group = await play.group()
    handles = await play.add(group, play.item("number"))
    async with play.watch(group) as watcher:
        await watcher.until(1, what="the first change")
        await watcher.quiet("the stream before the same value was written again")
        await play.write(group, handles, _real(5.0))
        await watcher.quiet("the stream after the same value was written again")


@rule("stream-quality", SPECIFIED)
async def quality(play: Play) -> None:
    """Items of bad quality are sent, with their quality."""
    group = await play.group()
    await play.add(group, play.item("failing"), play.item("number"))
    async with play.watch(group) as watcher:
        rows = await watcher.until(1, 2, what="the first change")
        play.expect(is_bad(rows[1].quality), "quality", "bad", quality_text(rows[1].quality))
        play.good(rows[2], "the item beside it")


@rule("stream-inactive-group", SPECIFIED)
async def inactive_group(play: Play) -> None:
    """An inactive group sends nothing."""
    group = await play.group(active=False)
    await play.add(group, play.subject.changing or play.item("number"))
    async with play.watch(group) as watcher:
        await watcher.silent("the stream of an inactive group")
        await group.set_state(GroupChange(active=True))
        await watcher.until(1, what="the stream after activation")
        await group.set_state(GroupChange(active=False))
        await watcher.settled("what was on the way at deactivation")
        await watcher.silent("the stream of a group that was deactivated")


@rule("stream-group-activation", SPECIFIED)
async def group_activation(play: Play) -> None:
    """Activating a group sends all items that are thereby in the stream."""
    group = await play.group()
    await play.add(group, play.item("number"), play.item("number"))
    await play.add(group, play.item("number"), active=False, first_client=9)
    async with play.watch(group) as watcher:
        await watcher.until(1, 2, what="the first change")
        await group.set_state(GroupChange(active=False))
        await watcher.quiet("the stream at deactivation")
        await group.set_state(GroupChange(active=True))
        batch = await watcher.change("the change of activation")
        play.equal(sorted(batch.handles.tolist()), [1, 2], "handles of the change of activation")


@rule("stream-item-activation", SPECIFIED)
async def item_activation(play: Play) -> None:
    """Activating an item sends it, changed or not."""
    group = await play.group()
    handles = await play.add(group, play.item("number"), play.item("number"))
    async with play.watch(group) as watcher:
        await watcher.until(1, 2, what="the first change")
        await group.set_active(handles[1:], active=False)
        await watcher.quiet("the stream at deactivation")
        await group.set_active(handles[1:], active=True)
        batch = await watcher.change("the change of activation")
        play.equal(batch.handles.tolist(), [2], "handles of the change of activation")


@rule("stream-item-deactivation", SPECIFIED)
async def item_deactivation(play: Play) -> None:
    """An item that was deactivated is not sent any more."""
    await play.prepare("number", _real(1.0))
    group = await play.group()
    handles = await play.add(group, play.item("number"), play.item("number"))
    async with play.watch(group) as watcher:
        await watcher.until(1, 2, what="the first change")
        await group.set_active(handles[1:], active=False)
        await watcher.settled("what was on the way")
        await play.prepare("number", _real(2.0))
        for batch in [await watcher.change("the change after writing"), *await watcher.settled("more of it")]:
            play.equal(batch.handles.tolist(), [1], "handles of a change, 2 being inactive")


@rule("stream-item-added", SPECIFIED)
async def item_added(play: Play) -> None:
    """An item added to an active group is sent."""
    group = await play.group()
    async with play.watch(group) as watcher:
        await watcher.silent("the stream of an empty group")
        await play.add(group, play.item("number"))
        play.equal((await watcher.change("the added item")).handles.tolist(), [1], "handles of the change")
        await play.add(group, play.item("number"), first_client=2)
        play.equal((await watcher.change("another one")).handles.tolist(), [2], "handles of the next change")


@rule("stream-item-removed", SPECIFIED)
async def item_removed(play: Play) -> None:
    """An item that was removed is not sent any more."""
    await play.prepare("number", _real(1.0))
    group = await play.group()
    handles = await play.add(group, play.item("number"), play.item("number"))
    async with play.watch(group) as watcher:
        await watcher.until(1, 2, what="the first change")
        await group.remove_items(handles[:1])
        await watcher.settled("what was on the way")
        await play.prepare("number", _real(2.0))
        for batch in [await watcher.change("the change after writing"), *await watcher.settled("more of it")]:
            play.equal(batch.handles.tolist(), [2], "handles of a change, 1 having been removed")


@rule("stream-write-only", CHOSEN)
async def write_only(play: Play) -> None:
    """An item that can only be written is never sent."""
    group = await play.group()
    handles = await play.add(group, play.item("write_only"), play.item("number"))
    async with play.watch(group) as watcher:
        batch = await watcher.change("the first change")
        play.equal(batch.handles.tolist(), [2], "handles of the first change")
        if play.subject.writable:
            await play.write(group, handles[:1], Variant(VarType.BSTR, "3"))
        await watcher.quiet("the stream after the item was written")


@rule("stream-rate", SPECIFIED)
async def rate(play: Play) -> None:
    """Changes come no faster than the update rate."""
    group = await play.group()
    await play.add(group, play.item("changing"))
    async with play.watch(group) as watcher:
        await watcher.until(1, what="the first change")
        await watcher.settled("what comes first")
        seconds = max(play.subject.settle, play.subject.rate * 8 / 1_000)
        begin = asyncio.get_running_loop().time()
        batches = await watcher.settled("the stream", seconds)
        elapsed = asyncio.get_running_loop().time() - begin
        revised = (await group.state()).update_rate
        most = math.ceil(elapsed * 1_000 / revised) + 1
        play.expect(
            0 < len(batches) <= most,
            f"changes in {elapsed:.3f} s at {revised} ms",
            f"1 to {most}",
            len(batches),
        )


@rule("stream-several", CHOSEN)
async def several(play: Play) -> None:
    """Every stream of a group has all changes."""
    await play.prepare("number", _real(1.0))
    group = await play.group()
    await play.add(group, play.item("number"))
    async with play.watch(group) as one:
        await one.until(1, what="the first change of the first stream")
        async with play.watch(group) as other:
            await other.until(1, what="the first change of the second stream")
            await one.quiet("the first stream, when a second began")
            await play.prepare("number", _real(2.0))
            await one.until_value(1, 2.0, "the first stream")
            await other.until_value(1, 2.0, "the second stream")
        await play.prepare("number", _real(3.0))
        await one.until_value(1, 3.0, "the first stream, the second having been closed")


@rule("stream-close", CHOSEN)
async def close(play: Play) -> None:
    """A stream that was closed ends with E_ABORT, for whoever waits too."""
    group = await play.group(active=False)
    await play.add(group, play.item("number"))
    stream = await group.subscribe()
    waiting = asyncio.ensure_future(stream.next())
    await play.wait()
    await stream.close()
    await _ended(play, waiting, "what waited for a stream that was closed")
    await _ended(play, stream.next(), "pulling a stream that was closed")
    await stream.close()
    await group.state()


async def _ended(play: Play, pull: Awaitable[Change], what: str) -> None:
    try:
        async with asyncio.timeout(play.subject.patience / 2):
            await play.refused(pull, [Hresult.E_ABORT], what)
    except TimeoutError:
        raise play.fail(what, code_name(Hresult.E_ABORT), "silence") from None


@rule("stream-slow", CHOSEN)
async def slow(play: Play) -> None:
    """A consumer that does not pull gets only the newest value when it comes back."""
    await play.prepare("number", _real(0.0))
    group = await play.group()
    handles = await play.add(group, play.item("number"))
    stream = await group.subscribe()
    try:
        await stream.next()
        for number in (1.0, 2.0, 3.0):
            await play.write(group, handles, _real(number))
            await play.wait()
        found = await stream.next()
        while found.keep_alive:
            found = await stream.next()
        play.equal([row.value for row in found.batch], [_real(3.0)], "values of the change after the pause")
    finally:
        await stream.close()


@rule("refresh", SPECIFIED)
async def refresh(play: Play) -> None:
    """A refresh has every active item, changed or not, and no other."""
    group = await play.group()
    await play.add(group, *[play.item("number")] * 2)
    await play.add(group, play.item("number"), active=False, first_client=9)
    async with play.watch(group) as watcher:
        await watcher.until(1, 2, what="the first change")
        for _ in range(2):
            batch = await group.refresh()
            play.equal(sorted(batch.handles.tolist()), [1, 2], "handles of a refresh")
            for row in batch:
                play.good(row, f"handle {row.handle} of a refresh")
        await watcher.quiet("the stream after refreshes")


@rule("refresh-inactive-group", SPECIFIED)
async def refresh_inactive_group(play: Play) -> None:
    """Refreshing an inactive group is E_FAIL."""
    group = await play.group(active=False)
    await play.add(group, play.item("number"))
    await play.refused(group.refresh(), _FAIL, "refreshing an inactive group")
    await play.refused(group.refresh(0), _FAIL, "refreshing an inactive group from the device")


@rule("refresh-no-active-items", SPECIFIED)
async def refresh_no_active_items(play: Play) -> None:
    """Refreshing a group without active items is E_FAIL."""
    group = await play.group()
    await play.refused(group.refresh(), _FAIL, "refreshing an empty group")
    await play.add(group, play.item("number"), active=False)
    await play.refused(group.refresh(), _FAIL, "refreshing a group without active items")


@rule("refresh-device", SPECIFIED)
async def refresh_device(play: Play) -> None:
    """A refresh from the device has the present values."""
    group = await play.group(rate=3_600_000)
    await play.add(group, play.item("number"))
    for number in (1.5, 2.5):
        await play.prepare("number", _real(number))
        play.equal(
            play.row(await group.refresh(0)).value, _real(number), "value of a refresh from the device"
        )


@rule("refresh-max-age", SPECIFIED)
async def refresh_max_age(play: Play) -> None:
    """A refresh with a maximum age takes from the cache what is young enough."""
    play.need_da3()
    group = await play.group(rate=3_600_000)
    await play.add(group, play.item("changing"))
    cached = play.row(await group.refresh(0))
    await play.wait()
    play.equal(play.row(await group.refresh(0x7FFFFFFF)).value, cached.value, "value that is young enough")
    fresh = play.row(await group.refresh(max(1, round(play.subject.settle * 500))))
    play.expect(fresh.value != cached.value, "value in place of one too old", "another", fresh.value)


STREAMS: Final = (
    first,
    change,
    silent,
    time_stamp_alone,
    quality,
    inactive_group,
    group_activation,
    item_activation,
    item_deactivation,
    item_added,
    item_removed,
    write_only,
    rate,
    several,
    close,
    slow,
    refresh,
    refresh_inactive_group,
    refresh_no_active_items,
    refresh_device,
    refresh_max_age,
)
