"""Signals: how the value of an item goes with time. Here they are declared, :mod:`.waves` computes them.

A signal is a function of the time since the plant's start, of the item's seed and, where the item takes
writes, of what was written last. Nothing is stepped: each moment can be asked for in any order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from opcross.codes import Hresult
from opcross.errors import LocalMisuse

if TYPE_CHECKING:
    from opcross_simulators.plant.recordings import Recording

__all__ = ["HELD", "Behaviour", "LiveValue", "Signal", "SignalKind", "WriteRule"]

_MAX_ELEMENTS: Final = 10_000
_MAX_WORDS: Final = 10_000

LiveValue: TypeAlias = Callable[[int], Any]
"""What gives the value of a live item: takes the ticks of now, gives what the VARTYPE's Python value is."""


class SignalKind(IntEnum):
    """The shapes that a signal can have."""

    HELD = 0
    """What was written last, or the first ``value``."""
    RAMP = 1
    """From low to high in one period, then high for good."""
    SAW_TOOTH = 2
    """From low to high, over and over."""
    TRIANGLE = 3
    """From low to high and back."""
    SINE = 4
    """Around the middle, rising at first."""
    SQUARE = 5
    """High for the share ``duty`` of each period, then low."""
    COUNTER = 6
    """Grows by ``step`` every period, from low on; behind high it starts again."""
    RANDOM = 7
    """Anything from low to high, each tick anew."""
    WALK = 8
    """Wanders between low and high; ``period`` is the time of its slowest swing."""
    PROCESS = 9
    """Follows its set point as a first-order lag; ``period`` is the time constant."""
    RECORDED = 10
    """What a recording says."""
    LIVE = 11
    """What a function of the program says."""
    QUALITIES = 12
    """A random quality, as the value and as the quality of the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One signal. Times are in seconds, ``low`` and ``high`` in the item's unit.

    ``phase`` is the share of a period by which the signal is ahead; ``scatter`` puts each item at a phase
    that follows from its own seed. ``noise`` is the largest distance that chance adds, each tick anew.
    ``value`` is what a held item begins with, and the first set point of a process; ``follows`` is the id of
    the item that holds the set point, if it is not the process itself. ``seed`` replaces the one that
    follows from the item's id. ``words`` are what a text item says, chosen by the number that the signal
    gives; ``size`` counts the elements of an array.
    """

    kind: SignalKind = SignalKind.HELD
    low: float = 0.0
    high: float = 100.0
    period: float = 60.0
    phase: float = 0.0
    scatter: bool = False
    duty: float = 0.5
    step: float = 1.0
    noise: float = 0.0
    value: Any = None
    follows: str = ""
    seed: int | None = None
    words: tuple[str, ...] = ()
    size: int = 10
    recording: Recording | None = None
    live: LiveValue | None = None

    def __post_init__(self) -> None:
        numbers = (self.low, self.high, self.period, self.phase, self.duty, self.step, self.noise)
        if not all(isfinite(number) for number in numbers):
            raise LocalMisuse("the numbers of a signal are finite")
        if self.high < self.low:
            raise LocalMisuse(f"a signal goes from low to high, not from {self.low} to {self.high}")
        if self.step <= 0:
            raise LocalMisuse(f"a counter steps up, not by {self.step}")
        if self.period <= 0:
            raise LocalMisuse(f"a period is longer than {self.period} seconds")
        if not 0 <= self.duty <= 1:
            raise LocalMisuse(f"the duty is a share from 0 to 1, not {self.duty}")
        if self.noise < 0:
            raise LocalMisuse(f"noise is a distance, not {self.noise}")
        if not 0 <= self.size <= _MAX_ELEMENTS:
            raise LocalMisuse(f"an array has up to {_MAX_ELEMENTS} elements, not {self.size}")
        if len(self.words) > _MAX_WORDS:
            raise LocalMisuse(f"a text item has up to {_MAX_WORDS} words")
        if (self.kind is SignalKind.RECORDED) != (self.recording is not None):
            raise LocalMisuse("a recorded signal has a recording, and no other has one")
        if (self.kind is SignalKind.LIVE) != (self.live is not None):
            raise LocalMisuse("a live signal has a function, and no other has one")


HELD: Final = Signal()
"""Holds what was written; begins with zero, an empty text or an empty array."""


class WriteRule(Enum):
    """What an item does with a value that is written to it, rights and limits permitting."""

    TAKE = "take"
    """It holds the value from then on; a process takes it as its set point."""
    IGNORE = "ignore"
    """It says yes and goes on as before, like a value that a controller overwrites."""
    FAIL = "fail"
    """It refuses with ``write_error``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What an item does.

    ``lag`` is by how many milliseconds its time stamps are older than the scan. ``limits`` bound what may
    be written: outside OPC_E_RANGE, or, with ``clamp``, the limited value and OPC_S_CLAMP. A ``read_error``
    (an HRESULT) is what every reading gives instead of a value.
    """

    signal: Signal = HELD
    lag: float = 0.0
    write: WriteRule = WriteRule.TAKE
    write_error: int = Hresult.E_FAIL
    read_error: int = 0
    limits: tuple[float, float] | None = None
    clamp: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.lag <= 1e12:
            raise LocalMisuse(f"a lag is from 0 milliseconds on, not {self.lag}")
        if self.limits is not None and not self.limits[0] <= self.limits[1]:
            raise LocalMisuse(f"limits go from low to high, not from {self.limits[0]} to {self.limits[1]}")
        if self.clamp and self.limits is None:
            raise LocalMisuse("without limits there is nothing to clamp to")
