"""Checks of adding, validating and managing items."""

from __future__ import annotations

from typing import Final

import numpy as np

from opcross.codes import Hresult, failed
from opcross.ndr import SafeArray, Variant, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import WriteBatch
from opcross.opc.da.conformance.play import ABSENT, CHOSEN, SPECIFIED, Play, rule
from opcross.opc.da.model import AccessRights, EuType, ItemDefinition

__all__ = ["ITEMS"]

_OK: Final = Hresult.S_OK
_IMPOSSIBLE: Final = (VarType.ARRAY | VarType.R8, VarType.UNKNOWN, VarType.BYREF | VarType.R8)
"""Types into which no single number can be converted."""


def _handles(*handles: int) -> np.ndarray:
    return np.array(handles, np.uint32)


@rule("items-results", SPECIFIED)
async def results(play: Play) -> None:
    """An item that was added has a handle of its own, its canonical type and its rights."""
    group = await play.group(active=False)
    number = ItemDefinition(item_id=play.item("number"))
    added = await group.add_items([number, number])
    play.codes(added.errors, [_OK, _OK], "errors of adding")
    play.expect(added.handles[0] != added.handles[1], "handles of two items", "two", added.handles)
    play.equal(added.types.tolist(), [VarType.R8, VarType.R8], "canonical types")
    play.expect(bool(added.rights[0] & AccessRights.READABLE), "rights", "readable", added.rights[0])
    expected = {"read_only": AccessRights.READABLE, "write_only": AccessRights.WRITEABLE}
    for role, rights in expected.items():
        item_id = getattr(play.subject, role)
        if item_id is not None:
            _, _, found, _ = play.result(await group.add_items([ItemDefinition(item_id=item_id)]))
            play.equal(found, int(rights), f"rights of {item_id}")


@rule("items-partial", SPECIFIED)
async def partial(play: Play) -> None:
    """Items that can't be added fail alone, in their places."""
    group = await play.group(active=False)
    ids = [play.item("number"), play.subject.unknown, "", play.item("number")]
    added = await group.add_items([ItemDefinition(item_id=item_id) for item_id in ids])
    play.codes(
        added.errors, [_OK, DaCode.E_UNKNOWNITEMID, DaCode.E_INVALIDITEMID, _OK], "errors of adding, in order"
    )
    play.equal(added.hresult, int(Hresult.S_FALSE), "HRESULT of the call")
    rows = await group.read(added.handles[[0, 3]], 0)
    play.codes(rows.errors, [_OK, _OK], "errors of reading what was added")
    play.equal(len(await group.items()), 2, "items of the group")


@rule("items-empty-id", SPECIFIED)
async def empty_id(play: Play) -> None:
    """An empty item id is OPC_E_INVALIDITEMID."""
    group = await play.group()
    added = await group.add_items([ItemDefinition(item_id="")])
    play.codes(added.errors, [DaCode.E_INVALIDITEMID], "error of adding an empty item id")


@rule("items-unknown-id", SPECIFIED)
async def unknown_id(play: Play) -> None:
    """An item id that is not there is OPC_E_UNKNOWNITEMID."""
    group = await play.group()
    added = await group.add_items([ItemDefinition(item_id=play.subject.unknown)])
    play.codes(added.errors, [DaCode.E_UNKNOWNITEMID], "error of adding an unknown item")


@rule("items-unknown-path", CHOSEN)
async def unknown_path(play: Play) -> None:
    """An access path that the server does not know is OPC_E_UNKNOWNPATH."""
    play.need(play.subject.knows_paths, "judgement of access paths")
    definition = ItemDefinition(item_id=play.item("number"), access_path="no/such/path")
    group = await play.group()
    play.codes((await group.add_items([definition])).errors, [DaCode.E_UNKNOWNPATH], "error of adding")
    play.codes(
        (await play.session.validate([definition])).errors, [DaCode.E_UNKNOWNPATH], "error of validating"
    )


@rule("items-validate", SPECIFIED)
async def validate(play: Play) -> None:
    """Validating says what adding would say, and adds nothing."""
    definitions = [
        ItemDefinition(item_id=play.item("number"), requested_type=VarType.BSTR),
        ItemDefinition(item_id=play.subject.unknown),
        ItemDefinition(item_id=play.item("number"), requested_type=VarType.ARRAY | VarType.R8),
        ItemDefinition(item_id=""),
    ]
    group = await play.group()
    said = {
        "session": await play.session.validate(definitions),
        "group": await group.validate_items(definitions),
    }
    play.equal(len(await group.items()), 0, "items of the group, after validating")
    added = await group.add_items(definitions)
    for where, found in said.items():
        play.codes(found.errors, added.errors.tolist(), f"errors of validating through the {where}")
        for row in range(len(definitions)):
            play.equal(int(found.handles[row]), 0, f"handle of validating through the {where}")
            if not failed(int(added.errors[row])):
                play.equal(found.types[row], added.types[row], f"type said by the {where}")
                play.equal(found.rights[row], added.rights[row], f"rights said by the {where}")


