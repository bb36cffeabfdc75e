"""Checks of item properties."""

from __future__ import annotations

from typing import Final

from opcross.codes import Hresult
from opcross.ndr import VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.conformance.play import OBSERVED, SPECIFIED, Play, rule
from opcross.opc.da.model import ItemDefinition, ItemProperties, ItemProperty

__all__ = ["PROPERTIES"]

_TYPE, _VALUE, _QUALITY, _TIME, _RIGHTS, _RATE = range(1, 7)
_HIGH_EU, _LOW_EU = 102, 103
_NO_ITEM: Final = (DaCode.E_UNKNOWNITEMID, DaCode.E_INVALIDITEMID)
_NO_PROPERTY: Final = 4_999
"""An id of the range that the specification keeps for itself, and gave to nothing."""


async def _properties(
    play: Play, item_id: str, ids: tuple[int, ...] = (), *, values: bool = True
) -> dict[int, ItemProperty]:
    """The properties of one item, which has to be there."""
    found = _only(play, await play.session.properties([item_id], ids, values=values))
    play.equal(found.error, int(Hresult.S_OK), f"error of {item_id}")
    return {one.id: one for one in found.properties}


def _only(play: Play, items: tuple[ItemProperties, ...]) -> ItemProperties:
    play.equal(len(items), 1, "number of items")
    return items[0]


def _value(play: Play, one: ItemProperty) -> object:
    play.equal(one.error, int(Hresult.S_OK), f"error of property {one.id}")
    if one.value is None:
        raise play.fail(f"value of property {one.id}", "a value", "none")
    return one.value.value


@rule("properties-item-set", SPECIFIED)
async def item_set(play: Play) -> None:
    """Every item has the properties 1 to 6."""
    available = {one.id for one in await play.session.available_properties(play.item("number"))}
    play.expect(available >= set(range(1, 7)), "available properties", "1 to 6 among them", sorted(available))
    found = await _properties(play, play.item("number"), tuple(range(1, 7)))
    for one in found.values():
        _value(play, one)


@rule("properties-types", SPECIFIED)
async def property_types(play: Play) -> None:
    """The first six properties have their types."""
    expected = {
        _TYPE: VarType.I2,
        _VALUE: VarType.R8,
        _QUALITY: VarType.I2,
        _TIME: VarType.DATE,
        _RIGHTS: VarType.I4,
        _RATE: VarType.R4,
    }
    found = await _properties(play, play.item("number"), tuple(expected))
    for number, vartype in expected.items():
        one = found[number]
        play.equal(int(one.data_type), int(vartype), f"type of property {number}")
        play.equal(None if one.value is None else int(one.value.vt), int(vartype), f"type of value {number}")


@rule("properties-agree", SPECIFIED)
async def properties_agree(play: Play) -> None:
    """Canonical type, access rights and value are those of the item."""
    item_id = play.item("number")
    _, vartype, rights, _ = play.result(await play.session.validate([ItemDefinition(item_id=item_id)]))
    found = await _properties(play, item_id, (_TYPE, _VALUE, _RIGHTS))
    play.equal(_value(play, found[_TYPE]), vartype, "property 1, the canonical type")
    play.equal(_value(play, found[_RIGHTS]), rights, "property 5, the access rights")
    group = await play.group(active=False)
    row = await play.device_value(group, (await play.add(group, item_id))[0])
    play.equal(found[_VALUE].value, row.value, "property 2, the value")


@rule("properties-analog", SPECIFIED)
async def properties_analog(play: Play) -> None:
    """An analog item has high and low EU."""
    found = await _properties(play, play.item("analog"), (_HIGH_EU, _LOW_EU))
    play.equal(_value(play, found[_HIGH_EU]), 100.0, "property 102, high EU")
    play.equal(_value(play, found[_LOW_EU]), 0.0, "property 103, low EU")


