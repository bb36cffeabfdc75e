"""Plans: what of a sample stays the same from one moment to the next.

Servers ask for the same items over and over. A plan says which of them belong together and holds the
columns of their signals, so that a sample only has to compute. The last plans are kept, up to a number of
rows; a plan is valid as long as no item has changed its profile.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.opc.codes import DaCode
from opcross.opc.da.model import AccessRights
from opcross_simulators.plant.waves import SignalRows

if TYPE_CHECKING:
    from opcross_simulators.plant.profiles import Profiles

__all__ = ["PLANNED_ROWS", "Group", "Plan", "Plans"]

PLANNED_ROWS: Final = 400_000
"""Rows of all plans that are kept, about 100 octets each."""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of a plan whose items have one kind of signal and one VARTYPE."""

    vartype: int
    rows: np.ndarray | slice
    where: np.ndarray
    """The numbers of the rows, whatever ``rows`` is."""
    items: np.ndarray
    profiles: np.ndarray
    signals: SignalRows

    @property
    def kind(self) -> int:
        """The :class:`~opcross_simulators.plant.signals.SignalKind`."""
        return self.signals.kind


@dataclass(frozen=True, slots=True)
class Plan:
    """How some items are sampled. Columns are as long as ``items``; what is None concerns no row."""

    items: np.ndarray
    profiles: np.ndarray
    vartypes: np.ndarray
    scan: int | np.ndarray
    lag: np.ndarray | None
    errors: np.ndarray
    """What each reading gives, whatever the signal says (uint32, read-only)."""
    groups: tuple[Group, ...]


class Plans:
    """Makes plans, and keeps the last ones."""

    def __init__(self, profiles: Profiles, seeds: np.ndarray) -> None:
        self._profiles = profiles
        self._seeds = seeds
        self._kept: OrderedDict[tuple[int, int, int, int], Plan] = OrderedDict()
        self._rows = 0

    def clear(self) -> None:
        """Forget all plans: items have changed their profiles."""
        self._kept.clear()
        self._rows = 0

    def plan(self, items: np.ndarray, of_item: np.ndarray) -> Plan:
        """The plan for these items (int64), whose profiles stand in ``of_item``."""
        key = (len(items), int(items.sum()), *((int(items[0]), int(items[-1])) if len(items) else (0, 0)))
        kept = self._kept.get(key)
        if kept is not None:
            if np.array_equal(kept.items, items):
                self._kept.move_to_end(key)
                return kept
            self._rows -= len(kept.items)
            del self._kept[key]
        plan = self._make(items, of_item)
        self._kept[key] = plan
        self._rows += len(items)
        while self._rows > PLANNED_ROWS and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._rows -= len(oldest.items)
        return plan

    def _make(self, items: np.ndarray, of_item: np.ndarray) -> Plan:
        table = self._profiles
        own = items.copy()
        profiles = of_item[own]
        scans = table.scan[profiles]
        lag = table.lag[profiles]
        errors = table.read_error[profiles]
        errors[table.rights[profiles] & AccessRights.READABLE == 0] = DaCode.E_BADRIGHTS
        errors.flags.writeable = False
        return Plan(
            own,
            profiles,
            table.vartypes[profiles],
            int(scans[0]) if len(scans) and (scans == scans[0]).all() else scans,
            lag if lag.any() else None,
            errors,
            tuple(self._groups(own, profiles)),
        )

    def _groups(self, items: np.ndarray, profiles: np.ndarray) -> list[Group]:
        numbers = self._profiles.group[profiles]
        present = np.unique(numbers).tolist()
        found = []
        for number in present:
            where = np.flatnonzero(numbers == number)
            kind, vartype = self._profiles.groups[number]
            mine, own = items[where], profiles[where]
            found.append(
                Group(
                    vartype,
                    slice(None) if len(present) == 1 else where,
                    where,
                    mine,
                    own,
                    self._profiles.signals.rows(kind, own, self._seeds[mine]),
                )
            )
        return found
