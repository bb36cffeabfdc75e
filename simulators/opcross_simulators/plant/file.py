"""Plant files: an address space, its signals and its failures, as YAML.

::

    format: 1
    seed: 7
    items:
      - path: Tanks.Tank{n:05}.Level
        count: 2000
        type: Real8
        units: cm
        range: [0, 400]
        signal: {shape: sine, period: 60, scatter: true}
        scan: 250
      - {id: LIC101.SP, type: Real8, value: 50, limits: [0, 100], clamp: true}
      - {id: LIC101.PV, type: Real8, signal: {shape: process, period: 8, follows: LIC101.SP}}
    scripts:
      - {items: "Tanks.Tank00*", quality: comm failure, at: 60, for: 5, every: 60}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from opcross.errors import FileError, LocalMisuse
from opcross.opc.da.model import Organization
from opcross.yaml_files import BOOLEAN, TEXT, Converted, Integer, Key, Kind, ListOf, Record, load_file
from opcross_simulators.plant.generated import generated_items
from opcross_simulators.plant.item_texts import (
    ERROR_KIND,
    MILLISECONDS,
    SECONDS,
    TYPE_KIND,
    ItemText,
    Placed,
    item_kind,
)
from opcross_simulators.plant.matrikon import MATRIKON_BRANCH_IDS, MATRIKON_BRANCHES, matrikon_items
from opcross_simulators.plant.recordings import quality_named
from opcross_simulators.plant.scripts import QualityScript
from opcross_simulators.plant.signals import LiveValue
from opcross_simulators.plant.simulated import START, SimulatedPlant
from opcross_simulators.plant.table import ITEM_LIMIT, ItemSeries, PlantEntry
from opcross_simulators.plant.values import is_array

__all__ = ["PlantDescription", "load_plant", "plant_kind"]

_FORMAT: Final = 1
_QUALITY: Final = Converted("a quality such as comm failure or 0x18", quality_named)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantDescription:
    """What a plant file says; any number of plants can be made of it."""

    entries: tuple[PlantEntry, ...] = ()
    scripts: tuple[QualityScript, ...] = ()
    seed: int = 0
    separator: str = "."
    case_sensitive: bool = False
    organization: Organization = Organization.HIERARCHICAL
    matrikon: bool = False
    source: str = ""
    """The file, for what is said of it."""

    def make(
        self,
        *,
        start: int = START,
        seed: int | None = None,
        clients: LiveValue | None = None,
        client_count: LiveValue | None = None,
    ) -> SimulatedPlant:
        """A plant that starts at ``start`` (ticks), with a seed of its own or that of the file.

        ``clients`` and ``client_count`` are for the items of the same names, see
        :func:`~opcross_simulators.plant.matrikon.matrikon_items`. Raises
        :class:`~opcross.errors.FileError` for what shows only when all items are together, such as an id
        that stands twice.
        """
        standard = matrikon_items(clients=clients, client_count=client_count) if self.matrikon else []
        try:
            return SimulatedPlant(
                [*standard, *self.entries],
                seed=self.seed if seed is None else seed,
                start=start,
                separator=self.separator,
                case_sensitive=self.case_sensitive,
                organization=self.organization,
                branch_ids=MATRIKON_BRANCH_IDS if self.matrikon else {},
                branches=MATRIKON_BRANCHES if self.matrikon else (),
                scripts=self.scripts,
            )
        except LocalMisuse as error:
            raise FileError(str(error), file=self.source) from error


def _script(items: str, for_: float = 0.0, **values: Any) -> QualityScript:  # noqa: ANN401
    return QualityScript(items=items, duration=for_, **values)


_SCRIPT: Final = Placed(
    Record(
        _script,
        {
            "items": Key(TEXT, required=True, description="item ids with wildcards"),
            "quality": Key(_QUALITY),
            "at": Key(SECONDS, description="seconds after the plant's start"),
            "for": Key(SECONDS, description="seconds; 0 is for good"),
            "every": Key(SECONDS, description="seconds; 0 is once"),
            "error": Key(ERROR_KIND, description="reading fails altogether"),
        },
    )
)


def _generated(count: int, type: int | None = None, **more: Any) -> ItemSeries:  # noqa: A002, ANN401
    if type is not None and is_array(type):
        raise LocalMisuse("generated items are no arrays")
    return generated_items(count, vartype=type, scan_rate=more.pop("scan", 100.0), **more)


_GENERATED: Final = Placed(
    Record(
        _generated,
        {
            "count": Key(Integer(1, ITEM_LIMIT), required=True),
            "type": Key(TYPE_KIND, description="of all of them; else mixed"),
            "scan": Key(MILLISECONDS),
            "per-branch": Key(Integer(1, ITEM_LIMIT)),
        },
    )
)


def _plant(
    format: int,  # noqa: A002  (the file's own word)
    items: Sequence[ItemText] = (),
    generated: ItemSeries | None = None,
    separator: str = ".",
    flat: bool = False,
    **values: Any,  # noqa: ANN401  (fields of PlantDescription)
) -> PlantDescription:
    entries: list[PlantEntry] = [item.entry(separator) for item in items]
    if generated is not None:
        entries.append(generated)
    return PlantDescription(
        entries=tuple(entries),
        separator=separator,
        organization=Organization.FLAT if flat else Organization.HIERARCHICAL,
        **values,
    )


def plant_kind() -> Kind[PlantDescription]:
    """The kind of a plant file, for one file: the recordings it names are read once."""
    return Placed(
        Record(
            _plant,
            {
                "format": Key(Integer(_FORMAT, _FORMAT), required=True),
                "seed": Key(Integer(0, 0xFFFFFFFF)),
                "separator": Key(TEXT),
                "case-sensitive": Key(BOOLEAN),
                "flat": Key(BOOLEAN, description="without branches"),
                "matrikon": Key(BOOLEAN, description="the items of Matrikon's simulation server, too"),
                "generated": Key(_GENERATED),
                "items": Key(ListOf(item_kind())),
                "scripts": Key(ListOf(_SCRIPT)),
            },
        )
    )


def load_plant(path: Path | str) -> PlantDescription:
    """Read a plant file. Raises :class:`~opcross.errors.FileError` with file and line."""
    return replace(plant_kind().read(load_file(path)), source=str(path))
