"""Address spaces of any size, for measuring and for breaking things."""

from __future__ import annotations

from typing import Final

from opcross.ndr import VarType
from opcross.opc.da.model import AccessRights, Organization
from opcross_simulators.plant.model import PlantItem
from opcross_simulators.plant.signals import HELD, Behaviour, Signal, SignalKind
from opcross_simulators.plant.simulated import START, SimulatedPlant
from opcross_simulators.plant.table import ItemSeries, SimulatedItem
from opcross_simulators.plant.values import is_number

__all__ = ["MIXED", "generated", "generated_items"]

_WAVE: Final = Signal(kind=SignalKind.SINE, period=60.0, scatter=True)
_READ: Final = AccessRights.READABLE


def _mixed(vartype: int, signal: Signal, *, held: bool = False) -> tuple[int, Signal, bool]:
    return int(vartype), signal, held


MIXED: Final = (
    _mixed(VarType.R8, _WAVE),
    _mixed(VarType.R4, Signal(kind=SignalKind.WALK, period=120.0)),
    _mixed(VarType.I4, Signal(kind=SignalKind.COUNTER, low=0, high=1e9, period=1.0)),
    _mixed(VarType.I2, Signal(kind=SignalKind.RANDOM, low=-1000, high=1000)),
    _mixed(VarType.UI2, Signal(kind=SignalKind.SAW_TOOTH, high=65535, period=30.0, scatter=True)),
    _mixed(VarType.BOOL, Signal(kind=SignalKind.SQUARE, high=1, period=20.0, scatter=True)),
    _mixed(VarType.R8, Signal(kind=SignalKind.PROCESS, period=10.0, noise=0.05), held=True),
    _mixed(VarType.R8, HELD, held=True),
    _mixed(VarType.UI4, Signal(kind=SignalKind.TRIANGLE, high=1e6, period=90.0, scatter=True)),
    _mixed(VarType.BSTR, Signal(kind=SignalKind.SQUARE, period=15.0, scatter=True, words=("closed", "open"))),
)
"""The items of a mixed plant, in turn: VARTYPE, signal, and whether it may be written."""


def generated_items(
    count: int,
    *,
    vartype: int | None = None,
    signal: Signal | None = None,
    scan_rate: float = 100.0,
    per_branch: int = 1_000,
    writeable: bool | None = None,
    eu_range: tuple[float, float] | None = None,
) -> ItemSeries:
    """``count`` items, ``Area001.Item000001`` and so on, ``per_branch`` of them in an area.

    Without ``vartype`` they take turns in :data:`MIXED`. With it all are of that VARTYPE, may be written, and
    go as ``signal`` (by default a sine from 0 to 100, each item at its own phase) until they are. Numbers
    are analog items, from their signal's low to its high or as ``eu_range`` says.
    """
    kinds = MIXED if vartype is None else (_mixed(vartype, signal or _WAVE, held=True),)
    items = []
    for kind, shape, held in kinds:
        rights = AccessRights.READABLE | AccessRights.WRITEABLE
        if not (held if writeable is None else writeable):
            rights = _READ
        analog = is_number(kind) and kind != VarType.BOOL
        items.append(
            SimulatedItem(
                PlantItem(
                    item_id="",
                    path=("Area{b:03}", "Item{n:06}"),
                    vartype=kind,
                    rights=rights,
                    description="Item {n}",
                    eu_range=(eu_range or (shape.low, shape.high)) if analog else None,
                    scan_rate=scan_rate,
                ),
                Behaviour(signal=shape),
            )
        )
    return ItemSeries(items=tuple(items), count=count, per_branch=per_branch)


def generated(
    count: int,
    *,
    vartype: int | None = None,
    signal: Signal | None = None,
    scan_rate: float = 100.0,
    per_branch: int = 1_000,
    writeable: bool | None = None,
    eu_range: tuple[float, float] | None = None,
    seed: int = 0,
    start: int = START,
    case_sensitive: bool = False,
    organization: Organization = Organization.HIERARCHICAL,
) -> SimulatedPlant:
    """A plant of nothing but :func:`generated_items`."""
    items = generated_items(
        count,
        vartype=vartype,
        signal=signal,
        scan_rate=scan_rate,
        per_branch=per_branch,
        writeable=writeable,
        eu_range=eu_range,
    )
    return SimulatedPlant(
        [items], seed=seed, start=start, case_sensitive=case_sensitive, organization=organization
    )
