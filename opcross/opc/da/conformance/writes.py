"""Checks of writing."""

from __future__ import annotations

from typing import Final

import numpy as np

from opcross.codes import Hresult, failed
from opcross.errors import HResultError
from opcross.ndr import Variant, VariantColumn, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import WriteBatch
from opcross.opc.da.conformance.model import Role
from opcross.opc.da.conformance.play import ABSENT, CHOSEN, SPECIFIED, Play, rule
from opcross.opc.filetime import TICKS_PER_SECOND
from opcross.opc.quality import Quality

__all__ = ["WRITES"]

_OK: Final = Hresult.S_OK


def _real(number: float) -> Variant:
    return Variant(VarType.R8, number)


@rule("write-read-back", SPECIFIED)
async def read_back(play: Play) -> None:
    """What is written is read back from the device."""
    play.need_writing()
    group = await play.group()
    written: list[tuple[Role, tuple[Variant, ...]]] = [
        ("number", (_real(1e300), _real(-0.1), _real(0.0))),
        ("analog", (_real(12.5), _real(99.0))),
        ("integer", tuple(Variant(VarType.I4, number) for number in (0x7FFFFFFF, -0x80000000, 0))),
        ("text", tuple(Variant(VarType.BSTR, words) for words in ("", "Grüße €", "x" * 1_000))),
    ]
    for role, values in written:
        item_id = getattr(play.subject, role)
        if item_id is None:
            continue
        handles = await play.add(group, item_id)
        for value in values:
            await play.write(group, handles, value)
            row = await play.device_value(group, handles[0])
            play.good(row, f"{role}, after writing")
            same = row.value == value or (value.value == "" and row.value == Variant(VarType.BSTR, None))
            play.expect(same, f"value of {role}, after writing", repr(value), row.value)
    if play.subject.array is not None:
        handles = await play.add(group, play.subject.array)
        before = (await play.device_value(group, handles[0])).value
        if before is not None:
            await play.write(group, handles, before)
        play.equal(
            (await play.device_value(group, handles[0])).value, before, "array, written back as it was"
        )


@rule("write-read-only", SPECIFIED)
async def read_only(play: Play) -> None:
    """An item that can only be read is OPC_E_BADRIGHTS."""
    play.need_writing()
    group = await play.group()
    handles = await play.add(group, play.item("read_only"))
    errors = await group.write(handles, WriteBatch.of(_real(1.0)))
    play.codes(errors, [DaCode.E_BADRIGHTS], "error of writing what can only be read")


@rule("write-write-only", SPECIFIED)
async def write_only(play: Play) -> None:
    """An item that can only be written takes a value."""
    play.need_writing()
    group = await play.group()
    handles = await play.add(group, play.item("write_only"))
    await play.write(group, handles, Variant(VarType.BSTR, "1"))


@rule("write-inactive", SPECIFIED)
async def inactive(play: Play) -> None:
    """Writing does not care what is active."""
    play.need_writing()
    for number, active in ((5.5, True), (6.5, False)):
        group = await play.group(active=active)
        handles = await play.add(group, play.item("number"), active=not active)
        await play.write(group, handles, _real(number))
        play.equal((await play.device_value(group, handles[0])).value, _real(number), "value, after writing")


@rule("write-partial", SPECIFIED)
async def partial(play: Play) -> None:
    """A row that fails leaves the others alone."""
    await play.prepare("number", _real(0.0))
    group = await play.group()
    handle = (await play.add(group, play.item("number")))[0]
    handles = np.array([ABSENT, handle], np.uint32)
    errors = await group.write(handles, WriteBatch.of(_real(1.0), _real(2.0)))
    play.codes(errors, [DaCode.E_INVALIDHANDLE, _OK], "errors of writing")
    play.equal((await play.device_value(group, handle)).value, _real(2.0), "value, after writing")


@rule("write-refused-by-device", SPECIFIED)
async def refused_by_device(play: Play) -> None:
    """A device that refuses a value shows as a failure in its row."""
    play.need_writing()
    group = await play.group()
    handles = await play.add(group, play.item("write_error"), play.item("number"))
    errors = await group.write(handles, WriteBatch.of(_real(1.0), _real(3.5)))
    play.expect(failed(int(errors[0])), "error of writing", "a failure", f"0x{int(errors[0]):08X}")
    play.equal(int(errors[1]), int(_OK), "error of the row beside it")
    play.equal((await play.device_value(group, handles[1])).value, _real(3.5), "value of the row beside it")


