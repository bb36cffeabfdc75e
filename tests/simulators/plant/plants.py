"""What the tests of simulated plants share."""

from __future__ import annotations

from typing import Any

import numpy as np

from opcross.ndr import Variant, VarType
from opcross.opc.da.batch import ItemValue, WriteBatch
from opcross.opc.da.model import AccessRights
from opcross_simulators.plant import START, Behaviour, PlantItem, Signal, SimulatedItem, SimulatedPlant

SECOND = 10_000_000
MILLISECOND = 10_000
_BOTH = AccessRights.READABLE | AccessRights.WRITEABLE


def item(
    item_id: str,
    signal: Signal | None = None,
    *,
    vartype: int = VarType.R8,
    rights: AccessRights = _BOTH,
    scan_rate: float = 0.0,
    path: tuple[str, ...] | None = None,
    **behaviour: Any,
) -> SimulatedItem:
    """An item whose path is its id, split at the dots."""
    return SimulatedItem(
        PlantItem(
            item_id=item_id,
            path=path or tuple(item_id.split(".")),
            vartype=vartype,
            rights=rights,
            scan_rate=scan_rate,
        ),
        Behaviour(**({"signal": signal} if signal else {}) | behaviour),
    )


def at(plant: SimulatedPlant, item_id: str, seconds: float = 0.0) -> ItemValue:
    """The row of one item, so many seconds after the plant's start."""
    number = plant.find(item_id)
    assert number is not None, item_id
    row = plant.sample(np.array([number]), START + round(seconds * SECOND))[0]
    assert isinstance(row, ItemValue)
    return row


def value(plant: SimulatedPlant, item_id: str, seconds: float = 0.0) -> Any:
    """The value of one item."""
    found = at(plant, item_id, seconds).value
    assert found is not None
    return found.value


def write(plant: SimulatedPlant, item_id: str, variant: Variant, seconds: float = 0.0, **more: Any) -> int:
    """The HRESULT of writing one value."""
    number = plant.find(item_id)
    assert number is not None, item_id
    batch = WriteBatch.of(variant)
    if more:
        batch = WriteBatch(batch.values, **more)
    return int(plant.write(np.array([number]), batch, START + round(seconds * SECOND))[0])


def real(number: float) -> Variant:
    """A VT_R8."""
    return Variant(VarType.R8, number)
