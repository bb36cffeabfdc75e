"""Checks of reading: cache, device, maximum ages, and reading without a group."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.codes import Hresult
from opcross.ndr import Variant, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.conformance.play import ABSENT, CHOSEN, SPECIFIED, Play, rule
from opcross.opc.da.model import ALWAYS_CACHE, ItemDefinition
from opcross.opc.quality import STATUS_MASK, Quality, is_bad, quality_text

if TYPE_CHECKING:
    from opcross.opc.da.batch import ItemValue
    from opcross.opc.da.service import DaGroup

__all__ = ["READS"]

_OK: Final = Hresult.S_OK
_AGE: Final = 0x7FFFFFFF
"""A maximum age in milliseconds that everything read in this check fulfils."""


@rule("read-device", SPECIFIED)
async def device(play: Play) -> None:
    """A read of the device gives the present value, with a time stamp."""
    group = await play.group()
    handles = await play.add(group, play.item("number"))
    row = await play.device_value(group, handles[0])
    play.good(row, "a read of the device")
    play.expect(row.time_stamp > 0, "time stamp", "a time", row.time_stamp)
    play.equal(None if row.value is None else int(row.value.vt), int(VarType.R8), "type")
    if play.subject.writable:
        for number in (1.25, -8.0):
            await play.prepare("number", Variant(VarType.R8, number))
            play.equal(
                (await play.device_value(group, handles[0])).value, Variant(VarType.R8, number), "value"
            )


@rule("read-order", SPECIFIED)
async def order(play: Play) -> None:
    """Rows come in the order asked for, an item asked for twice comes twice."""
    group = await play.group()
    handles = await play.add(group, *[play.item("number")] * 3)
    asked = handles[[2, 0, 2, 1]]
    play.equal((await group.read(asked, 0)).handles.tolist(), [3, 1, 3, 2], "client handles of the device")
    play.equal((await group.read(asked)).handles.tolist(), [3, 1, 3, 2], "client handles of the cache")


async def _cached(play: Play, group: DaGroup, handles: np.ndarray) -> ItemValue:
    """The cache of an active item, once it has been filled."""
    deadline = asyncio.get_running_loop().time() + play.subject.patience / 2
    while True:
        row = play.row(await group.read(handles))
        if not is_bad(row.quality) or asyncio.get_running_loop().time() > deadline:
            return row
        await asyncio.sleep(play.subject.rate / 1_000)


@rule("read-cache", SPECIFIED)
async def cache(play: Play) -> None:
    """A read of the cache gives what was last obtained, no older than the update rate."""
    group = await play.group()
    handles = await play.add(group, play.item("number"))
    row = await _cached(play, group, handles)
    play.good(row, "a read of the cache of an active item")
    play.equal(row.value, (await play.device_value(group, handles[0])).value, "value of the cache")
    if play.subject.changing is not None:
        handles = await play.add(group, play.subject.changing)
        first = await _cached(play, group, handles)
        await play.wait()
        later = play.row(await group.read(handles))
        play.expect(later.value != first.value, "value of the cache, updates later", "another", later.value)


def _out_of_service(play: Play, row: ItemValue) -> None:
    what = "a read of the cache of what is inactive"
    play.expect(
        row.quality & STATUS_MASK == Quality.OUT_OF_SERVICE,
        f"quality of {what}",
        quality_text(Quality.OUT_OF_SERVICE),
        quality_text(row.quality),
    )
    play.equal(row.error, int(_OK), f"error of {what}")


@rule("read-cache-inactive", SPECIFIED)
async def cache_inactive(play: Play) -> None:
    """A read of the cache for an inactive item is out of service."""
    group = await play.group()
    handles = await play.add(group, play.item("number"), active=False)
    batch = await group.read(handles)
    _out_of_service(play, play.row(batch))
    play.equal(batch.hresult, int(_OK), "HRESULT of the read")
    await group.set_active(handles, active=True)
    play.good(await _cached(play, group, handles), "a read of the cache, the item having been activated")
    await group.set_active(handles, active=False)
    _out_of_service(play, play.row(await group.read(handles)))


@rule("read-cache-inactive-group", SPECIFIED)
async def cache_inactive_group(play: Play) -> None:
    """In an inactive group every item counts as inactive."""
    group = await play.group(active=False)
    handles = await play.add(group, play.item("number"))
    _out_of_service(play, play.row(await group.read(handles)))
    await group.read(handles, 0)
    _out_of_service(play, play.row(await group.read(handles)))


@rule("read-device-inactive", SPECIFIED)
async def device_inactive(play: Play) -> None:
    """A read of the device does not care what is active."""
    group = await play.group()
    handles = await play.add(group, play.item("number"), active=False)
    play.good(await play.device_value(group, handles[0]), "a read of the device, the item being inactive")
    group = await play.group(active=False)
    handles = await play.add(group, play.item("number"))
    play.good(await play.device_value(group, handles[0]), "a read of the device, the group being inactive")


@rule("read-device-updates-cache", SPECIFIED)
async def device_updates_cache(play: Play) -> None:
    """What was read from the device is in the cache."""
    await play.prepare("number", Variant(VarType.R8, 1.0))
    group = await play.group(rate=3_600_000)
    handles = await play.add(group, play.item("number"))
    await _cached(play, group, handles)
    await play.prepare("number", Variant(VarType.R8, 2.0))
    play.equal(
        (await play.device_value(group, handles[0])).value, Variant(VarType.R8, 2.0), "value of the device"
    )
    play.equal(
        play.row(await group.read(handles)).value, Variant(VarType.R8, 2.0), "value of the cache, after"
    )


@rule("read-unreadable", SPECIFIED)
async def unreadable(play: Play) -> None:
    """An item that can only be written is OPC_E_BADRIGHTS, and leaves others alone."""
    group = await play.group()
    handles = await play.add(group, play.item("write_only"), play.item("number"))
    for ages, source in ((0, "device"), (None, "cache")):
        batch = await group.read(handles, ages)
        play.failed_row(batch[0], [DaCode.E_BADRIGHTS], f"a write-only item, read from the {source}")
        play.equal(int(batch.errors[1]), int(_OK), "error of the item beside it")


@rule("read-bad-quality", SPECIFIED)
async def bad_quality(play: Play) -> None:
    """A source that fails shows in the quality, and leaves other rows alone."""
    group = await play.group()
    handles = await play.add(group, play.item("failing"), play.item("number"))
    batch = await group.read(handles, 0)
    quality = int(batch.qualities[0])
    play.expect(is_bad(quality), "quality of a source that fails", "bad", quality_text(quality))
    play.good(batch[1], "the item beside one that fails")


@rule("read-failures-counted", SPECIFIED)
async def failures_counted(play: Play) -> None:
    """The call is S_FALSE if the error of any row is a failure."""
    group = await play.group()
    handles = await play.add(group, play.item("number"))
    play.equal((await group.read(handles, 0)).hresult, int(_OK), "HRESULT of a read without errors")
    mixed = np.array([handles[0], ABSENT], np.uint32)
    batch = await group.read(mixed, 0)
    play.codes(batch.errors, [_OK, DaCode.E_INVALIDHANDLE], "errors of a read with an unknown handle")
    play.equal(batch.hresult, int(Hresult.S_FALSE), "HRESULT of a read with an unknown handle")
    play.failed_row(batch[1], [DaCode.E_INVALIDHANDLE], "an unknown handle")


@rule("read-time-stamps", CHOSEN)
async def time_stamps(play: Play) -> None:
    """The time stamps of later reads are not earlier."""
    group = await play.group()
    handles = await play.add(group, play.item("changing"))
    earlier = await play.device_value(group, handles[0])
    for _ in range(3):
        await asyncio.sleep(play.subject.settle / 4)
        later = await play.device_value(group, handles[0])
        play.expect(
            later.time_stamp >= earlier.time_stamp,
            "time stamp of a later read",
            f"{earlier.time_stamp} or more",
            later.time_stamp,
        )
        earlier = later


@rule("read-array", SPECIFIED)
async def array(play: Play) -> None:
    """An array comes whole, in its canonical type."""
    item_id = play.item("array")
    group = await play.group()
    _, vartype, _, _ = play.result(await play.session.validate([ItemDefinition(item_id=item_id)]))
    handles = await play.add(group, item_id)
    play.expect(bool(vartype & VarType.ARRAY), "canonical type of the array", "an array", f"0x{vartype:04X}")
    row = await play.device_value(group, handles[0])
    play.good(row, "an array")
    if row.value is None:
        raise play.fail("value of the array", "an array", "none")
    play.equal(int(row.value.vt), vartype, "type of the value")
    play.expect(len(row.value.value.values) > 1, "elements", "several", row.value.value)


@rule("read-max-age-inactive", SPECIFIED)
async def max_age_inactive(play: Play) -> None:
    """A read with a maximum age does not care what is active."""
    play.need_da3()
    for active in (True, False):
        group = await play.group(active=active)
        handles = await play.add(group, play.item("number"), active=not active)
        for age in (0, 1, _AGE, ALWAYS_CACHE):
            play.good(play.row(await group.read(handles, age)), f"a read with age {age} of what is inactive")


@rule("read-max-age-young", SPECIFIED)
async def max_age_young(play: Play) -> None:
    """A cached value that is young enough is given again."""
    play.need_da3()
    group = await play.group(active=False)
    handles = await play.add(group, play.item("changing"))
    cached = await play.device_value(group, handles[0])
    await play.wait()
    young = play.row(await group.read(handles, _AGE))
    play.equal(young.value, cached.value, "value that is young enough")
    play.equal(young.time_stamp, cached.time_stamp, "its time stamp")


@rule("read-max-age-old", SPECIFIED)
async def max_age_old(play: Play) -> None:
    """A cached value that is too old is read again."""
    play.need_da3()
    group = await play.group(active=False)
    handles = await play.add(group, play.item("changing"))
    cached = await play.device_value(group, handles[0])
    await play.wait()
    half = max(1, round(play.subject.settle * 500))
    fresh = play.row(await group.read(handles, half))
    play.expect(fresh.value != cached.value, "value in place of one too old", "another", fresh.value)


@rule("read-always-cache", SPECIFIED)
async def always_cache(play: Play) -> None:
    """The maximum age 0xFFFFFFFF takes whatever is cached, and the device where nothing is."""
    play.need_da3()
    group = await play.group(active=False)
    handles = await play.add(group, play.item("changing"))
    first = play.row(await group.read(handles, ALWAYS_CACHE))
    play.good(first, "a read of a cache that is empty")
    await play.wait()
    second = play.row(await group.read(handles, ALWAYS_CACHE))
    play.equal(second.value, first.value, "value of the cache, later")


@rule("read-mixed-ages", SPECIFIED)
async def mixed_ages(play: Play) -> None:
    """Each item may have a maximum age of its own."""
    play.need_da3()
    group = await play.group(active=False)
    handles = await play.add(group, play.item("changing"), play.item("changing"))
    cached = await group.read(handles, 0)
    await play.wait()
    mixed = await group.read(handles[[1]], np.array([_AGE], np.uint32))
    play.equal(mixed[0].value, cached[1].value, "value of the row that may be old")
    mixed = await group.read(handles[[1, 0]], np.array([_AGE, 0], np.uint32))
    play.expect(mixed[1].value != cached[0].value, "value of the row that must be new", "another", mixed[1])
    play.equal(mixed.handles.tolist(), [2, 1], "handles of the rows")


@rule("read-items", SPECIFIED)
async def items(play: Play) -> None:
    """Items can be read by item id, under their positions."""
    ids = [play.item("number"), play.subject.integer or play.item("number"), play.item("number")]
    batch = await play.session.read(ids, 0)
    play.equal(batch.handles.tolist(), [0, 1, 2], "handles")
    for row in batch:
        play.good(row, f"item {row.handle}")
    play.equal(int(batch.values.vartypes[0]), int(VarType.R8), "type, the item's own")
    if play.subject.writable:
        await play.prepare("number", Variant(VarType.R8, 33.25))
        play.equal(
            (await play.session.read(ids, 0))[2].value, Variant(VarType.R8, 33.25), "value of the device"
        )
    ages = np.array([0, _AGE, ALWAYS_CACHE], np.uint32)
    for row in await play.session.read(ids, ages):
        play.good(row, f"item {row.handle}, with a maximum age of its own")


@rule("read-items-errors", SPECIFIED)
async def items_errors(play: Play) -> None:
    """An item that is unknown, empty or not readable fails alone."""
    ids = [play.subject.unknown, play.item("number"), ""]
    expected = [DaCode.E_UNKNOWNITEMID, _OK, DaCode.E_INVALIDITEMID]
    if play.subject.write_only is not None:
        ids.append(play.subject.write_only)
        expected.append(DaCode.E_BADRIGHTS)
    batch = await play.session.read(ids, 0)
    play.codes(batch.errors, expected, "errors")
    for index, code in enumerate(expected):
        if code != _OK:
            play.failed_row(batch[index], [code], f"{ids[index]!r}")


READS: Final = (
    device,
    order,
    cache,
    cache_inactive,
    cache_inactive_group,
    device_inactive,
    device_updates_cache,
    unreadable,
    bad_quality,
    failures_counted,
    time_stamps,
    array,
    max_age_inactive,
    max_age_young,
    max_age_old,
    always_cache,
    mixed_ages,
    items,
    items_errors,
)
