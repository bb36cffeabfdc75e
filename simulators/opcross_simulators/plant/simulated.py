"""``SimulatedPlant``: items that live by themselves, take writes, and fail when they are told to.

The plant has no clock and does no work of its own. A sample is computed from the moment, whole columns at a
time: every item knows its profile, profiles of one kind and VARTYPE are one group, and each group is one
pass over its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np

from opcross.codes import Hresult
from opcross.errors import LocalMisuse
from opcross.ndr import Variant, VariantColumn, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import Batch, WriteBatch
from opcross.opc.da.model import AccessRights, Organization
from opcross.opc.filetime import TICKS_PER_SECOND
from opcross.opc.quality import MASTER_MASK, Quality
from opcross_simulators.plant.devices import HeldValues, Processes
from opcross_simulators.plant.index import ItemIndex
from opcross_simulators.plant.mixing import seed_of, uniform
from opcross_simulators.plant.model import PlantItem
from opcross_simulators.plant.overrides import Overrides
from opcross_simulators.plant.plans import Group, Plan, Plans
from opcross_simulators.plant.profiles import Profiles
from opcross_simulators.plant.scripts import QualityScript, ScriptClock, ScriptState, select
from opcross_simulators.plant.signals import LiveValue, SignalKind
from opcross_simulators.plant.table import ItemTable, PlantEntry
from opcross_simulators.plant.texts import array_of, texts_of
from opcross_simulators.plant.tree import AddressTree
from opcross_simulators.plant.values import bits_of, floats_of, is_array, is_number, variant_of
from opcross_simulators.plant.waves import add_noise, levels

__all__ = ["RANDOM_QUALITIES", "START", "SimulatedPlant"]

START: Final = 132_223_104_000_000_000
"""2020-01-01T00:00:00Z: when a plant started that was not told when."""

RANDOM_QUALITIES: Final = tuple(
    int(quality)
    for quality in (
        Quality.GOOD,
        Quality.LOCAL_OVERRIDE,
        Quality.UNCERTAIN,
        Quality.LAST_USABLE,
        Quality.SENSOR_CAL,
        Quality.EGU_EXCEEDED,
        Quality.SUB_NORMAL,
        Quality.BAD,
        Quality.CONFIG_ERROR,
        Quality.NOT_CONNECTED,
        Quality.DEVICE_FAILURE,
        Quality.SENSOR_FAILURE,
        Quality.LAST_KNOWN,
        Quality.COMM_FAILURE,
        Quality.OUT_OF_SERVICE,
    )
)
"""What an item with random qualities chooses from."""

_FAILURE: Final = np.uint32(0x80000000)
_QUALITIES: Final = np.array(RANDOM_QUALITIES, np.uint16)


class _Sample:
    """The columns of a sample, while they are filled."""

    __slots__ = ("bits", "errors", "objects", "plan", "qualities", "stamps", "vartypes")

    def __init__(self, plan: Plan, scanned: int | np.ndarray) -> None:
        count = len(plan.items)
        self.plan = plan
        self.vartypes = plan.vartypes.copy()
        self.stamps = np.full(count, scanned, np.int64)
        if plan.lag is not None:
            self.stamps -= plan.lag
        self.bits = np.zeros(count, np.uint64)
        self.qualities = np.full(count, Quality.GOOD, np.uint16)
        self.errors = plan.errors.copy()
        self.objects: dict[int, Any] = {}


class SimulatedPlant:
    """A plant of simulated items; see :class:`~opcross_simulators.plant.model.Plant`.

    ``start`` (FILETIME ticks) is when its signals begin; before it they run backwards as it were. Scans
    happen at whole multiples of an item's scan rate after the start. Raises
    :class:`~opcross.errors.LocalMisuse` for items that do not fit together.
    """

    def __init__(
        self,
        items: Iterable[PlantEntry],
        *,
        seed: int = 0,
        start: int = START,
        separator: str = ".",
        case_sensitive: bool = False,
        organization: Organization = Organization.HIERARCHICAL,
        branch_ids: Mapping[tuple[str, ...], str] | None = None,
        branches: Sequence[tuple[str, ...]] = (),
        scripts: Sequence[QualityScript] = (),
    ) -> None:
        self.seed = seed
        self.start = start
        self.case_sensitive = case_sensitive
        self.separator = separator
        self._organization = organization
        self._branch_ids = dict(branch_ids or {})
        self._branches = tuple(branches)
        self._items = ItemTable(items, separator=separator)
        self._items.check()
        self._index = ItemIndex(self._items, case_sensitive=case_sensitive)
        prototypes, of_item = self._items.prototypes()
        self._profiles = Profiles(prototypes)
        self._profile = self._profiles.of_prototype[of_item] if len(of_item) else np.zeros(0, np.int32)
        self._seeds = self._make_seeds()
        self._plans = Plans(self._profiles, self._seeds)
        self._held = HeldValues(self._profile, self._profiles, start)
        self._processes = Processes(self._profile, self._profiles, self._items, self._index, self._held)
        self._scripts = ScriptClock(scripts, self._items, case_sensitive=case_sensitive)
        self._overrides: Overrides | None = None
        self._live: dict[int, LiveValue] = {}

    def _make_seeds(self) -> np.ndarray:
        seeds = np.fromiter(
            (seed_of(item_id, self.seed) for item_id in self._items.item_ids()), np.uint32, len(self._items)
        )
        for profile, behaviour in enumerate(self._profiles.behaviours):
            if behaviour.signal.seed is not None:
                own = np.uint32(seed_of("", behaviour.signal.seed ^ self.seed << 32))
                seeds[self._profile == profile] = own
        return seeds

    # -- the address space

    @property
    def items(self) -> ItemTable:
        """Every item; its position here is its number."""
        return self._items

    @cached_property
    def tree(self) -> AddressTree:
        """The address space, built when it is first asked for."""
        return AddressTree(
            self._items,
            organization=self._organization,
            separator=self.separator,
            case_sensitive=self.case_sensitive,
            branch_ids=self._branch_ids,
            branches=self._branches,
        )

    def find(self, item_id: str) -> int | None:
        """The number of an item."""
        return self._index.find(item_id)

    def select(self, pattern: str) -> np.ndarray:
        """The numbers of the items whose ids match a pattern with ``*``, ``?`` and ``[...]``."""
        return select(self._items, pattern, case_sensitive=self.case_sensitive)

    # -- values

    def sample(self, items: np.ndarray, now: int) -> Batch:
        """What the device says now of these items (numbers): handles are the numbers."""
        items = np.asarray(items, np.int64)
        plan = self._plans.plan(items, self._profile)
        elapsed: int | np.ndarray = now - self.start
        state = self._scripts.at(now - self.start) if self._scripts else None
        classes = self._scripts.of_item[items] if state is not None else None
        if state is not None and state.freezes:
            elapsed = np.minimum(state.frozen[classes], now - self.start)
        ticks = elapsed // plan.scan
        scanned = ticks * plan.scan
        sample = _Sample(plan, self.start + scanned)
        for group in plan.groups:
            mine = ticks if isinstance(ticks, int) else ticks[group.rows]
            when = scanned if isinstance(scanned, int) else scanned[group.rows]
            self._compute(sample, group, mine, when)
        if state is not None and classes is not None:
            self._script(sample, state, classes)
        if self._overrides is not None:
            self._overrides.apply(
                items,
                plan.vartypes,
                sample.vartypes,
                sample.bits,
                sample.objects,
                sample.qualities,
                sample.stamps,
            )
            np.copyto(sample.errors, self._overrides.errors(items), where=sample.errors == 0)
        return self._finish(sample, self.start + scanned)

    def _compute(
        self, sample: _Sample, group: Group, ticks: int | np.ndarray, scanned: int | np.ndarray
    ) -> None:
        kind, vartype, rows = group.kind, group.vartype, group.rows
        if kind == SignalKind.HELD:
            self._held.fill(sample, group)
        elif kind == SignalKind.LIVE:
            self._ask(sample, group, scanned)
        elif kind == SignalKind.RECORDED:
            self._replay(sample, group, scanned)
        elif kind == SignalKind.QUALITIES:
            chosen = _QUALITIES[(uniform(group.signals.seeds, ticks) * len(_QUALITIES)).astype(np.int64)]
            sample.qualities[rows] = chosen
            sample.bits[rows] = bits_of(vartype, chosen.astype(np.float64))
        elif kind == SignalKind.PROCESS:
            values = self._processes.levels(group.items, scanned)
            sample.bits[rows] = bits_of(vartype, add_noise(group.signals, ticks, values))
        elif is_number(vartype):
            sample.bits[rows] = bits_of(vartype, levels(group.signals, scanned / TICKS_PER_SECOND, ticks))
        else:
            self._spell(sample, group, ticks, scanned)

    def _spell(
        self, sample: _Sample, group: Group, ticks: int | np.ndarray, scanned: int | np.ndarray
    ) -> None:
        """Texts and arrays, one by one."""
        table, where = self._profiles.signals, group.where.tolist()
        seconds = scanned / TICKS_PER_SECOND
        if not is_array(group.vartype):
            signals = [table.signals[profile] for profile in group.profiles.tolist()]
            sample.objects.update(zip(where, texts_of(signals, group.signals, seconds, ticks), strict=True))
            return
        moments = np.broadcast_to(seconds, len(where)).tolist()
        numbers = np.broadcast_to(ticks, len(where)).tolist()
        for row, profile, seed, moment, tick in zip(
            where, group.profiles.tolist(), group.signals.seeds, moments, numbers, strict=True
        ):
            sample.objects[row] = array_of(table, profile, group.vartype, seed, moment, tick)

    def _ask(self, sample: _Sample, group: Group, scanned: int | np.ndarray) -> None:
        """Live items, one by one."""
        times = (self.start + np.broadcast_to(scanned, len(group.items))).tolist()
        for row, number, profile, time in zip(
            group.where.tolist(), group.items.tolist(), group.profiles.tolist(), times, strict=True
        ):
            live = self._live.get(number) or self._profiles.signals.signals[profile].live
            value = variant_of(group.vartype, live(time) if live is not None else None)
            if is_number(group.vartype):
                sample.bits[row] = VariantColumn.of([value]).bits[0]
            else:
                sample.objects[row] = value.value

    def _replay(self, sample: _Sample, group: Group, scanned: int | np.ndarray) -> None:
        """Recorded items, recording by recording."""
        seconds = np.broadcast_to(scanned, len(group.items)) / TICKS_PER_SECOND
        for profile in np.unique(group.profiles).tolist():
            recording = self._profiles.signals.signals[profile].recording
            if recording is None:
                continue
            mine = group.profiles == profile
            places = recording.rows_at(seconds[mine])
            at = group.where[mine]
            sample.qualities[at] = np.where(
                places < 0, np.uint16(Quality.WAITING_FOR_INITIAL_DATA), recording.qualities[places]
            )
            if is_number(group.vartype):
                sample.bits[at] = bits_of(group.vartype, recording.numbers[places])
            else:
                texts = (recording.texts[place] for place in places.tolist())
                sample.objects.update(zip(at.tolist(), texts, strict=True))
            sample.vartypes[at[places < 0]] = VarType.EMPTY

    def _script(self, sample: _Sample, state: ScriptState, classes: np.ndarray) -> None:
        if state.active:
            quality = state.quality[classes]
            sample.qualities[:] = np.where(quality < 0, sample.qualities, quality)
            np.copyto(sample.errors, state.error[classes], where=sample.errors == 0)
        np.maximum(sample.stamps, state.since[classes] + self.start, out=sample.stamps)

    def _finish(self, sample: _Sample, scanned: int | np.ndarray) -> Batch:
        objects = sample.objects
        if sample.errors.any():
            failed = sample.errors >= _FAILURE
            sample.vartypes[failed] = VarType.EMPTY
            sample.stamps[failed] = scanned if isinstance(scanned, int) else scanned[failed]
            good = failed & (sample.qualities & MASTER_MASK != Quality.BAD)
            sample.qualities[good] = Quality.BAD
        if objects:
            empty = (sample.vartypes == VarType.EMPTY).tolist()
            objects = {row: value for row, value in objects.items() if not empty[row]}
        return Batch(
            sample.plan.items,
            VariantColumn(sample.vartypes, sample.bits, objects),
            sample.qualities,
            np.maximum(sample.stamps, 0),
            sample.errors,
        )

    # -- writing

    def write(self, items: np.ndarray, values: WriteBatch, now: int) -> np.ndarray:
        """Write values, which have the items' own types already; an HRESULT for each.

        OPC_E_BADRIGHTS, OPC_E_BADTYPE, OPC_E_RANGE, OPC_S_CLAMP, the item's own ``write_error``, or
        E_OUTOFMEMORY for texts and arrays that are larger than the plant keeps.
        """
        items = np.asarray(items, np.int64)
        profiles = self._profile[items]
        table = self._profiles
        errors = np.zeros(len(items), np.uint32)
        bits = values.values.bits
        errors[table.rights[profiles] & AccessRights.WRITEABLE == 0] = DaCode.E_BADRIGHTS
        errors[(errors == 0) & (values.values.vartypes != table.vartypes[profiles])] = DaCode.E_BADTYPE
        if self._overrides is not None:
            np.copyto(errors, self._overrides.errors(items), where=errors == 0)
        np.copyto(errors, table.write_error[profiles], where=errors == 0)
        limited = np.flatnonzero(table.limited[profiles] & (errors == 0))
        if len(limited):
            bits = bits.copy()
            self._limit(limited, profiles, bits, errors)
        taken = np.flatnonzero(table.takes[profiles] & (errors < _FAILURE))
        if len(taken):
            self._take(taken, items, profiles, bits, values, errors, now)
        return errors

    def _limit(self, rows: np.ndarray, profiles: np.ndarray, bits: np.ndarray, errors: np.ndarray) -> None:
        """Clamp or refuse what is outside the limits; NaN is outside all of them."""
        table = self._profiles
        for vartype in np.unique(table.vartypes[profiles[rows]]).tolist():
            mine = rows[table.vartypes[profiles[rows]] == vartype]
            numbers = floats_of(vartype, bits[mine])
            low, high = table.limits_low[profiles[mine]], table.limits_high[profiles[mine]]
            outside = ~((numbers >= low) & (numbers <= high))
            clamps = outside & table.clamps[profiles[mine]] & ~np.isnan(numbers)
            errors[mine[outside]] = DaCode.E_RANGE
            errors[mine[clamps]] = DaCode.S_CLAMP
            bits[mine[clamps]] = bits_of(vartype, numbers[clamps].clip(low[clamps], high[clamps]))

    def _take(
        self,
        rows: np.ndarray,
        items: np.ndarray,
        profiles: np.ndarray,
        bits: np.ndarray,
        values: WriteBatch,
        errors: np.ndarray,
        now: int,
    ) -> None:
        elapsed = now - self.start
        process = self._profiles.signals.kinds[profiles[rows]] == SignalKind.PROCESS
        if process.any():
            mine = rows[process]
            for vartype in np.unique(self._profiles.vartypes[profiles[mine]]).tolist():
                same = mine[self._profiles.vartypes[profiles[mine]] == vartype]
                self._processes.aim(items[same], floats_of(vartype, bits[same]), elapsed)
            rows = rows[~process]
        self._held.take(rows, items, bits, values, errors, now)
        kept = rows[errors[rows] < _FAILURE]
        if (self._profiles.signals.kinds[profiles[kept]] != SignalKind.HELD).any():
            self._profile[items[kept]] = self._profiles.twin[profiles[kept]]
            self._plans.clear()
        self._processes.follow(items[kept], elapsed)

    # -- what a program says of items at run time

    def override(
        self,
        items: str | np.ndarray,
        *,
        quality: int | None = None,
        value: Any = None,  # noqa: ANN401  (whatever the VARTYPE takes)
        error: int | None = None,
        now: int | None = None,
    ) -> None:
        """Give items (an id, a pattern with wildcards, or numbers) a quality, a value, or a device error.

        An ``error`` (a failure HRESULT) meets reading and writing. What is not given stays as the item has
        it; an override takes the place of one before it. ``now`` moves the time stamp, which otherwise
        stays the item's own. Raises :class:`~opcross.errors.LocalMisuse` for an item that is not there,
        and for a value that is none of the item's type.
        """
        numbers = self._numbers(items)
        if quality is not None and not 0 <= quality <= 0xFFFF:
            raise LocalMisuse(f"a quality has 16 bits, {quality} has more")
        vartypes = self._profiles.vartypes[self._profile[numbers]]
        values = {
            vartype: None if value is None else variant_of(vartype, value)
            for vartype in np.unique(vartypes).tolist()
        }
        if self._overrides is None:
            self._overrides = Overrides(len(self._items))
        for vartype, given in values.items():
            self._overrides.set(
                numbers[vartypes == vartype],
                quality=quality,
                value=given,
                error=error or Hresult.S_OK,
                since=now or 0,
            )

    def clear_override(self, items: str | np.ndarray = "*") -> None:
        """Let items speak for themselves again; without ``items`` all of them."""
        if self._overrides is not None:
            self._overrides.clear(self._numbers(items))

    def provide(self, item_id: str, live: LiveValue) -> None:
        """Say what gives the value of a live item. Raises :class:`~opcross.errors.LocalMisuse`."""
        number = self._number(item_id)
        if self._profiles.signals.kinds[self._profile[number]] != SignalKind.LIVE:
            raise LocalMisuse(f"{item_id} is no live item")
        self._live[number] = live

    def held(self, item_id: str) -> Variant:
        """What an item holds that takes writes, even where nobody may read it."""
        number = self._number(item_id)
        return self._held.value(number, int(self._profile[number]))

    def _number(self, item_id: str) -> int:
        number = self.find(item_id)
        if number is None:
            raise LocalMisuse(f'no item has the id "{item_id}"')
        return number

    def _numbers(self, items: str | np.ndarray) -> np.ndarray:
        if not isinstance(items, str):
            return np.asarray(items, np.int64)
        number = self.find(items)
        if number is not None:
            return np.array([number], np.int64)
        found = self.select(items)
        if not len(found):
            raise LocalMisuse(f'no item matches "{items}"')
        return found

    def item(self, item_id: str) -> PlantItem:
        """The description of an item. Raises :class:`~opcross.errors.LocalMisuse` when there is none."""
        return self._items[self._number(item_id)]
