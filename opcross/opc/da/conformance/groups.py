"""Checks of groups and their state."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from opcross.codes import Hresult
from opcross.ndr import VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.conformance.play import CHOSEN, SPECIFIED, Play, rule
from opcross.opc.da.model import GroupChange, GroupSettings, ItemDefinition

__all__ = ["GROUPS"]

_TAKEN: Final = (DaCode.E_DUPLICATENAME,)
_INVALID: Final = (Hresult.E_INVALIDARG,)


@rule("group-name", SPECIFIED)
async def name(play: Play) -> None:
    """A group has the name it was given; names differ by case."""
    for given in ("line 1", "LINE 1", "Größe.Ω"):
        group = await play.group(given)
        play.equal((await group.state()).name, given, "name of the group")


@rule("group-name-generated", SPECIFIED)
async def name_generated(play: Play) -> None:
    """A group without a name is given one of its own."""
    names = [(await (await play.group()).state()).name for _ in range(3)]
    play.expect(all(names) and len(set(names)) == 3, "names given by the server", "three different", names)


@rule("group-name-taken", SPECIFIED)
async def name_taken(play: Play) -> None:
    """A taken name is refused, and free again once its group is removed."""
    group = await play.group("taken")
    await play.refused(play.group("taken"), _TAKEN, "adding a group under a taken name")
    await group.remove()
    await play.group("taken")


@rule("group-rename", SPECIFIED)
async def rename(play: Play) -> None:
    """A group can be renamed, but not to a taken or an empty name."""
    await play.group("first")
    group = await play.group("second")
    await play.refused(group.set_name("first"), _TAKEN, "renaming to a taken name")
    await play.refused(group.set_name(""), _INVALID, "renaming to an empty name")
    play.equal((await group.state()).name, "second", "name, after refusals")
    await group.set_name("third")
    play.equal((await group.state()).name, "third", "name, after renaming")
    await play.group("second")
    await play.refused(play.group("third"), _TAKEN, "adding a group under the new name")


@rule("group-state", SPECIFIED)
async def state(play: Play) -> None:
    """The state says what was asked for."""
    settings = GroupSettings(
        name="state",
        active=False,
        update_rate=play.subject.rate,
        client=0xFFFFFFFE,
        time_bias=-60,
        deadband=2.5,
    )
    found = await (await play.session.add_group(settings)).state()
    play.equal(found.name, "state", "name")
    play.expect(not found.active, "state", "inactive", "active")
    play.equal(found.client, 0xFFFFFFFE, "client handle")
    play.equal(found.time_bias, -60, "time bias")
    play.equal(found.deadband, 2.5, "deadband")
    play.expect((await (await play.group()).state()).active, "state of another", "active", "inactive")


@rule("group-time-bias", CHOSEN)
async def time_bias(play: Play) -> None:
    """A time bias that was not given is 0; it can be changed."""
    group = await play.group()
    play.equal((await group.state()).time_bias, 0, "time bias that was not given")
    await group.set_state(GroupChange(time_bias=120))
    play.equal((await group.state()).time_bias, 120, "time bias, changed")


@rule("group-rate-revised", SPECIFIED)
async def rate_revised(play: Play) -> None:
    """The state and the answer of setting it tell the same revised rate."""
    group = await play.group()
    for asked in (play.subject.rate, play.subject.rate * 3, play.subject.rate * 2 + 1, 1, 86_400_000):
        revised = await group.set_state(GroupChange(update_rate=asked))
        play.equal((await group.state()).update_rate, revised, f"update rate of the state, {asked} asked for")
        fresh = await (await play.group(rate=asked)).state()
        play.equal(fresh.update_rate, revised, f"update rate of a new group, {asked} asked for")
    await group.set_state(GroupChange(active=False))
    play.equal(await group.set_state(GroupChange()), (await group.state()).update_rate, "rate of no change")


@rule("group-rate-fastest", SPECIFIED)
async def rate_fastest(play: Play) -> None:
    """An update rate of 0 asks for the fastest."""
    found = (await (await play.group(rate=0)).state()).update_rate
    play.expect(0 < found <= play.subject.rate, "fastest rate", f"1 to {play.subject.rate} ms", found)
    slower = (await (await play.group(rate=1)).state()).update_rate
    play.expect(slower >= found, "rate for 1 ms", f"{found} ms or more", slower)


@rule("group-rate-exact", CHOSEN)
async def rate_exact(play: Play) -> None:
    """A multiple of the server's own rate is granted, others are revised to one."""
    play.need(play.subject.exact_rates, "exact rates")
    base = (await (await play.group(rate=0)).state()).update_rate
    for asked in (play.subject.rate, play.subject.rate * 7):
        found = (await (await play.group(rate=asked)).state()).update_rate
        play.equal(found, asked, "update rate")
    odd = (await (await play.group(rate=play.subject.rate * 2 + 1)).state()).update_rate
    play.equal(odd % base, 0, f"rest of the revised rate {odd}, divided by the fastest {base}")


