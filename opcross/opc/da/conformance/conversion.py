"""Checks of conversion between an item's own type and the one that was requested."""

from __future__ import annotations

from typing import Final

from opcross.codes import Hresult, failed
from opcross.ndr import Variant, VarType
from opcross.opc.codes import DISP_E_OVERFLOW, DISP_E_TYPEMISMATCH, DaCode
from opcross.opc.da.batch import WriteBatch
from opcross.opc.da.conformance.play import CHOSEN, OBSERVED, SPECIFIED, Play, rule

__all__ = ["CONVERSION"]

_NOT_CONVERTED: Final = (DISP_E_TYPEMISMATCH, DISP_E_OVERFLOW, DaCode.E_BADTYPE, DaCode.E_RANGE)


async def _number_as(play: Play, vartype: VarType, number: float) -> Variant | None:
    """What the item ``number`` reads as in another type, when it has this value."""
    await play.prepare("number", Variant(VarType.R8, number))
    group = await play.group(active=False)
    handles = await play.add(group, play.item("number"), requested_type=vartype)
    row = await play.device_value(group, handles[0])
    play.equal(row.error, int(Hresult.S_OK), f"error of {number} as VT_{vartype.name}")
    found: Variant | None = row.value
    return found


@rule("convert-text", CHOSEN)
async def text(play: Play) -> None:
    """A number becomes text with a decimal point."""
    for number, words in ((1.5, "1.5"), (-0.25, "-0.25"), (42.0, "42")):
        play.equal(
            await _number_as(play, VarType.BSTR, number), Variant(VarType.BSTR, words), f"{number} as text"
        )


@rule("convert-rounds", OBSERVED)
async def rounds(play: Play) -> None:
    """A fraction is rounded to the nearest integer, and to the even one between two."""
    for number, rounded in ((2.4, 2), (2.6, 3), (2.5, 2), (3.5, 4), (-2.5, -2), (-2.6, -3)):
        play.equal(
            await _number_as(play, VarType.I4, number), Variant(VarType.I4, rounded), f"{number} as VT_I4"
        )


@rule("convert-bool", SPECIFIED)
async def to_bool(play: Play) -> None:
    """Zero is false and all else true."""
    for number, truth in ((0.0, False), (1.0, True), (-3.0, True)):
        play.equal(
            await _number_as(play, VarType.BOOL, number), Variant(VarType.BOOL, truth), f"{number} as VT_BOOL"
        )


@rule("convert-overflow", SPECIFIED)
async def overflow(play: Play) -> None:
    """A value too large for the requested type is DISP_E_OVERFLOW."""
    await play.prepare("number", Variant(VarType.R8, 1e12))
    group = await play.group(active=False)
    for vartype in (VarType.I2, VarType.I4, VarType.UI1):
        handles = await play.add(group, play.item("number"), requested_type=vartype)
        rows = await group.read(handles, 0)
        play.failed_row(play.row(rows), [DISP_E_OVERFLOW], f"1e12 as VT_{vartype.name}")
        play.equal(rows.hresult, int(Hresult.S_FALSE), "HRESULT of the read")


@rule("convert-mismatch", SPECIFIED)
async def mismatch(play: Play) -> None:
    """Text that is no number, asked for as a number, is DISP_E_TYPEMISMATCH."""
    await play.prepare("text", Variant(VarType.BSTR, "not a number"))
    group = await play.group(active=False)
    handles = await play.add(group, play.item("text"), requested_type=VarType.R8)
    play.failed_row(await play.device_value(group, handles[0]), [DISP_E_TYPEMISMATCH], "words as VT_R8")
    await play.prepare("text", Variant(VarType.BSTR, "12.5"))
    play.equal((await play.device_value(group, handles[0])).value, Variant(VarType.R8, 12.5), "12.5 as VT_R8")


@rule("convert-everywhere", SPECIFIED)
async def everywhere(play: Play) -> None:
    """Cache, device, refresh and stream give the requested type alike."""
    await play.prepare("number", Variant(VarType.R8, 6.5))
    group = await play.group()
    handles = await play.add(group, play.item("number"), requested_type=VarType.BSTR)
    expected = Variant(VarType.BSTR, "6.5")
    async with play.watch(group) as watcher:
        play.equal(play.row(await watcher.change("the first change")).value, expected, "value of the stream")
    play.equal(play.row(await group.read(handles)).value, expected, "value of the cache")
    play.equal(play.row(await group.read(handles, 0)).value, expected, "value of the device")
    play.equal(play.row(await group.refresh()).value, expected, "value of a refresh")


@rule("convert-write", SPECIFIED)
async def write(play: Play) -> None:
    """What is written is converted to the item's own type."""
    play.need_writing()
    group = await play.group(active=False)
    own = await play.add(group, play.item("number"))
    as_text = await play.add(group, play.item("number"), requested_type=VarType.BSTR, first_client=2)
    written = (
        (Variant(VarType.BSTR, "12.5"), 12.5),
        (Variant(VarType.I4, 7), 7.0),
        (Variant(VarType.R4, 0.5), 0.5),
        (Variant(VarType.I2, -3), -3.0),
    )
    for handles in (own, as_text):
        for value, number in written:
            await play.write(group, handles, value)
            row = await play.device_value(group, own[0])
            play.equal(row.value, Variant(VarType.R8, number), f"value, {value.value!r} having been written")


@rule("convert-write-fails", SPECIFIED)
async def write_fails(play: Play) -> None:
    """A value that can't be converted fails in its row, and is not written."""
    await play.prepare("number", Variant(VarType.R8, 4.5))
    group = await play.group(active=False)
    tried = [("number", Variant(VarType.BSTR, "not a number"))]
    if play.subject.integer is not None:
        await play.prepare("integer", Variant(VarType.I4, 45))
        tried += [("integer", Variant(VarType.R8, 1e12)), ("integer", Variant(VarType.BSTR, "x"))]
    for role, value in tried:
        handles = await play.add(group, play.item("number" if role == "number" else "integer"))
        before = await play.device_value(group, handles[0])
        errors = await group.write(handles, WriteBatch.of(value))
        play.one_of(int(errors[0]), _NOT_CONVERTED, f"error of writing {value.value!r} to {role}")
        play.expect(failed(int(errors[0])), "error", "a failure", errors)
        after = await play.device_value(group, handles[0])
        play.equal(after.value, before.value, f"value of {role}, after that")


CONVERSION: Final = (text, rounds, to_bool, overflow, mismatch, everywhere, write, write_fails)
