"""Checks of deadbands, of a group and of single items.

The item ``analog`` has a range of 100, so a percentage is the difference itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.codes import Hresult
from opcross.ndr import Variant, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.conformance.play import ABSENT, SPECIFIED, Play, rule
from opcross.opc.da.model import GroupChange

if TYPE_CHECKING:
    from opcross.opc.da.conformance.watcher import Watcher

__all__ = ["DEADBANDS"]

_OK: Final = Hresult.S_OK


def _real(number: float) -> Variant:
    return Variant(VarType.R8, number)


def _percents(*percents: float) -> np.ndarray:
    return np.array(percents, np.float32)


async def _passes(play: Play, watcher: Watcher, *numbers: float) -> None:
    """Each of these values of ``analog`` is sent."""
    for number in numbers:
        await play.prepare("analog", _real(number))
        await watcher.until_value(1, number, f"the stream after {number} was written")


async def _held_back(play: Play, watcher: Watcher, *numbers: float) -> None:
    """None of these values of ``analog`` is sent."""
    for number in numbers:
        await play.prepare("analog", _real(number))
        await watcher.quiet(f"the stream after {number} was written, within the deadband")


@rule("deadband", SPECIFIED)
async def deadband(play: Play) -> None:
    """An analog item is sent only if it differs by more than the deadband."""
    await play.prepare("analog", _real(50.0))
    group = await play.group(deadband=10.0)
    await play.add(group, play.item("analog"))
    async with play.watch(group) as watcher:
        await watcher.until_value(1, 50.0, "the first change")
        await _held_back(play, watcher, 55.0, 60.0, 40.0)
        await _passes(play, watcher, 60.5, 50.0)


@rule("deadband-last-sent", SPECIFIED)
async def last_sent(play: Play) -> None:
    """The comparison is with the value last sent, so a slow drift is sent in the end."""
    await play.prepare("analog", _real(50.0))
    group = await play.group(deadband=10.0)
    await play.add(group, play.item("analog"))
    async with play.watch(group) as watcher:
        await watcher.until_value(1, 50.0, "the first change")
        await _held_back(play, watcher, 54.0, 58.0)
        await _passes(play, watcher, 62.0)
        await _held_back(play, watcher, 53.0)


@rule("deadband-analog-only", SPECIFIED)
async def analog_only(play: Play) -> None:
    """Items without an EU range ignore the deadband."""
    await play.prepare("number", _real(50.0))
    group = await play.group(deadband=50.0)
    await play.add(group, play.item("number"))
    async with play.watch(group) as watcher:
        await watcher.until_value(1, 50.0, "the first change")
        for number in (50.5, 51.0):
            await play.prepare("number", _real(number))
            await watcher.until_value(1, number, "the stream of an item without a range")


@rule("deadband-zero", SPECIFIED)
async def zero(play: Play) -> None:
    """With a deadband of 0 every change is sent."""
    await play.prepare("analog", _real(50.0))
    group = await play.group()
    await play.add(group, play.item("analog"))
    async with play.watch(group) as watcher:
        await watcher.until_value(1, 50.0, "the first change")
        await _passes(play, watcher, 50.000001, 50.0)


@rule("deadband-set-state", SPECIFIED)
async def by_set_state(play: Play) -> None:
    """A deadband can be changed while the stream runs."""
    await play.prepare("analog", _real(50.0))
    group = await play.group()
    await play.add(group, play.item("analog"))
    async with play.watch(group) as watcher:
        await watcher.until_value(1, 50.0, "the first change")
        await group.set_state(GroupChange(deadband=20.0))
        await _held_back(play, watcher, 65.0)
        await group.set_state(GroupChange(deadband=0.0))
        await _passes(play, watcher, 66.0)


@rule("deadband-reads", SPECIFIED)
async def reads(play: Play) -> None:
    """A deadband holds back changes only: reads of the device have the present value."""
    await play.prepare("analog", _real(50.0))
    group = await play.group(deadband=50.0)
    handles = await play.add(group, play.item("analog"))
    async with play.watch(group) as watcher:
        await watcher.until_value(1, 50.0, "the first change")
        await _held_back(play, watcher, 51.0)
        play.equal((await play.device_value(group, handles[0])).value, _real(51.0), "value of the device")
        play.equal(play.row(await group.refresh(0)).value, _real(51.0), "value of a refresh from the device")


@rule("item-deadband", SPECIFIED)
async def of_item(play: Play) -> None:
    """An item's own deadband counts instead of the group's until it is cleared."""
    play.need_da3()
    await play.prepare("analog", _real(50.0))
    group = await play.group(deadband=10.0)
    handles = await play.add(group, play.item("analog"))
    play.codes(await group.set_deadbands(handles, _percents(30.0)), [_OK], "error of setting a deadband")
    percents, errors = await group.deadbands(handles)
    play.codes(errors, [_OK], "error of asking for the deadband")
    play.equal(percents.tolist(), [30.0], "deadband of the item")
    async with play.watch(group) as watcher:
        await watcher.until_value(1, 50.0, "the first change")
        await _held_back(play, watcher, 75.0)
        await _passes(play, watcher, 81.0)
        play.codes(await group.clear_deadbands(handles), [_OK], "error of clearing the deadband")
        await _held_back(play, watcher, 76.0)
        await _passes(play, watcher, 60.0)


@rule("item-deadband-errors", SPECIFIED)
async def of_item_errors(play: Play) -> None:
    """Deadbands that can't be, and such as were not set, have their codes."""
    play.need_da3()
    group = await play.group(deadband=10.0)
    analog = await play.add(group, play.item("analog"))
    number = await play.add(group, play.item("number"), first_client=2)
    mixed = np.array([ABSENT, number[0], analog[0]], np.uint32)
    expected = [DaCode.E_INVALIDHANDLE, DaCode.E_DEADBANDNOTSUPPORTED, _OK]
    play.codes(await group.set_deadbands(mixed, _percents(5.0, 5.0, 5.0)), expected, "errors of setting")
    play.codes(await group.clear_deadbands(analog), [_OK], "error of clearing")
    _, errors = await group.deadbands(analog)
    play.codes(errors, [DaCode.E_DEADBANDNOTSET], "error of asking for what is not set")
    play.codes(await group.clear_deadbands(analog), [DaCode.E_DEADBANDNOTSET], "error of clearing again")
    for percent in (-0.5, 100.5, float("nan")):
        errors = await group.set_deadbands(analog, _percents(percent))
        play.codes(errors, [Hresult.E_INVALIDARG], f"error of deadband {percent}")
    _, errors = await group.deadbands(analog)
    play.codes(errors, [DaCode.E_DEADBANDNOTSET], "error of asking, after refusals")


DEADBANDS: Final = (
    deadband,
    last_sent,
    analog_only,
    zero,
    by_set_state,
    reads,
    of_item,
    of_item_errors,
)
