"""What items remember: held values, and the set points of processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from opcross.codes import Hresult
from opcross.errors import LocalMisuse
from opcross.ndr import Variant, VariantColumn, VarType
from opcross.opc.filetime import TICKS_PER_SECOND
from opcross.opc.quality import Quality
from opcross_simulators.plant.signals import SignalKind
from opcross_simulators.plant.values import floats_of, is_number, octets_in, variant_of

if TYPE_CHECKING:
    from opcross.opc.da.batch import WriteBatch
    from opcross_simulators.plant.index import ItemIndex
    from opcross_simulators.plant.plans import Group
    from opcross_simulators.plant.profiles import Profiles
    from opcross_simulators.plant.table import ItemTable

__all__ = ["HELD_OCTETS", "VALUE_OCTETS", "HeldValues", "Processes"]

VALUE_OCTETS: Final = 1024 * 1024
"""Octets of one text or array that an item keeps; a larger one is refused with E_OUTOFMEMORY."""
HELD_OCTETS: Final = 64 * 1024 * 1024
"""Octets of all texts and arrays that were written to a plant."""


class _Columns(Protocol):
    """What of a sample is filled here."""

    bits: np.ndarray
    qualities: np.ndarray
    stamps: np.ndarray
    objects: dict[int, Any]


class HeldValues:
    """The last value, quality and time stamp that were written to each item."""

    def __init__(self, profile: np.ndarray, profiles: Profiles, start: int) -> None:
        self._profiles = profiles
        self._bits = profiles.initial_bits[profile]
        self._qualities = np.full(len(profile), Quality.GOOD, np.uint16)
        self._times = np.full(len(profile), start, np.int64)
        self._objects: dict[int, Any] = {}
        self._octets = 0

    def fill(self, sample: _Columns, group: Group) -> None:
        """Put what is held into rows of a sample."""
        rows, items = group.rows, group.items
        sample.qualities[rows] = self._qualities[items]
        sample.stamps[rows] = self._times[items]
        if is_number(group.vartype):
            sample.bits[rows] = self._bits[items]
            return
        initial = self._profiles.initial
        for row, number, profile in zip(
            group.where.tolist(), items.tolist(), group.profiles.tolist(), strict=True
        ):
            sample.objects[row] = self._objects.get(number, initial[profile])

    def take(
        self,
        rows: np.ndarray,
        items: np.ndarray,
        bits: np.ndarray,
        values: WriteBatch,
        errors: np.ndarray,
        now: int,
    ) -> None:
        """Keep what stands in these rows of a write; ``errors`` tells of what is too large."""
        if values.values.objects:
            rows = self._take_objects(rows, items, values, errors)
        numbers = items[rows]
        self._bits[numbers] = bits[rows]
        self._qualities[numbers] = np.where(
            values.has_quality[rows], values.qualities[rows], np.uint16(Quality.GOOD)
        )
        stamps = values.time_stamps[rows].astype(np.int64)
        self._times[numbers] = np.where(values.has_time_stamp[rows], stamps, np.int64(now))

    def _take_objects(
        self, rows: np.ndarray, items: np.ndarray, values: WriteBatch, errors: np.ndarray
    ) -> np.ndarray:
        kept = []
        for row in rows.tolist():
            if row in values.values.objects:
                number, value = int(items[row]), values.values.objects[row]
                octets = octets_in(value)
                total = self._octets + octets - octets_in(self._objects.get(number))
                if octets > VALUE_OCTETS or total > HELD_OCTETS:
                    errors[row] = Hresult.E_OUTOFMEMORY
                    continue
                self._octets = total
                self._objects[number] = value
            kept.append(row)
        return np.array(kept, np.int64)

    def value(self, number: int, profile: int) -> Variant:
        """What one item holds."""
        vartype = int(self._profiles.vartypes[profile])
        if not is_number(vartype):
            return Variant(vartype, self._objects.get(number, self._profiles.initial[profile]))
        found = VariantColumn(np.array([vartype]), self._bits[number : number + 1])[0]
        return found if found is not None else Variant(vartype)

    def floats(self, numbers: np.ndarray, vartypes: np.ndarray) -> np.ndarray:
        """What items hold that are numbers, as float64."""
        found = np.zeros(len(numbers))
        for vartype in np.unique(vartypes).tolist():
            mine = vartypes == vartype
            found[mine] = floats_of(vartype, self._bits[numbers[mine]])
        return found


class Processes:
    """First-order lags: each comes nearer to its set point by 1/e of the distance in its time constant.

    The solution is exact: since the last change of the set point the distance has shrunk by ``exp(-t/T)``.
    """

    def __init__(
        self,
        profile: np.ndarray,
        profiles: Profiles,
        items: ItemTable,
        index: ItemIndex,
        held: HeldValues,
    ) -> None:
        self._held = held
        table = profiles.signals
        self._items = np.flatnonzero(table.kinds[profile] == SignalKind.PROCESS)
        mine = profile[self._items]
        self._rate = table.rate[mine]
        own = [table.signals[one] for one in mine.tolist()]
        self._target = np.array(
            [
                (one.low + one.high) / 2 if one.value is None else variant_of(VarType.R8, one.value).value
                for one in own
            ],
            np.float64,
        )
        self._from = np.zeros(0)
        self._since = np.zeros(len(own), np.int64)
        followed = []
        for number, signal in zip(self._items.tolist(), own, strict=True):
            followed.append(-1 if not signal.follows else _followed(number, signal.follows, items, index))
        self._followed = np.array(followed, np.int64)
        self._following = np.flatnonzero(self._followed >= 0)
        sources = self._followed[self._following]
        kinds, self._vartypes = table.kinds[profile[sources]], profiles.vartypes[profile[sources]]
        for source, kind, vartype in zip(
            sources.tolist(), kinds.tolist(), self._vartypes.tolist(), strict=True
        ):
            if kind != SignalKind.HELD or not is_number(vartype):
                raise LocalMisuse(
                    f"{items.item_id(source)} is no set point: it has to be a number that is held"
                )
        self._target[self._following] = held.floats(sources, self._vartypes)
        self._from = self._target.copy()

    def levels(self, items: np.ndarray, elapsed: np.ndarray | int) -> np.ndarray:
        """Where processes are, ``elapsed`` ticks after the plant's start."""
        return self._levels(np.searchsorted(self._items, items), elapsed)

    def _levels(self, places: np.ndarray, elapsed: np.ndarray | int) -> np.ndarray:
        seconds = np.maximum(elapsed - self._since[places], 0) / TICKS_PER_SECOND
        target = self._target[places]
        level: np.ndarray = target + (self._from[places] - target) * np.exp(-seconds * self._rate[places])
        return level

    def aim(self, items: np.ndarray, targets: np.ndarray, elapsed: int) -> None:
        """Give processes new set points."""
        self._aim(np.searchsorted(self._items, items), targets, elapsed)

    def _aim(self, places: np.ndarray, targets: np.ndarray, elapsed: int) -> None:
        self._from[places] = self._levels(places, elapsed)
        self._since[places] = elapsed
        self._target[places] = np.where(np.isfinite(targets), targets, self._target[places])

    def follow(self, items: np.ndarray, elapsed: int) -> None:
        """Items were written; the processes whose set points they hold go after them."""
        if not len(self._following) or not np.isin(items, self._followed).any():
            return
        wanted = self._held.floats(self._followed[self._following], self._vartypes)
        moved = wanted != self._target[self._following]
        if moved.any():
            self._aim(self._following[moved], wanted[moved], elapsed)


def _followed(number: int, pattern: str, items: ItemTable, index: ItemIndex) -> int:
    item_id = items.fill(number, pattern)
    source = index.find(item_id)
    if source is None:
        raise LocalMisuse(f'{items.item_id(number)} follows "{item_id}", which is no item')
    return source