@rule("group-deadband-range", SPECIFIED)
async def deadband_range(play: Play) -> None:
    """A deadband outside 0 to 100 is refused."""
    group = await play.group(deadband=5.0)
    for percent in (-1.0, 100.5, math.nan, math.inf):
        await play.refused(play.group(deadband=percent), _INVALID, f"a group with deadband {percent}")
        await play.refused(
            group.set_state(GroupChange(deadband=percent, client=9)), _INVALID, f"setting deadband {percent}"
        )
    found = await group.state()
    play.equal((found.deadband, found.client), (5.0, 0), "deadband and client handle, after refusals")
    for percent in (0.0, 100.0):
        await group.set_state(GroupChange(deadband=percent))
        play.equal((await group.state()).deadband, percent, "deadband, changed")


@rule("group-set-state", SPECIFIED)
async def set_state(play: Play) -> None:
    """Settings that are not named stay as they are."""
    group = await play.group("kept", active=False, deadband=7.0)
    before = await group.state()
    await group.set_state(GroupChange(client=42))
    after = await group.state()
    play.equal(after.client, 42, "client handle, changed")
    await group.set_state(GroupChange(active=True))
    after = await group.state()
    play.expect(after.active, "state, changed", "active", "inactive")
    kept = ("name", "update_rate", "time_bias", "deadband", "keep_alive")
    for setting in kept:
        play.equal(getattr(after, setting), getattr(before, setting), f"{setting}, not changed")
    play.equal(after.client, 42, "client handle, not changed again")


@rule("group-remove-twice", CHOSEN)
async def remove_twice(play: Play) -> None:
    """Removing a group twice does nothing."""
    group = await play.group()
    await group.remove()
    await group.remove()


@rule("group-removed-refuses", CHOSEN)
async def removed_refuses(play: Play) -> None:
    """Every other call on a removed group fails."""
    group = await play.group()
    handles = await play.add(group, play.item("number"))
    await group.remove()
    await play.fails(group.state(), "asking a removed group for its state")
    await play.fails(group.read(handles, 0), "reading through a removed group")
    await play.fails(group.subscribe(), "subscribing to a removed group")
    await play.fails(
        group.add_items([ItemDefinition(item_id=play.item("number"))]), "adding items to a removed group"
    )


@rule("group-remove-ends-streams", CHOSEN)
async def remove_ends_streams(play: Play) -> None:
    """Streams of a group that is removed end with E_ABORT."""
    group = await play.group()
    await play.add(group, play.item("number"))
    async with play.watch(group) as first, play.watch(group) as second:
        await first.change("the first change")
        await group.remove()
        await first.aborted("the stream of a removed group")
        await second.aborted("the other stream of a removed group")


