"""The shapes of signals, computed for many items at once.

A :class:`SignalTable` holds distinct signals as columns, :class:`SignalRows` what of them some items need. A
moment is one number where all items are scanned together, else a column as long as the others.

A walk is value noise: four octaves of random numbers on a lattice in time, each octave twice as fast and
half as high as the one before, joined by smooth curves. Any moment costs the same eight hashes, however long
the plant has been running.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from opcross_simulators.plant.mixing import mix, mix_one, uniform
from opcross_simulators.plant.signals import Signal, SignalKind

__all__ = ["COMPUTED", "SignalRows", "SignalTable", "add_noise", "levels"]

COMPUTED: Final = frozenset(
    {
        SignalKind.RAMP,
        SignalKind.SAW_TOOTH,
        SignalKind.TRIANGLE,
        SignalKind.SINE,
        SignalKind.SQUARE,
        SignalKind.COUNTER,
        SignalKind.RANDOM,
        SignalKind.WALK,
    }
)
"""The kinds that follow from the moment and the seed alone."""

_UNIT: Final = 2.0**-32
_LATTICE: Final = np.uint32(0x9E3779B1)
_OCTAVES: Final = (8 / 15, 4 / 15, 2 / 15, 1 / 15)
_NEARLY: Final = 1 + 1e-12
_NOISE_SALT: Final = np.uint32(mix_one(0x6E6F6973))


@dataclass(frozen=True, slots=True)
class SignalRows:
    """The signals of some items, all of one kind, and the seeds of the items, as columns.

    ``rate`` is in periods a second, ``noise`` None where there is none.
    """

    kind: int
    seeds: np.ndarray
    low: np.ndarray
    span: np.ndarray
    rate: np.ndarray
    phase: np.ndarray
    duty: np.ndarray
    step: np.ndarray
    noise: np.ndarray | None


class SignalTable:
    """Distinct signals as columns; an item's signal is a row here."""

    def __init__(self, signals: Sequence[Signal]) -> None:
        def column(values: list[float]) -> np.ndarray:
            return np.array(values, np.float64)

        self.signals = tuple(signals)
        self.kinds = np.array([signal.kind for signal in signals], np.uint8)
        self.rate = column([1.0 / signal.period for signal in signals])
        self._low = column([signal.low for signal in signals])
        self._span = column([signal.high - signal.low for signal in signals])
        self._phase = column([signal.phase for signal in signals])
        self._scatter = column([_UNIT if signal.scatter else 0.0 for signal in signals])
        self._duty = column([signal.duty for signal in signals])
        self._step = column([signal.step for signal in signals])
        self._noise = column([signal.noise for signal in signals])

    def rows(self, kind: int, signals: np.ndarray, seeds: np.ndarray) -> SignalRows:
        """The columns of these signals (rows of the table), for items with these seeds (uint32)."""
        noise = self._noise[signals]
        return SignalRows(
            kind,
            seeds,
            self._low[signals],
            self._span[signals],
            self.rate[signals],
            self._phase[signals] + self._scatter[signals] * seeds,
            self._duty[signals],
            self._step[signals],
            noise if noise.any() else None,
        )


def levels(rows: SignalRows, seconds: np.ndarray | float, ticks: np.ndarray | int) -> np.ndarray:
    """Values (float64) of signals of one of the :data:`COMPUTED` kinds, noise included.

    ``seconds`` count from the plant's start, ``ticks`` are the numbers of the scans.
    """
    if rows.kind == SignalKind.COUNTER:
        values = _count(rows, seconds)
    else:
        values = uniform(rows.seeds, ticks) if rows.kind == SignalKind.RANDOM else _share(rows, seconds)
        values *= rows.span
        values += rows.low
    return add_noise(rows, ticks, values)


def add_noise(rows: SignalRows, ticks: np.ndarray | int, values: np.ndarray) -> np.ndarray:
    """``values`` with what chance adds to them."""
    if rows.noise is not None:
        values = values + (2 * uniform(rows.seeds ^ _NOISE_SALT, ticks) - 1) * rows.noise
    return values


def _position(rows: SignalRows, seconds: np.ndarray | float) -> np.ndarray:
    """Periods since each signal began."""
    position: np.ndarray = rows.rate * seconds
    position += rows.phase
    return position


def _share(rows: SignalRows, seconds: np.ndarray | float) -> np.ndarray:
    """How far from low (0) to high (1) each signal is."""
    position = _position(rows, seconds)
    if rows.kind == SignalKind.RAMP:
        ramp: np.ndarray = position.clip(0.0, 1.0)
        return ramp
    if rows.kind == SignalKind.WALK:
        return _walk(rows.seeds, position)
    share: np.ndarray = position - np.floor(position)
    if rows.kind == SignalKind.TRIANGLE:
        share *= 2
        share -= 1
        share = 1 - np.abs(share)
    elif rows.kind == SignalKind.SINE:
        share *= 2 * np.pi
        share = np.sin(share)
        share *= 0.5
        share += 0.5
    elif rows.kind == SignalKind.SQUARE:
        share = (share < rows.duty).astype(np.float64)
    return share


def _count(rows: SignalRows, seconds: np.ndarray | float) -> np.ndarray:
    # in whole steps, or steps such as 0.1 would add up to a little more or less than the end
    count = np.floor(_position(rows, seconds))
    stops = np.floor(rows.span / rows.step * _NEARLY) + 1
    count -= np.floor(count / stops) * stops
    counted: np.ndarray = rows.low + count * rows.step
    return counted


def _walk(seeds: np.ndarray, position: np.ndarray) -> np.ndarray:
    level = np.zeros(len(position))
    for octave, weight in enumerate(_OCTAVES):
        # the octaves are shifted against each other, or all would have a lattice point at the start
        place = position * (1 << octave)
        place += octave * 0.37
        whole = np.floor(place)
        place -= whole
        smooth = place * place
        place *= -2
        place += 3
        smooth *= place
        here = whole.astype(np.int64).astype(np.uint32)
        here *= _LATTICE
        here += seeds
        here += np.uint32(mix_one(octave + 1))
        one = mix(here) * _UNIT
        here += _LATTICE
        other = mix(here) * _UNIT
        other -= one
        other *= smooth
        one += other
        one *= weight
        level += one
    return level