@rule("write-in-order", CHOSEN)
async def in_order(play: Play) -> None:
    """One item written twice in one call keeps the later value."""
    play.need_writing()
    group = await play.group()
    handles = await play.add(group, play.item("number"))
    await play.write(group, handles[[0, 0]], _real(1.0), _real(2.0))
    play.equal((await play.device_value(group, handles[0])).value, _real(2.0), "value, after writing")


@rule("write-seen-by-others", SPECIFIED)
async def seen_by_others(play: Play) -> None:
    """Other sessions see the value, too."""
    play.need_writing()
    other = await play.another_session()
    theirs = await play.group(session=other)
    handles = await play.add(theirs, play.item("number"))
    await play.prepare("number", _real(77.5))
    play.equal((await play.device_value(theirs, handles[0])).value, _real(77.5), "value in another session")


@rule("write-vqt", SPECIFIED)
async def vqt(play: Play) -> None:
    """Quality and time stamp are taken over with the value, or the row is OPC_E_NOTSUPPORTED."""
    play.need_da3()
    await play.prepare("number", _real(1.0))
    group = await play.group()
    handles = await play.add(group, play.item("number"))
    stamp = (await play.device_value(group, handles[0])).time_stamp - 3_600 * TICKS_PER_SECOND
    column = VariantColumn.of([_real(2.0)])
    values = WriteBatch(
        column, Quality.LOCAL_OVERRIDE, has_quality=True, time_stamps=stamp, has_time_stamp=True
    )
    errors = await group.write(handles, values)
    play.one_of(
        int(errors[0]), [_OK, DaCode.E_NOTSUPPORTED], "error of writing value, quality and time stamp"
    )
    row = await play.device_value(group, handles[0])
    if errors[0]:
        play.equal(row.value, _real(1.0), "value, writing having been refused")
        return
    play.equal(row.value, _real(2.0), "value, after writing")
    play.equal(row.quality, int(Quality.LOCAL_OVERRIDE), "quality, after writing")
    play.equal(row.time_stamp, stamp, "time stamp, after writing")


@rule("write-items", SPECIFIED)
async def items(play: Play) -> None:
    """Items can be written by item id; one that can't fails alone."""
    play.need_writing()
    ids = [play.subject.unknown, play.item("number"), ""]
    expected = [DaCode.E_UNKNOWNITEMID, _OK, DaCode.E_INVALIDITEMID]
    if play.subject.read_only is not None:
        ids.append(play.subject.read_only)
        expected.append(DaCode.E_BADRIGHTS)
    errors = await play.session.write(ids, WriteBatch.of(*[_real(8.5)] * len(ids)))
    play.codes(errors, expected, "errors of writing")
    play.equal(
        (await play.session.read([play.item("number")], 0))[0].value, _real(8.5), "value, after writing"
    )


@rule("write-forbidden", CHOSEN)
async def forbidden(play: Play) -> None:
    """A provider that may not write refuses with E_ACCESSDENIED."""
    play.need(not play.subject.writable, "ban on writing")
    number = play.item("number")
    before = (await play.session.read([number], 0))[0]
    await play.refused(
        play.session.write([number], WriteBatch.of(_real(1.0))), [Hresult.E_ACCESSDENIED], "writing items"
    )
    group = await play.group()
    handles = await play.add(group, number)
    try:
        errors = await group.write(handles, WriteBatch.of(_real(1.0)))
    except HResultError as error:
        play.one_of(error.code, [Hresult.E_ACCESSDENIED], "writing through a group")
    else:
        play.one_of(int(errors[0]), [Hresult.E_ACCESSDENIED, DaCode.E_BADRIGHTS], "writing through a group")
    play.equal(
        (await play.session.read([number], 0))[0].value, before.value, "value, after writing was refused"
    )


WRITES: Final = (
    read_back,
    read_only,
    write_only,
    inactive,
    partial,
    refused_by_device,
    in_order,
    seen_by_others,
    vqt,
    items,
    forbidden,
)
