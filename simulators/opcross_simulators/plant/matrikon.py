"""The address space that engineers know from Matrikon's simulation server.

Names, types, rights and item ids are those that programs report of the real one (browse listings of its DA
and HDA faces; the examples of OpenOPC, which show rights, the scan rate of 100 ms and the descriptions).
Branches below ``Simulation Items`` have ids without that name, as the real ones do. What is not published is
chosen here: shapes' periods, ranges, the type of ``Random.Qualities``, and what a write does to a wave (it is
taken, and the wave goes on).

Ours are ``Int8`` and ``UInt8`` everywhere and ``Random.Enumeration``, which say so in their descriptions, and
the EU ranges of waves and of random numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from opcross.codes import Hresult
from opcross.ndr import VarType
from opcross.opc.da.model import AccessRights, Organization
from opcross_simulators.plant.model import PlantItem
from opcross_simulators.plant.signals import Behaviour, LiveValue, Signal, SignalKind, WriteRule
from opcross_simulators.plant.simulated import START, SimulatedPlant
from opcross_simulators.plant.table import SimulatedItem

__all__ = ["MATRIKON_BRANCHES", "MATRIKON_BRANCH_IDS", "SCAN_RATE", "matrikon_items", "standard_plant"]

SCAN_RATE: Final = 100.0
"""Milliseconds between two scans, as the original tells in property 6."""

_ROOT: Final = "Simulation Items"
_READ: Final = AccessRights.READABLE
_WRITE: Final = AccessRights.WRITEABLE
_ARRAYS: Final = {
    "ArrayOfReal8": VarType.ARRAY | VarType.R8,
    "ArrayOfString": VarType.ARRAY | VarType.BSTR,
}
_NUMBERS: Final = {
    "Int1": VarType.I1,
    "Int2": VarType.I2,
    "Int4": VarType.I4,
    "Int8": VarType.I8,
    "Money": VarType.CY,
    "Real4": VarType.R4,
    "Real8": VarType.R8,
    "UInt1": VarType.UI1,
    "UInt2": VarType.UI2,
    "UInt4": VarType.UI4,
    "UInt8": VarType.UI8,
}
_OTHERS: Final = {"Boolean": VarType.BOOL, "String": VarType.BSTR, "Time": VarType.DATE}
_EVERY: Final = {**_ARRAYS, **_NUMBERS, **_OTHERS}
_OURS: Final = ("Int8", "UInt8", "Enumeration")
_WORDS: Final = ("pump", "valve", "tank", "boiler", "filter", "mixer", "fan", "motor", "line", "cell")
_MODES: Final = ("Manual", "Automatic", "Cascade", "Out of service")
_FIRST_DAY: Final = 36526.0  # 2000-01-01 as a VT_DATE
_LAST_DAY: Final = 47482.0  # 2030-01-01

# The ranges of random values: what a program saw of the original lies inside them.
_RANDOM: Final = {
    "Int1": (-128, 127),
    "Int2": (0, 32767),
    "Int4": (0, 32767),
    "Int8": (0, 1e15),
    "Money": (0, 32767),
    "Real4": (0, 32767),
    "Real8": (0, 32767),
    "UInt1": (0, 255),
    "UInt2": (0, 32767),
    "UInt4": (0, 32767),
    "UInt8": (0, 1e15),
}
_WAVES: Final = {
    "Int1": (0, 100),
    "UInt1": (0, 200),
}
_WAVE_RANGE: Final = (0, 1000)
_SHAPES: Final = {
    "Saw-toothed Waves": (SignalKind.SAW_TOOTH, 60.0, ()),
    "Square Waves": (SignalKind.SQUARE, 20.0, ("Boolean",)),
    "Triangle Waves": (SignalKind.TRIANGLE, 120.0, ()),
}

MATRIKON_BRANCH_IDS: Final[Mapping[tuple[str, ...], str]] = {
    (_ROOT, name): name
    for name in (
        "Bucket Brigade",
        "Random",
        "Read Error",
        "Saw-toothed Waves",
        "Square Waves",
        "Triangle Waves",
        "Write Error",
        "Write Only",
    )
}
"""The item ids of branches that are not made of their paths."""

MATRIKON_BRANCHES: Final = (("Configured Aliases",),)
"""Branches that stand there without an item."""


def _no_clients(now: int) -> tuple[str, ...]:
    return ()


def _no_count(now: int) -> int:
    return 0


def _item(
    branch: str,
    name: str,
    vartype: int,
    rights: AccessRights,
    description: str,
    behaviour: Behaviour,
    **more: Any,  # noqa: ANN401  (fields of PlantItem)
) -> SimulatedItem:
    if name in _OURS:
        description += " Not in the original."
    return SimulatedItem(
        PlantItem(
            item_id=f"{branch}.{name}",
            path=(_ROOT, branch, name),
            vartype=int(vartype),
            rights=rights,
            description=description,
            scan_rate=SCAN_RATE,
            **more,
        ),
        behaviour,
    )


def _same(
    branch: str, rights: AccessRights, description: str, behaviour: Behaviour
) -> Iterator[SimulatedItem]:
    for name, vartype in _EVERY.items():
        yield _item(branch, name, vartype, rights, description, behaviour)


def _random() -> Iterator[SimulatedItem]:
    def chance(**more: Any) -> Behaviour:  # noqa: ANN401  (fields of Signal)
        return Behaviour(signal=Signal(kind=SignalKind.RANDOM, **more))

    for name, vartype in _NUMBERS.items():
        low, high = _RANDOM[name]
        yield _item(
            "Random",
            name,
            vartype,
            _READ,
            "Random value.",
            chance(low=low, high=high),
            eu_range=(float(low), float(high)),
        )
    others = {
        "ArrayOfReal8": chance(low=0, high=32767),
        "ArrayOfString": chance(words=_WORDS, size=5),
        "Boolean": chance(low=0, high=1),
        "String": chance(words=_WORDS),
        "Time": chance(low=_FIRST_DAY, high=_LAST_DAY),
    }
    for name, behaviour in others.items():
        yield _item("Random", name, _EVERY[name], _READ, "Random value.", behaviour)
    qualities = Behaviour(signal=Signal(kind=SignalKind.QUALITIES))
    yield _item("Random", "Qualities", VarType.UI2, _READ, "Random quality.", qualities)
    modes = chance(low=0, high=len(_MODES) - 1)
    yield _item("Random", "Enumeration", VarType.I4, _READ, "Random state.", modes, eu_labels=_MODES)


def _waves(branch: str) -> Iterator[SimulatedItem]:
    kind, period, more = _SHAPES[branch]
    for name, vartype in {**_NUMBERS, **{one: _OTHERS[one] for one in more}}.items():
        if branch == "Square Waves" and name == "Money":
            continue
        low, high = (0, 1) if name == "Boolean" else _WAVES.get(name, _WAVE_RANGE)
        yield _item(
            branch,
            name,
            vartype,
            _READ | _WRITE,
            f"{branch.removesuffix('s')}.",
            Behaviour(signal=Signal(kind=kind, low=low, high=high, period=period), write=WriteRule.IGNORE),
            eu_range=None if name == "Boolean" else (float(low), float(high)),
        )


def matrikon_items(
    *, clients: LiveValue | None = None, client_count: LiveValue | None = None
) -> list[SimulatedItem]:
    """The items of the original, and ours; ``clients`` gives the names of clients, ``client_count`` how many.

    Both can be given to the plant later, with :meth:`SimulatedPlant.provide`.
    """
    server = {
        "#MonitorACLFile": (
            VarType.BOOL,
            _READ | _WRITE,
            "Watch the file of permissions for changes.",
            Signal(value=True),
        ),
        "@ClientCount": (
            VarType.UI4,
            _READ,
            "Number of clients.",
            Signal(kind=SignalKind.LIVE, live=client_count or _no_count),
        ),
        "@Clients": (
            VarType.ARRAY | VarType.BSTR,
            _READ,
            "Names of clients.",
            Signal(kind=SignalKind.LIVE, live=clients or _no_clients),
        ),
    }
    items = [
        SimulatedItem(
            PlantItem(
                item_id=name,
                path=(name,),
                vartype=int(vartype),
                rights=rights,
                description=description,
                scan_rate=SCAN_RATE,
            ),
            Behaviour(signal=signal),
        )
        for name, (vartype, rights, description, signal) in server.items()
    ]
    items += _same("Bucket Brigade", _READ | _WRITE, "Holds what is written.", Behaviour())
    items += _random()
    items += _same("Read Error", _READ | _WRITE, "Reading fails.", Behaviour(read_error=Hresult.E_FAIL))
    for branch in _SHAPES:
        items += _waves(branch)
    items += _same("Write Error", _READ | _WRITE, "Writing fails.", Behaviour(write=WriteRule.FAIL))
    items += _same("Write Only", _WRITE, "Takes what is written, and never tells.", Behaviour())
    return items


def standard_plant(
    seed: int = 0,
    *,
    start: int = START,
    organization: Organization = Organization.HIERARCHICAL,
    clients: LiveValue | None = None,
    client_count: LiveValue | None = None,
) -> SimulatedPlant:
    """The plant that a simulated server offers by itself."""
    return SimulatedPlant(
        matrikon_items(clients=clients, client_count=client_count),
        seed=seed,
        start=start,
        organization=organization,
        branch_ids=MATRIKON_BRANCH_IDS,
        branches=MATRIKON_BRANCHES,
    )
