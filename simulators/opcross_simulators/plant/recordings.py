"""Recordings: values that were measured elsewhere, played again.

A CSV file has a row for each value: seconds since the beginning, the value, and perhaps its quality, as a
number (192, 0xC0) or as a word (``good``, ``comm failure``). Lines that begin with ``#`` are left out, and so
is a first line whose first field is no number.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Final

import numpy as np

from opcross.errors import FileError, LocalMisuse
from opcross.opc.quality import Quality
from opcross.yaml_files import nearest

__all__ = ["RECORDING_ROWS", "RECORDING_SIZE", "Recording", "load_recording", "quality_named"]

RECORDING_SIZE: Final = 64 * 1024 * 1024
"""Octets of a CSV file."""
RECORDING_ROWS: Final = 1_000_000
"""Rows of a recording."""

_QUALITIES: Final = {quality.name.lower().replace("_", " "): int(quality) for quality in Quality}


def quality_named(text: str) -> int:
    """The quality that a number or a word stands for. Raises ValueError."""
    word = text.strip().lower().replace("_", " ").replace("-", " ")
    if word in _QUALITIES:
        return _QUALITIES[word]
    try:
        number = int(word, 16 if word.startswith("0x") else 10)
    except ValueError:
        near = nearest(word, _QUALITIES)
        hint = f' (did you mean "{near}"?)' if near else ""
        raise ValueError(f'no quality is called "{text}"{hint}') from None
    if not 0 <= number <= 0xFFFF:
        raise ValueError(f"a quality has 16 bits, {text} has more")
    return number


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Values at times; each holds until the next.

    ``times`` are seconds, growing, from 0 or more. ``texts`` are the values as they were written, for items
    that are no numbers; ``numbers`` are NaN where a value is none. ``length`` is after how many seconds it
    begins again; 0 holds the last value for good.
    """

    times: np.ndarray
    numbers: np.ndarray
    texts: tuple[str, ...]
    qualities: np.ndarray
    length: float = 0.0
    source: str = field(default="", repr=False)

    @classmethod
    def of(
        cls, rows: Sequence[tuple[float, object] | tuple[float, object, int]], *, length: float = 0.0
    ) -> Recording:
        """From rows of seconds, value and perhaps quality. Raises :class:`LocalMisuse`."""
        return cls._checked(
            [float(row[0]) for row in rows],
            [str(row[1]) for row in rows],
            [row[2] if len(row) > 2 else int(Quality.GOOD) for row in rows],
            length,
        )

    @classmethod
    def _checked(
        cls,
        times: list[float],
        texts: list[str],
        qualities: list[int],
        length: float,
        source: str = "",
    ) -> Recording:
        if not times:
            raise LocalMisuse("a recording has at least one row")
        moments = np.array(times, np.float64)
        if not np.isfinite(moments).all() or moments[0] < 0 or (np.diff(moments) <= 0).any():
            raise LocalMisuse("the times of a recording grow from row to row, from 0 or more on")
        if length and not length > moments[-1]:
            raise LocalMisuse(f"a recording begins again after its last row, not after {length} seconds")
        numbers = np.array([_number(text) for text in texts], np.float64)
        return cls(moments, numbers, tuple(texts), np.array(qualities, np.uint16), length, source)

    def looping(self, length: float | None = None) -> Recording:
        """The same, over and over; without ``length`` the last row holds as long as the one before it."""
        if length is None:
            last = float(self.times[-1])
            length = last + (last - float(self.times[-2]) if len(self.times) > 1 else 1.0)
        return Recording._checked(
            self.times.tolist(), list(self.texts), self.qualities.tolist(), length, self.source
        )

    def rows_at(self, seconds: np.ndarray) -> np.ndarray:
        """The row that holds at each moment; -1 before the first."""
        if self.length:
            seconds = seconds % self.length
        rows: np.ndarray = np.searchsorted(self.times, seconds, side="right") - 1
        if self.length:
            rows = np.where(rows < 0, len(self.times) - 1, rows)
        return rows


def _number(text: str) -> float:
    word = text.strip().lower()
    if word in ("true", "false"):
        return float(word == "true")
    try:
        number = float(word)
    except ValueError:
        return float("nan")
    return number if isfinite(number) else float("nan")


def load_recording(path: Path | str) -> Recording:
    """Read a CSV file. Raises :class:`~opcross.errors.FileError` with file and line."""
    name = str(path)
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as stream:
            text = stream.read(RECORDING_SIZE + 1)
    except OSError as reason:
        raise FileError(f"cannot be read: {reason.strerror or reason}", file=name) from reason
    except UnicodeDecodeError as reason:
        raise FileError("expected UTF-8 text", file=name) from reason
    if len(text) > RECORDING_SIZE:
        raise FileError(f"is larger than {RECORDING_SIZE} characters", file=name)
    return _recording(text.splitlines(), name)


def _recording(lines: Iterable[str], name: str) -> Recording:
    times: list[float] = []
    texts: list[str] = []
    qualities: list[int] = []
    reader = csv.reader(lines)
    try:
        for row in islice(reader, RECORDING_ROWS + 1):
            if not row or row[0].lstrip().startswith("#"):
                continue
            if not times and reader.line_num == 1 and np.isnan(_number(row[0])):
                continue  # names of the columns
            if not 2 <= len(row) <= 3:
                raise FileError(
                    "expected seconds, value, and perhaps quality", file=name, line=reader.line_num
                )
            seconds = _number(row[0])
            if np.isnan(seconds) or (times and seconds <= times[-1]) or seconds < 0:
                raise FileError(
                    f'expected seconds that grow from row to row, found "{row[0]}"',
                    file=name,
                    line=reader.line_num,
                )
            times.append(seconds)
            texts.append(row[1].strip())
            qualities.append(quality_named(row[2]) if len(row) > 2 and row[2].strip() else int(Quality.GOOD))
    except csv.Error as reason:
        raise FileError(f"is not CSV: {reason}", file=name, line=reader.line_num) from reason
    except ValueError as reason:
        raise FileError(str(reason), file=name, line=reader.line_num) from reason
    if len(times) > RECORDING_ROWS:
        raise FileError(f"has more than {RECORDING_ROWS} rows", file=name)
    if not times:
        raise FileError("has no rows", file=name)
    return Recording._checked(times, texts, qualities, 0.0, name)
