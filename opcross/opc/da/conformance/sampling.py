"""Checks of sampling, buffering and keep-alive (DA 3.0)."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from opcross.codes import Hresult
from opcross.opc.codes import DaCode
from opcross.opc.da.conformance.play import ABSENT, CHOSEN, SPECIFIED, Play, rule
from opcross.opc.da.model import GroupChange

__all__ = ["SAMPLING"]

_OK: Final = Hresult.S_OK
_SLOW: Final = 10
"""A group of these checks is updated this many times more slowly than its items are sampled."""


def _rates(*rates: int) -> np.ndarray:
    return np.array(rates, np.uint32)


def _flags(flags: list[bool]) -> np.ndarray:
    return np.array(flags, np.bool_)


@rule("sampling-rates", SPECIFIED)
async def rates(play: Play) -> None:
    """An item may have a sampling rate of its own, which can be asked for and cleared."""
    play.need_da3()
    group = await play.group(rate=play.subject.rate * _SLOW)
    handles = await play.add(group, play.item("number"))
    mixed = np.array([ABSENT, handles[0]], np.uint32)
    play.codes(
        (await group.sampling(mixed)).errors,
        [DaCode.E_INVALIDHANDLE, DaCode.E_RATENOTSET],
        "errors of asking for what is not set",
    )
    revised = await group.set_sampling(mixed, _rates(play.subject.rate, play.subject.rate))
    play.equal(int(revised.errors[0]), int(DaCode.E_INVALIDHANDLE), "error of an unknown handle")
    play.one_of(int(revised.errors[1]), [_OK, DaCode.S_UNSUPPORTEDRATE], "error of setting")
    play.equal(
        int(revised.errors[1]) == _OK,
        int(revised.rates[1]) == play.subject.rate,
        "whether it was not revised",
    )
    play.expect(int(revised.rates[1]) > 0, "revised rate", "some time", revised.rates[1])
    found = await group.sampling(handles)
    play.codes(found.errors, [_OK], "error of asking for what is set")
    play.equal(int(found.rates[0]), int(revised.rates[1]), "rate asked for")
    play.codes(await group.clear_sampling(mixed), [DaCode.E_INVALIDHANDLE, _OK], "errors of clearing")
    play.codes((await group.sampling(handles)).errors, [DaCode.E_RATENOTSET], "error of asking again")


@rule("sampling-newest", SPECIFIED)
async def newest(play: Play) -> None:
    """Without buffering each update has only the newest sample."""
    play.need_da3()
    group = await play.group(rate=play.subject.rate * _SLOW)
    handles = await play.add(group, play.item("changing"))
    await group.set_sampling(handles, _rates(play.subject.rate))
    async with play.watch(group) as watcher:
        for _ in range(3):
            batch = await watcher.change("an update")
            play.equal(batch.handles.tolist(), [1], "handles of an update without buffering")


@rule("buffering-flag", SPECIFIED)
async def flag(play: Play) -> None:
    """Buffering is off at first, and can be switched for each item."""
    play.need_da3()
    play.need(play.subject.buffering, "buffering")
    group = await play.group()
    handles = await play.add(group, play.item("number"), play.item("number"))
    mixed = np.array([handles[0], ABSENT, handles[1]], np.uint32)
    unknown = [_OK, DaCode.E_INVALIDHANDLE, _OK]
    enabled, errors = await group.buffering(mixed)
    play.codes(errors, unknown, "errors of asking")
    play.equal(enabled[[0, 2]].tolist(), [False, False], "buffering at first")
    play.codes(await group.set_buffering(mixed, _flags([False, True, True])), unknown, "errors of switching")
    enabled, _ = await group.buffering(handles)
    play.equal(enabled.tolist(), [False, True], "buffering, switched on for the second")
    play.codes(
        await group.set_buffering(handles, _flags([False, False])), [_OK, _OK], "errors of switching off"
    )
    enabled, _ = await group.buffering(handles)
    play.equal(enabled.tolist(), [False, False], "buffering, switched off")


@rule("buffering-samples", SPECIFIED)
async def samples(play: Play) -> None:
    """With buffering an update has all samples since the last, oldest first."""
    play.need_da3()
    play.need(play.subject.buffering, "buffering")
    group = await play.group(rate=play.subject.rate * _SLOW)
    handles = await play.add(group, play.item("changing"), play.item("number"))
    await group.set_sampling(handles[:1], _rates(play.subject.rate))
    play.codes(await group.set_buffering(handles[:1], _flags([True])), [_OK], "error of switching on")
    async with play.watch(group) as watcher:
        await watcher.until(1, 2, what="the first change")
        await watcher.change("an update that may be short")
        batch = await watcher.change("an update")
        play.expect(
            len(batch) > 1 and set(batch.handles.tolist()) == {1},
            "handles of an update",
            "handle 1, several times",
            batch.handles.tolist(),
        )
        stamps = batch.time_stamps.tolist()
        play.equal(stamps, sorted(stamps), "time stamps, oldest first")
        values = [row.value for row in batch]
        play.expect(
            all(one != next_one for one, next_one in pairwise(values)),
            "values of the samples",
            "each another",
            values,
        )


@rule("buffering-unsupported", SPECIFIED)
async def unsupported(play: Play) -> None:
    """A server that can't buffer says OPC_E_NOBUFFERING."""
    play.need_da3()
    play.need(not play.subject.buffering, "lack of buffering")
    group = await play.group()
    handles = await play.add(group, play.item("number"))
    errors = await group.set_buffering(handles, _flags([True]))
    play.codes(errors, [DaCode.E_NOBUFFERING], "error of switching on")


@rule("keep-alive", SPECIFIED)
async def keep_alive(play: Play) -> None:
    """A silent stream of an active group gives an empty change after the keep-alive time."""
    play.need_da3()
    play.need(play.subject.keep_alive, "keep-alive")
    group = await play.group()
    await play.add(group, play.item("number"))
    await group.set_keep_alive(play.subject.rate * 2)
    async with play.watch(group) as watcher:
        await watcher.until(1, what="the first change")
        await watcher.keep_alive("a silent stream with a keep-alive")
        await watcher.keep_alive("the stream after a first keep-alive")


@rule("keep-alive-off", SPECIFIED)
async def keep_alive_off(play: Play) -> None:
    """Without a keep-alive a silent stream stays silent."""
    play.need_da3()
    play.need(play.subject.keep_alive, "keep-alive")
    group = await play.group()
    await play.add(group, play.item("number"))
    await group.set_keep_alive(play.subject.rate * 2)
    async with play.watch(group) as watcher:
        await watcher.until(1, what="the first change")
        await watcher.keep_alive("a silent stream with a keep-alive")
        await group.set_keep_alive(0)
        await watcher.settled("what was on the way")
        await watcher.silent("a stream whose keep-alive was switched off")


@rule("keep-alive-inactive", CHOSEN)
async def keep_alive_inactive(play: Play) -> None:
    """An inactive group sends no keep-alives."""
    play.need_da3()
    play.need(play.subject.keep_alive, "keep-alive")
    group = await play.group(active=False)
    await play.add(group, play.item("number"))
    await group.set_keep_alive(play.subject.rate * 2)
    async with play.watch(group) as watcher:
        await watcher.silent("the stream of an inactive group with a keep-alive")
        await group.set_state(GroupChange(active=True))
        await watcher.until(1, what="the change of activation")
        await watcher.keep_alive("the stream of a group that was activated")


SAMPLING: Final = (
    rates,
    newest,
    flag,
    samples,
    unsupported,
    keep_alive,
    keep_alive_off,
    keep_alive_inactive,
)
