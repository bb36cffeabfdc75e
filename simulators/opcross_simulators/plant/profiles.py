"""Profiles: everything that items have in common, so that an item needs only the number of its profile.

Columns here are short and stay in the processor's cache, however many items there are. Each profile has a
twin that is the same but holds: an item that takes a value for good becomes its twin's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from opcross.errors import LocalMisuse
from opcross.ndr import VariantColumn, VarType
from opcross.opc.filetime import TICKS_PER_MILLISECOND
from opcross_simulators.plant.signals import HELD, Behaviour, SignalKind, WriteRule
from opcross_simulators.plant.table import SimulatedItem
from opcross_simulators.plant.values import is_array, is_number, variant_of
from opcross_simulators.plant.waves import COMPUTED, SignalTable

__all__ = ["Profiles", "check_item"]

_LONGEST_SCAN: Final = 1e10  # milliseconds


class Profiles:
    """Behaviours with a VARTYPE, rights and a scan rate, as columns."""

    def __init__(self, prototypes: Sequence[SimulatedItem]) -> None:
        own: list[SimulatedItem] = []
        found: dict[object, int] = {}
        rows = []
        for one in prototypes:
            item = one.item
            key = (item.vartype, int(item.rights), item.scan_rate, id(one.behaviour))
            if key not in found:
                found[key] = len(own)
                own.append(one)
                check_item(one)
            rows.append(found[key])
        self.of_prototype = np.array(rows, np.int32)
        """The profile of each prototype."""
        self.behaviours: list[Behaviour] = [one.behaviour for one in own]
        self.initial: list[Any] = []
        """What a held item of the profile begins with, where that is no number."""
        count = len(own)
        self.twin = np.concatenate([np.arange(count, 2 * count), np.arange(count, 2 * count)]).astype(
            np.int32
        )
        signals = [one.behaviour.signal for one in own]
        self.signals = SignalTable([*signals, *([HELD] * count)])

        def twice(values: list[Any], kind: type[np.generic]) -> np.ndarray:
            return np.array([*values, *values], kind)

        self.vartypes = twice([one.item.vartype for one in own], np.uint16)
        self.rights = twice([int(one.item.rights) for one in own], np.uint8)
        # a scan every tick of the clock stands for a device that answers whenever it is asked
        self.scan = twice(
            [max(1, round(one.item.scan_rate * TICKS_PER_MILLISECOND)) for one in own], np.int64
        )
        self.lag = twice([round(one.behaviour.lag * TICKS_PER_MILLISECOND) for one in own], np.int64)
        self.read_error = twice([one.behaviour.read_error for one in own], np.uint32)
        self.write_error = twice(
            [one.behaviour.write_error if one.behaviour.write is WriteRule.FAIL else 0 for one in own],
            np.uint32,
        )
        self.takes = twice([one.behaviour.write is WriteRule.TAKE for one in own], np.bool_)
        self.limited = twice([one.behaviour.limits is not None for one in own], np.bool_)
        self.limits_low = twice([(one.behaviour.limits or (0, 0))[0] for one in own], np.float64)
        self.limits_high = twice([(one.behaviour.limits or (0, 0))[1] for one in own], np.float64)
        self.clamps = twice([one.behaviour.clamp for one in own], np.bool_)
        self.initial_bits = self._initials(own)
        self._group(self.signals.kinds, self.vartypes)

    def _initials(self, own: Sequence[SimulatedItem]) -> np.ndarray:
        bits = []
        for one in own:
            signal, vartype = one.behaviour.signal, one.item.vartype
            held = signal.kind is SignalKind.HELD
            value = variant_of(vartype, signal.value if held else None)
            if is_number(vartype):
                bits.append(int(VariantColumn.of([value]).bits[0]))
                self.initial.append(None)
            else:
                bits.append(0)
                self.initial.append(value.value)
        self.initial = self.initial * 2
        return np.array(bits * 2, np.uint64)

    def _group(self, kinds: np.ndarray, vartypes: np.ndarray) -> None:
        """Profiles of one kind and one VARTYPE are computed together."""
        groups: dict[tuple[int, int], int] = {}
        of_profile = [
            groups.setdefault((kind, vartype), len(groups))
            for kind, vartype in zip(kinds.tolist(), vartypes.tolist(), strict=True)
        ]
        self.group = np.array(of_profile, np.int32)
        self.groups: list[tuple[int, int]] = list(groups)
        """Kind and VARTYPE of each group."""


def check_item(one: SimulatedItem) -> None:
    """Raises :class:`~opcross.errors.LocalMisuse` for what does not go together."""
    item, behaviour = one.item, one.behaviour
    signal, kind = behaviour.signal, behaviour.signal.kind
    number = is_number(item.vartype)
    if not 0 <= item.scan_rate <= _LONGEST_SCAN:
        raise LocalMisuse(f"{item.path}: a scan rate is in milliseconds from 0 on, not {item.scan_rate}")
    if kind in (SignalKind.PROCESS, SignalKind.QUALITIES) and not number:
        raise LocalMisuse(f"{item.path}: only a number can be a {kind.name.lower()} signal")
    if kind is SignalKind.RECORDED and is_array(item.vartype):
        raise LocalMisuse(f"{item.path}: a recording has no arrays")
    if signal.value is not None and kind not in (SignalKind.HELD, SignalKind.PROCESS):
        raise LocalMisuse(f"{item.path}: a {kind.name.lower()} signal begins with no value")
    if signal.follows and kind is not SignalKind.PROCESS:
        raise LocalMisuse(f"{item.path}: only a process follows a set point")
    if signal.words and item.vartype & ~VarType.ARRAY != VarType.BSTR:
        raise LocalMisuse(f"{item.path}: only a text has words")
    if behaviour.limits is not None and not number:
        raise LocalMisuse(f"{item.path}: only numbers have limits")
    if signal.recording is not None and number and np.isnan(signal.recording.numbers).any():
        raise LocalMisuse(f"{item.path}: the recording has values that are no numbers")
    if kind in COMPUTED and is_array(item.vartype):
        inner = item.vartype & 0xFFF
        if not is_number(inner) and inner != VarType.BSTR:
            raise LocalMisuse(f"{item.path}: no signal gives arrays of VARTYPE 0x{inner:04x}")
    held = kind is SignalKind.HELD
    variant_of(item.vartype, signal.value if held else None)
    if kind is SignalKind.PROCESS and signal.value is not None:
        variant_of(VarType.R8, signal.value)