@rule("items-twice", SPECIFIED)
async def twice(play: Play) -> None:
    """The same item may be added twice, each with a state of its own."""
    group = await play.group()
    handles = await play.add(group, play.item("number"), play.item("number"))
    await group.set_active(handles[1:], active=False)
    play.equal([item.active for item in await group.items()], [True, False], "states of the two")
    play.equal([row.handle for row in await group.read(handles, 0)], [1, 2], "client handles of the two")
    await group.remove_items(handles[:1])
    play.codes((await group.read(handles[1:], 0)).errors, [_OK], "error of reading the one that stayed")


@rule("items-write-only", CHOSEN)
async def write_only(play: Play) -> None:
    """An item that can only be written can be added."""
    group = await play.group()
    await play.add(group, play.item("write_only"))


@rule("items-bad-type", SPECIFIED)
async def bad_type(play: Play) -> None:
    """A requested type that can never be is OPC_E_BADTYPE."""
    group = await play.group()
    definitions = [
        ItemDefinition(item_id=play.item("number"), requested_type=vartype) for vartype in _IMPOSSIBLE
    ]
    expected = [DaCode.E_BADTYPE] * len(_IMPOSSIBLE)
    play.codes((await group.add_items(definitions)).errors, expected, "errors of adding")
    play.codes((await group.validate_items(definitions)).errors, expected, "errors of validating")
    play.equal(len(await group.items()), 0, "items of the group")


@rule("items-canonical-type", SPECIFIED)
async def canonical_type(play: Play) -> None:
    """The type in the result is the item's own, whatever was requested."""
    group = await play.group()
    for requested in (VarType.EMPTY, VarType.BSTR, VarType.I4):
        definition = ItemDefinition(item_id=play.item("number"), requested_type=requested)
        _, vartype, _, error = play.result(await group.add_items([definition]))
        play.equal(error, int(_OK), f"error of adding with type {requested.name}")
        play.equal(vartype, int(VarType.R8), f"canonical type, {requested.name} being requested")


@rule("items-attributes", SPECIFIED)
async def attributes(play: Play) -> None:
    """Attributes say what was asked for and what became of it, in the order of adding."""
    group = await play.group()
    item_id = play.item("number")
    definitions = [
        ItemDefinition(item_id=item_id, client=7, active=False, requested_type=VarType.BSTR),
        ItemDefinition(item_id=item_id, client=8),
        ItemDefinition(item_id=item_id, client=9, requested_type=VarType.R4),
    ]
    added = await group.add_items(definitions)
    found = await group.items()
    play.equal([item.item_id for item in found], [item_id] * 3, "item ids")
    play.equal([item.client for item in found], [7, 8, 9], "client handles")
    play.equal([item.server for item in found], added.handles.tolist(), "server handles")
    play.equal([item.active for item in found], [False, True, True], "states")
    play.equal(
        [int(item.requested_type) for item in found],
        [int(definition.requested_type) for definition in definitions],
        "requested types",
    )
    play.equal([int(item.canonical_type) for item in found], [int(VarType.R8)] * 3, "canonical types")
    play.equal([int(item.rights) for item in found], added.rights.tolist(), "rights")


@rule("items-eu-info", SPECIFIED)
async def eu_info(play: Play) -> None:
    """Analog items carry their limits, enumerated ones their labels, others nothing."""
    group = await play.group()
    await play.add(group, play.item("number"))
    play.equal(int((await group.items())[0].eu_type), int(EuType.NONE), "EU type of a plain number")
    if play.subject.analog is not None:
        await play.add(group, play.subject.analog)
        item = (await group.items())[-1]
        play.equal(int(item.eu_type), int(EuType.ANALOG), "EU type of an analog item")
        play.equal(int(item.eu_info.vt), VarType.ARRAY | VarType.R8, "type of its EU information")
        play.equal(_elements(item.eu_info), [0.0, 100.0], "limits of an analog item")
    if play.subject.enumerated is not None:
        await play.add(group, play.subject.enumerated)
        item = (await group.items())[-1]
        play.equal(int(item.eu_type), int(EuType.ENUMERATED), "EU type of an enumerated item")
        play.equal(int(item.eu_info.vt), VarType.ARRAY | VarType.BSTR, "type of its EU information")
        play.expect(len(_elements(item.eu_info)) > 1, "labels", "several", _elements(item.eu_info))


def _elements(variant: Variant) -> list[object]:
    array = variant.value
    return list(array.values) if isinstance(array, SafeArray) else []


@rule("items-unknown-handle", SPECIFIED)
async def unknown_handle(play: Play) -> None:
    """A handle that the group does not know fails alone."""
    group = await play.group()
    known = await play.add(group, play.item("number"))
    handles = _handles(ABSENT, known[0], 0 if known[0] else ABSENT)
    expected = [DaCode.E_INVALIDHANDLE, _OK, DaCode.E_INVALIDHANDLE]
    play.codes((await group.read(handles, 0)).errors, expected, "errors of reading")
    play.codes(await group.set_active(handles, active=True), expected, "errors of setting states")
    play.codes(
        await group.set_clients(handles, np.array([5, 6, 7], np.uint32)),
        expected,
        "errors of setting clients",
    )
    types = np.full(3, VarType.R8, np.uint16)
    play.codes(await group.set_types(handles, types), expected, "errors of setting types")
    play.equal((await group.items())[0].client, 6, "client handle of the item that is there")
    if play.subject.writable:
        values = WriteBatch.of(*[Variant(VarType.R8, 1.5)] * 3)
        play.codes(await group.write(handles, values), expected, "errors of writing")
    play.codes(await group.remove_items(handles), expected, "errors of removing")
    play.equal(len(await group.items()), 0, "items that are left")


