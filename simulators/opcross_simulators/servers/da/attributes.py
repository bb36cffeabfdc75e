"""What an item of the plant shows of itself: attributes, EU information and properties."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from opcross.ndr import SafeArray, Variant, VarType
from opcross.ndr.tables import facts
from opcross.opc.da.model import EuType, ItemAttributes
from opcross.opc.filetime import date_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opcross.opc.da.batch import ItemValue
    from opcross_simulators.plant.model import PlantItem

__all__ = ["DESCRIPTIONS", "LIVE", "attributes_of", "eu_of", "properties_of"]

DESCRIPTIONS: Final[Mapping[int, str]] = MappingProxyType(
    {row["id"]: row["text"] for row in facts("da")["property"]}
)
"""The words for each property that the specification names."""

_TYPE, _VALUE, _QUALITY, _STAMP, _RIGHTS, _RATE, _EU_TYPE, _EU_INFO = range(1, 9)
_UNITS, _DESCRIPTION, _HIGH_EU, _LOW_EU, _CLOSE_LABEL, _OPEN_LABEL = 100, 101, 102, 103, 106, 107
_CONTACT: Final = 2  # labels of a contact: for 0, when it is open, and for -1
LIVE: Final = frozenset({_VALUE, _QUALITY, _STAMP})
"""Properties that have to be read from the device."""


def eu_of(item: PlantItem) -> tuple[EuType, Variant]:
    """Kind and EU information: an array of low and high, of labels, or VT_EMPTY."""
    if item.eu_range is not None:
        return EuType.ANALOG, Variant(VarType.ARRAY | VarType.R8, SafeArray.of(VarType.R8, item.eu_range))
    if item.eu_labels:
        labels = SafeArray.of(VarType.BSTR, item.eu_labels)
        return EuType.ENUMERATED, Variant(VarType.ARRAY | VarType.BSTR, labels)
    return EuType.NONE, Variant(VarType.EMPTY)


def attributes_of(
    item: PlantItem, *, access_path: str, active: bool, client: int, server: int, requested_type: int
) -> ItemAttributes:
    """OPCITEMATTRIBUTES of an item in a group."""
    kind, info = eu_of(item)
    return ItemAttributes(
        item_id=item.item_id,
        access_path=access_path,
        active=active,
        client=client,
        server=server,
        rights=item.rights,
        requested_type=requested_type,
        canonical_type=item.vartype,
        eu_type=kind,
        eu_info=info,
    )


def properties_of(item: PlantItem, read: ItemValue | None = None) -> dict[int, Variant]:
    """Every property by id; those of :data:`LIVE` are VT_EMPTY where ``read`` is None."""
    kind, info = eu_of(item)
    properties = {
        _TYPE: Variant(VarType.I2, _signed(item.vartype)),
        _VALUE: Variant(item.vartype if read is None else VarType.EMPTY),
        _QUALITY: Variant(VarType.I2, 0),
        _STAMP: Variant(VarType.DATE, 0.0),
        _RIGHTS: Variant(VarType.I4, int(item.rights)),
        _RATE: Variant(VarType.R4, float(item.scan_rate)),
        _EU_TYPE: Variant(VarType.I4, int(kind)),
        _EU_INFO: info,
    }
    if read is not None:
        properties[_VALUE] = read.value or Variant(VarType.EMPTY)
        properties[_QUALITY] = Variant(VarType.I2, _signed(read.quality))
        properties[_STAMP] = Variant(VarType.DATE, date_of(read.time_stamp))
    if item.units:
        properties[_UNITS] = Variant(VarType.BSTR, item.units)
    if item.description:
        properties[_DESCRIPTION] = Variant(VarType.BSTR, item.description)
    if item.eu_range is not None:
        properties[_LOW_EU] = Variant(VarType.R8, item.eu_range[0])
        properties[_HIGH_EU] = Variant(VarType.R8, item.eu_range[1])
    if item.vartype == VarType.BOOL and len(item.eu_labels) == _CONTACT:
        opened, closed = item.eu_labels
        properties[_CLOSE_LABEL] = Variant(VarType.BSTR, closed)
        properties[_OPEN_LABEL] = Variant(VarType.BSTR, opened)
    return properties | dict(item.properties)


def _signed(number: int) -> int:
    """A 16-bit number as VT_I2 holds it."""
    return number - 0x10000 if number > 0x7FFF else number
