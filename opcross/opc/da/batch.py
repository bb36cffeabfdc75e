"""Batches: values of many items as columns, as OPC's own callbacks carry them ([OPC DA] 3.0, 4.5.7).

A batch is immutable. Each row keeps the VARTYPE of its item and its raw bits, so nothing is lost on the way
through server, wire and tunnel. Rows become objects only when somebody looks at one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from opcross.codes import Hresult
from opcross.errors import LocalMisuse
from opcross.ndr import Variant, VariantColumn
from opcross.opc.quality import MASTER_MASK, Quality

__all__ = ["NO_ROWS", "Batch", "ItemValue", "WriteBatch", "hresult_of"]


def _column(values: Any, kind: type[np.generic], length: int, name: str) -> np.ndarray:  # noqa: ANN401
    """A read-only array of ``length`` elements; a single number stands for all of them."""
    array = np.asarray(values, kind)
    if array.ndim == 0:
        array = np.full(length, array, kind)
    if array.shape != (length,):
        raise LocalMisuse(f"{name}: {array.shape} elements for {length} rows")
    if array.flags.writeable:
        if array is values:
            array = array.copy()
        array.flags.writeable = False
    return array


def hresult_of(errors: np.ndarray) -> int:
    """The HRESULT of a call with per-item errors: S_FALSE when any of them is a failure."""
    return Hresult.S_FALSE if (errors >= np.uint32(0x80000000)).any() else Hresult.S_OK


@dataclass(frozen=True, slots=True)
class ItemValue:
    """One row of a batch: ``time_stamp`` in ticks of 100 ns since 1601, ``error`` an HRESULT."""

    handle: int
    value: Variant | None
    quality: int
    time_stamp: int
    error: int = 0


class Batch(Sequence[ItemValue]):
    """Values, qualities, time stamps and errors of items, row by row.

    ``handles`` (uint32) are the client's handles of the items, or the positions in what was asked for;
    ``qualities`` are uint16, ``time_stamps`` FILETIMEs in uint64, ``errors`` HRESULTs in uint32. Columns are
    read-only. A handle may stand in several rows, oldest first, where a server buffers samples.
    """

    __slots__ = ("errors", "handles", "qualities", "time_stamps", "values")

    handles: np.ndarray
    values: VariantColumn
    qualities: np.ndarray
    time_stamps: np.ndarray
    errors: np.ndarray

    def __init__(
        self,
        handles: Any,  # noqa: ANN401  (whatever NumPy takes; a single number stands for every row)
        values: VariantColumn,
        qualities: Any = Quality.GOOD,  # noqa: ANN401
        time_stamps: Any = 0,  # noqa: ANN401
        errors: Any = 0,  # noqa: ANN401
    ) -> None:
        length = len(values)
        self.values = values
        self.handles = _column(handles, np.uint32, length, "handles")
        self.qualities = _column(qualities, np.uint16, length, "qualities")
        self.time_stamps = _column(time_stamps, np.uint64, length, "time stamps")
        self.errors = _column(errors, np.uint32, length, "errors")

    @classmethod
    def of(cls, rows: Sequence[ItemValue]) -> Batch:
        """Columns of these rows."""
        return cls(
            [row.handle for row in rows],
            VariantColumn.of(row.value for row in rows),
            [row.quality for row in rows],
            [row.time_stamp for row in rows],
            [row.error for row in rows],
        )

    @classmethod
    def concatenate(cls, batches: Sequence[Batch]) -> Batch:
        """The rows of all, one batch behind the other."""
        if len(batches) == 1:
            return batches[0]
        if not batches:
            return NO_ROWS
        return cls(
            np.concatenate([batch.handles for batch in batches]),
            VariantColumn.concatenate([batch.values for batch in batches]),
            np.concatenate([batch.qualities for batch in batches]),
            np.concatenate([batch.time_stamps for batch in batches]),
            np.concatenate([batch.errors for batch in batches]),
        )

    def __len__(self) -> int:
        return len(self.handles)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401  (a row, or a batch for a slice)
        if isinstance(index, slice):
            return self.take(np.arange(len(self))[index])
        return ItemValue(
            int(self.handles[index]),
            self.values[index],
            int(self.qualities[index]),
            int(self.time_stamps[index]),
            int(self.errors[index]),
        )

    def __iter__(self) -> Iterator[ItemValue]:
        return (self[index] for index in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Batch):
            return NotImplemented
        return (
            np.array_equal(self.handles, other.handles)
            and self.values == other.values
            and np.array_equal(self.qualities, other.qualities)
            and np.array_equal(self.time_stamps, other.time_stamps)
            and np.array_equal(self.errors, other.errors)
        )

    __hash__ = None  # type: ignore[assignment]  # it holds arrays

    def __repr__(self) -> str:
        return f"<Batch of {len(self)}: {self.values!r}>"

    def take(self, rows: np.ndarray) -> Batch:
        """These rows, by their numbers, in that order."""
        return Batch(
            self.handles[rows],
            self.values.take(rows),
            self.qualities[rows],
            self.time_stamps[rows],
            self.errors[rows],
        )

    def with_handles(self, handles: np.ndarray) -> Batch:
        """The same rows under other handles."""
        return Batch(handles, self.values, self.qualities, self.time_stamps, self.errors)

    @property
    def hresult(self) -> int:
        """S_FALSE when a row failed, else S_OK."""
        return hresult_of(self.errors)

    @property
    def master_quality(self) -> int:
        """S_OK when every quality is good, else S_FALSE: hrMasterquality of OnDataChange."""
        good = (self.qualities & np.uint16(MASTER_MASK)) == Quality.GOOD
        return Hresult.S_OK if good.all() else Hresult.S_FALSE

    @property
    def master_error(self) -> int:
        """S_OK when every error is S_OK, else S_FALSE: hrMastererror of OnDataChange."""
        return Hresult.S_FALSE if self.errors.any() else Hresult.S_OK


NO_ROWS: Final = Batch((), VariantColumn(np.zeros(0, np.uint16)))
"""No values at all."""


class WriteBatch:
    """Values to write, row by row; each with a quality and a time stamp of its own, or without.

    ``has_quality`` and ``has_time_stamp`` (bool) say for which rows ``qualities`` and ``time_stamps`` count.
    """

    __slots__ = ("has_quality", "has_time_stamp", "qualities", "time_stamps", "values")

    values: VariantColumn
    qualities: np.ndarray
    has_quality: np.ndarray
    time_stamps: np.ndarray
    has_time_stamp: np.ndarray

    def __init__(
        self,
        values: VariantColumn,
        qualities: Any = 0,  # noqa: ANN401  (whatever NumPy takes; a single number stands for every row)
        has_quality: Any = False,  # noqa: ANN401
        time_stamps: Any = 0,  # noqa: ANN401
        has_time_stamp: Any = False,  # noqa: ANN401
    ) -> None:
        length = len(values)
        self.values = values
        self.qualities = _column(qualities, np.uint16, length, "qualities")
        self.has_quality = _column(has_quality, np.bool_, length, "has_quality")
        self.time_stamps = _column(time_stamps, np.uint64, length, "time stamps")
        self.has_time_stamp = _column(has_time_stamp, np.bool_, length, "has_time_stamp")

    @classmethod
    def of(cls, *values: Variant) -> WriteBatch:
        """Bare values."""
        return cls(VariantColumn.of(values))

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        return f"<WriteBatch of {len(self)}: {self.values!r}>"

    @property
    def plain(self) -> bool:
        """Whether no row has a quality or a time stamp: what a 2.05a server can write, too."""
        return not self.has_quality.any() and not self.has_time_stamp.any()

    def take(self, rows: np.ndarray) -> WriteBatch:
        """These rows, by their numbers, in that order."""
        return WriteBatch(
            self.values.take(rows),
            self.qualities[rows],
            self.has_quality[rows],
            self.time_stamps[rows],
            self.has_time_stamp[rows],
        )