@rule("items-remove", SPECIFIED)
async def remove(play: Play) -> None:
    """A removed item is gone, and its handle unknown."""
    group = await play.group()
    handles = await play.add(group, *[play.item("number")] * 3)
    play.codes(await group.remove_items(handles[1:2]), [_OK], "error of removing")
    play.equal([item.client for item in await group.items()], [1, 3], "client handles of what is left")
    expected = [_OK, DaCode.E_INVALIDHANDLE, _OK]
    play.codes((await group.read(handles, 0)).errors, expected, "errors of reading")
    play.codes(await group.remove_items(handles[1:2]), [DaCode.E_INVALIDHANDLE], "error of removing again")
    again = await play.add(group, play.item("number"))
    play.expect(int(again[0]) not in handles[[0, 2]].tolist(), "handle of a new item", "a new one", again[0])


@rule("items-set-clients", SPECIFIED)
async def set_clients(play: Play) -> None:
    """Values come under the new client handle as soon as the call is done."""
    group = await play.group()
    handles = await play.add(group, play.item("number"), play.item("number"))
    play.codes(
        await group.set_clients(handles, np.array([0xFFFFFFFF, 0], np.uint32)),
        [_OK, _OK],
        "errors of the call",
    )
    play.equal([item.client for item in await group.items()], [0xFFFFFFFF, 0], "client handles")
    play.equal((await group.read(handles, 0)).handles.tolist(), [0xFFFFFFFF, 0], "handles of a read")
    await play.wait()
    play.equal(
        (await group.read(handles)).handles.tolist(), [0xFFFFFFFF, 0], "handles of a read of the cache"
    )


@rule("items-set-types", SPECIFIED)
async def set_types(play: Play) -> None:
    """Values come in the new type; one that can't be changes nothing."""
    group = await play.group()
    handles = await play.add(group, play.item("number"))
    for asked, expected in (
        (VarType.BSTR, VarType.BSTR),
        (VarType.EMPTY, VarType.R8),
        (VarType.R4, VarType.R4),
    ):
        types = np.array([asked], np.uint16)
        play.codes(await group.set_types(handles, types), [_OK], f"error of asking for {asked.name}")
        row = await play.device_value(group, handles[0])
        play.equal(None if row.value is None else int(row.value.vt), int(expected), f"type, as {asked.name}")
        play.equal(int((await group.items())[0].requested_type), int(asked), "requested type")
    for impossible in _IMPOSSIBLE:
        types = np.array([impossible], np.uint16)
        play.codes(await group.set_types(handles, types), [DaCode.E_BADTYPE], f"error of 0x{impossible:04X}")
    play.equal(
        int((await group.items())[0].requested_type), int(VarType.R4), "requested type, after refusals"
    )


@rule("items-set-active", SPECIFIED)
async def set_active(play: Play) -> None:
    """The attributes show the state that was set."""
    group = await play.group()
    handles = await play.add(group, play.item("number"), play.item("number"), active=False)
    for _ in range(2):
        play.codes(await group.set_active(handles[:1], active=True), [_OK], "error of activating")
        play.equal([item.active for item in await group.items()], [True, False], "states")
    play.codes(await group.set_active(handles, active=False), [_OK, _OK], "errors of deactivating")
    play.equal([item.active for item in await group.items()], [False, False], "states")


@rule("items-none", CHOSEN)
async def none(play: Play) -> None:
    """Asking for nothing gives nothing, and is no error."""
    group = await play.group()
    nothing = _handles()
    play.equal(len(await group.add_items(())), 0, "results of adding nothing")
    play.equal(len(await group.validate_items(())), 0, "results of validating nothing")
    play.equal(len(await play.session.validate(())), 0, "results of validating nothing without a group")
    play.equal(len(await group.read(nothing, 0)), 0, "rows of reading nothing")
    play.equal(len(await group.remove_items(nothing)), 0, "errors of removing nothing")
    play.equal(len(await group.set_active(nothing, active=True)), 0, "errors of activating nothing")
    play.equal(len(await play.session.read((), 0)), 0, "rows of reading nothing without a group")
    play.equal(len(await play.session.properties(())), 0, "properties of nothing")
    if play.subject.writable:
        play.equal(len(await group.write(nothing, WriteBatch.of())), 0, "errors of writing nothing")


ITEMS: Final = (
    results,
    partial,
    empty_id,
    unknown_id,
    unknown_path,
    validate,
    twice,
    write_only,
    bad_type,
    canonical_type,
    attributes,
    eu_info,
    unknown_handle,
    remove,
    set_clients,
    set_types,
    set_active,
    none,
)