@rule("properties-all", SPECIFIED)
async def properties_all(play: Play) -> None:
    """Asking for no ids gives all properties that are available."""
    item_id = play.item("number")
    available = [one.id for one in await play.session.available_properties(item_id)]
    play.equal(len(set(available)), len(available), "different ids of available properties")
    play.equal(sorted(await _properties(play, item_id)), sorted(available), "ids of all properties")


@rule("properties-order", SPECIFIED)
async def properties_order(play: Play) -> None:
    """Items and properties come back in the order asked for."""
    ids = (_RIGHTS, _TYPE, _RATE, _QUALITY)
    item_ids = [play.item("number"), play.subject.unknown, play.item("number")]
    found = await play.session.properties(item_ids, ids)
    play.equal([bool(one.error) for one in found], [False, True, False], "errors of items, in order")
    for row in (0, 2):
        play.equal([one.id for one in found[row].properties], list(ids), "ids of properties, in order")


@rule("properties-without-values", SPECIFIED)
async def without_values(play: Play) -> None:
    """Where values are not wanted none are given, but types and descriptions are."""
    found = await _properties(play, play.item("number"), (_TYPE, _VALUE), values=False)
    for one in found.values():
        empty = one.value is None or one.value.vt == VarType.EMPTY
        play.expect(empty, f"value of property {one.id}, not asked for", "none", one.value)
        play.expect(
            bool(one.description), f"description of property {one.id}", "words", repr(one.description)
        )
    play.equal(int(found[_TYPE].data_type), int(VarType.I2), "type of property 1, without values")


@rule("properties-descriptions", OBSERVED)
async def descriptions(play: Play) -> None:
    """Every available property has a description."""
    for one in await play.session.available_properties(play.item("number")):
        play.expect(
            bool(one.description), f"description of property {one.id}", "words", repr(one.description)
        )


@rule("properties-unknown-id", SPECIFIED)
async def unknown_id(play: Play) -> None:
    """A property that the item has not is an error in its place only."""
    found = await _properties(play, play.item("number"), (_TYPE, _NO_PROPERTY, _RIGHTS))
    play.one_of(found[_NO_PROPERTY].error, [DaCode.E_INVALID_PID], f"error of property {_NO_PROPERTY}")
    _value(play, found[_TYPE])
    _value(play, found[_RIGHTS])


@rule("properties-unknown-item", SPECIFIED)
async def unknown_item(play: Play) -> None:
    """An unknown item is an error of its row only."""
    found = await play.session.properties([play.subject.unknown, "", play.item("number")], (_TYPE,))
    play.equal(len(found), 3, "number of items")
    play.one_of(found[0].error, _NO_ITEM, "error of an unknown item")
    play.one_of(found[1].error, _NO_ITEM, "error of an empty item id")
    play.equal(found[2].error, int(Hresult.S_OK), "error of the item beside them")
    _value(play, found[2].properties[0])


@rule("properties-available-unknown", SPECIFIED)
async def available_unknown(play: Play) -> None:
    """Asking what properties an unknown item has is refused."""
    await play.refused(
        play.session.available_properties(play.subject.unknown), _NO_ITEM, "properties of an unknown item"
    )


@rule("properties-as-items", SPECIFIED)
async def as_items(play: Play) -> None:
    """A property that has an item id can be read as that item."""
    found = await _properties(play, play.item("number"))
    ids = [one.item_id for one in found.values() if one.item_id]
    play.need(bool(ids), "property that is an item")
    rows = await play.session.read(ids, 0)
    for item_id, row in zip(ids, rows, strict=True):
        play.equal(row.error, int(Hresult.S_OK), f"error of reading {item_id}")


PROPERTIES: Final = (
    item_set,
    property_types,
    properties_agree,
    properties_analog,
    properties_all,
    properties_order,
    without_values,
    descriptions,
    unknown_id,
    unknown_item,
    available_unknown,
    as_items,
)