@rule("group-clone", SPECIFIED)
async def clone(play: Play) -> None:
    """A clone is inactive and has the same settings and items otherwise."""
    group = await play.group("original", deadband=3.0)
    await group.set_state(GroupChange(client=5))
    number = play.item("number")
    definitions = [
        ItemDefinition(item_id=number, client=3, requested_type=VarType.BSTR),
        ItemDefinition(item_id=number, client=1, active=False),
        ItemDefinition(item_id=number, client=2),
    ]
    added = await group.add_items(definitions)
    await group.remove_items(added.handles[2:])
    copy = await group.clone("copy")
    old, new = await group.state(), await copy.state()
    play.equal((new.name, new.active), ("copy", False), "name and state of the clone")
    for setting in ("update_rate", "client", "time_bias", "deadband", "locale"):
        play.equal(getattr(new, setting), getattr(old, setting), f"{setting} of the clone")
    for attribute in ("item_id", "client", "active", "requested_type", "canonical_type", "rights"):
        play.equal(
            [getattr(item, attribute) for item in await copy.items()],
            [getattr(item, attribute) for item in await group.items()],
            f"{attribute} of the items of the clone",
        )
    handles = np.array([item.server for item in await copy.items()], np.uint32)
    play.codes(
        (await copy.read(handles, 0)).errors, [Hresult.S_OK] * 2, "errors of reading through the clone"
    )


@rule("group-clone-apart", SPECIFIED)
async def clone_apart(play: Play) -> None:
    """What happens to the clone does not touch the original."""
    group = await play.group("original")
    handles = await play.add(group, play.item("number"))
    copy = await group.clone("copy")
    await copy.set_state(GroupChange(active=True, client=9))
    await play.add(copy, play.item("number"), first_client=50)
    await group.set_clients(handles, np.array([77], np.uint32))
    play.equal([item.client for item in await copy.items()], [1, 50], "client handles of the clone")
    play.equal([item.client for item in await group.items()], [77], "client handles of the original")
    await copy.remove()
    play.equal(
        ((await group.state()).active, (await group.state()).client), (True, 0), "state of the original"
    )
    play.good(await play.device_value(group, handles[0]), "a read through the original, its clone removed")


@rule("group-clone-name", SPECIFIED)
async def clone_name(play: Play) -> None:
    """A clone needs a name that is free, or gets one."""
    group = await play.group("original")
    await play.refused(group.clone("original"), _TAKEN, "cloning under the same name")
    given = (await (await group.clone("")).state()).name
    play.expect(
        given not in ("", "original"), "name of a clone, none being given", "one of its own", repr(given)
    )


@rule("group-clone-extras", CHOSEN)
async def clone_extras(play: Play) -> None:
    """Deadbands of single items are cloned; the keep-alive is not."""
    play.need_da3()
    group = await play.group("original")
    handles = await play.add(group, play.item("analog"))
    await group.set_deadbands(handles, np.array([12.5], np.float32))
    if play.subject.keep_alive:
        await group.set_keep_alive(play.subject.rate * 10)
    copy = await group.clone("copy")
    cloned = np.array([item.server for item in await copy.items()], np.uint32)
    percents, errors = await copy.deadbands(cloned)
    play.codes(errors, [Hresult.S_OK], "error of the deadband of the clone's item")
    play.equal(percents.tolist(), [12.5], "deadband of the clone's item")
    play.equal((await copy.state()).keep_alive, 0, "keep-alive of the clone")


@rule("group-keep-alive", SPECIFIED)
async def keep_alive(play: Play) -> None:
    """The keep-alive is off at first, may be revised, and switched off."""
    play.need_da3()
    play.need(play.subject.keep_alive, "keep-alive")
    group = await play.group()
    play.equal((await group.state()).keep_alive, 0, "keep-alive of a new group")
    revised = await group.set_keep_alive(play.subject.rate * 20)
    play.expect(revised > 0, "revised keep-alive", "some time", revised)
    play.equal((await group.state()).keep_alive, revised, "keep-alive of the state")
    play.equal(await group.set_keep_alive(0), 0, "revised keep-alive of none")
    play.equal((await group.state()).keep_alive, 0, "keep-alive, switched off")


GROUPS: Final = (
    name,
    name_generated,
    name_taken,
    rename,
    state,
    time_bias,
    rate_revised,
    rate_fastest,
    rate_exact,
    deadband_range,
    set_state,
    remove_twice,
    removed_refuses,
    remove_ends_streams,
    clone,
    clone_apart,
    clone_name,
    clone_extras,
    keep_alive,
)
