"""Columns: many VARIANTs, or many rows of numbers and VARIANTs, held as NumPy arrays.

A column never becomes a list of objects on its way through the wire. Single rows are made when
somebody asks for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from struct import Struct
from struct import error as StructError  # noqa: N812  (it is an exception, and stays recognisable as one)
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar, overload

import numpy as np

from opcross.errors import BadValue, LocalMisuse
from opcross.ndr._variant import NUMBER_TYPES, Variant, VarType, same_value

__all__ = ["ABSENT", "FIXED_WIDTHS", "StructColumn", "VariantColumn"]

R = TypeVar("R")

ABSENT: Final = 0xFFFF
"""The type code (VT_ILLEGAL) of a row whose pointer is null: no VARIANT at all."""

FIXED_WIDTHS: Final[Mapping[int, int]] = MappingProxyType(
    {0: 0, 1: 0} | {vt: kind.itemsize for vt, kind in NUMBER_TYPES.items()}
)
"""How many octets the value takes, for each VARTYPE whose values all take the same number, up to 8."""

_CODES: Final = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q"}
_CODES_OF: Final = {
    vt: Struct("<" + {**_CODES, "f4": "f", "f8": "d"}[kind.str[1:]]) for vt, kind in NUMBER_TYPES.items()
}
_MASKS: Final = np.full(0x10000, 0, np.uint64)
for _vt, _width in FIXED_WIDTHS.items():
    _MASKS[_vt] = (1 << 8 * _width) - 1
_MASKS.flags.writeable = False
_NO_OBJECTS: Final[Mapping[int, Any]] = MappingProxyType({})


def _to_bits(variant: Variant) -> int:
    packer = _CODES_OF.get(variant.vt)
    if packer is None:
        if variant.value is not None:
            raise BadValue(f"VARTYPE 0x{variant.vt:04x} has no value, found {variant.value!r}")
        return 0
    value = -1 if variant.vt == VarType.BOOL and variant.value is True else variant.value
    try:
        return int.from_bytes(packer.pack(value), "little")
    except (StructError, OverflowError, TypeError) as error:
        raise BadValue(f"{variant.value!r} is no value of VARTYPE 0x{variant.vt:04x}: {error}") from None


def _from_bits(vt: int, bits: int) -> Any:  # noqa: ANN401  (any value of a VARIANT)
    packer = _CODES_OF.get(vt)
    if packer is None:
        return None
    value = packer.unpack(bits.to_bytes(8, "little")[: packer.size])[0]
    return value == -1 if vt == VarType.BOOL and value in (0, -1) else value


class VariantColumn(Sequence["Variant | None"]):
    """VARIANTs as columns: type codes, raw bits, and the values that bits cannot hold.

    ``vartypes`` (uint16) and ``bits`` (uint64, the value's octets, upper ones zero) are read-only
    arrays; ``objects`` holds the values of strings, arrays and their like by row. A row whose pointer
    was null has the type code :data:`ABSENT` and is None.
    """

    __slots__ = ("bits", "objects", "vartypes")

    bits: np.ndarray
    objects: Mapping[int, Any]
    vartypes: np.ndarray

    def __init__(
        self,
        vartypes: np.ndarray,
        bits: np.ndarray | None = None,
        objects: Mapping[int, Any] | None = None,
    ) -> None:
        types = np.array(vartypes, np.uint16, ndmin=1)
        raw = np.zeros(len(types), np.uint64) if bits is None else np.array(bits, np.uint64, ndmin=1)
        if types.shape != raw.shape or types.ndim != 1:
            raise LocalMisuse(f"{types.shape} type codes and {raw.shape} values do not match")
        raw &= _MASKS[types]
        types.flags.writeable = False
        raw.flags.writeable = False
        self.vartypes = types
        self.bits = raw
        self.objects = MappingProxyType(dict(objects)) if objects else _NO_OBJECTS

    @classmethod
    def of(cls, variants: Iterable[Any]) -> VariantColumn:
        """A column of these rows. Raises :class:`BadValue` for a value its type code forbids."""
        types, bits, objects = [], [], {}
        for index, variant in enumerate(variants):
            if variant is None:
                types.append(ABSENT)
                bits.append(0)
                continue
            if not isinstance(variant, Variant) or not 0 <= variant.vt < ABSENT:
                raise BadValue(f"expected a Variant, found {variant!r}", path=f"[{index}]")
            types.append(variant.vt)
            if variant.vt in FIXED_WIDTHS:
                bits.append(_to_bits(variant))
            else:
                bits.append(0)
                objects[index] = variant.value
        return cls(np.array(types, np.uint16), np.array(bits, np.uint64), objects)

    @classmethod
    def of_numbers(cls, vartype: int, numbers: Sequence[float] | np.ndarray) -> VariantColumn:
        """A column of one VARTYPE from numbers; they are converted to the type's own width.

        Raises :class:`LocalMisuse` for a type that is no number.
        """
        kind = NUMBER_TYPES.get(vartype)
        if kind is None:
            raise LocalMisuse(f"VARTYPE 0x{vartype:04x} is no number")
        native = np.ascontiguousarray(numbers, kind)
        bits = native.view(f"u{kind.itemsize}").astype(np.uint64)
        return cls(np.full(len(native), vartype, np.uint16), bits)

    def take(self, rows: np.ndarray) -> VariantColumn:
        """These rows, by their numbers, in that order; a row may be named twice."""
        objects = None
        if self.objects:
            held = self.objects
            objects = {new: held[old] for new, old in enumerate(rows.tolist()) if old in held}
        return VariantColumn(self.vartypes[rows], self.bits[rows], objects)

    @classmethod
    def concatenate(cls, columns: Sequence[VariantColumn]) -> VariantColumn:
        """The rows of all, one column behind the other."""
        if not columns:
            return cls(np.zeros(0, np.uint16))
        objects: dict[int, Any] = {}
        start = 0
        for column in columns:
            objects.update({start + row: value for row, value in column.objects.items()})
            start += len(column)
        return cls(
            np.concatenate([column.vartypes for column in columns]),
            np.concatenate([column.bits for column in columns]),
            objects,
        )

    def __len__(self) -> int:
        return len(self.vartypes)

    @overload
    def __getitem__(self, index: int) -> Variant | None: ...
    @overload
    def __getitem__(self, index: slice) -> VariantColumn: ...
    def __getitem__(self, index: int | slice) -> Variant | VariantColumn | None:
        if isinstance(index, slice):
            rows = range(len(self))[index]
            objects = {new: self.objects[old] for new, old in enumerate(rows) if old in self.objects}
            return VariantColumn(self.vartypes[index], self.bits[index], objects)
        vt = int(self.vartypes[index])
        if vt == ABSENT:
            return None
        row = index + len(self) if index < 0 else index
        if row in self.objects:
            return Variant(vt, self.objects[row])
        return Variant(vt, _from_bits(vt, int(self.bits[row])))

    def __iter__(self) -> Iterator[Variant | None]:
        return (self[index] for index in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, VariantColumn):
            return NotImplemented
        return (
            bool(np.array_equal(self.vartypes, other.vartypes))
            and bool(np.array_equal(self.bits, other.bits))
            and self.objects.keys() == other.objects.keys()
            and all(same_value(value, other.objects[row]) for row, value in self.objects.items())
        )

    __hash__ = None  # type: ignore[assignment]  # it holds arrays

    def __repr__(self) -> str:
        shown = ", ".join(repr(self[index]) for index in range(min(3, len(self))))
        return f"<VariantColumn of {len(self)}: {shown}{', ...' if len(self) > 3 else ''}>"

    @property
    def uniform(self) -> int | None:
        """The VARTYPE of all rows, or None if they differ or there are none."""
        if not len(self) or (self.vartypes != self.vartypes[0]).any():
            return None
        return int(self.vartypes[0])

    def numbers(self) -> np.ndarray:
        """The values of a uniform column of numbers in their own type.

        Raises :class:`LocalMisuse` if the rows differ or are no numbers.
        """
        vt = self.uniform
        kind = NUMBER_TYPES.get(vt) if vt is not None else None
        if kind is None:
            raise LocalMisuse("the rows are not numbers of one type")
        values = self.bits.astype(f"u{kind.itemsize}").view(kind)
        values.flags.writeable = False
        return values


class StructColumn(Sequence[R], Generic[R]):
    """Rows of a structure of numbers and one VARIANT, as columns by member name.

    ``rows["client"]`` is a read-only array, ``rows[3]`` one structure. A column given as a single
    number holds it in every row.
    """

    __slots__ = ("_length", "columns", "record")

    columns: Mapping[str, np.ndarray | VariantColumn]
    record: type[R]

    def __init__(self, record: type[R], columns: Mapping[str, Any]) -> None:
        lengths = {len(column) for column in columns.values() if hasattr(column, "__len__")}
        if len(lengths) != 1:
            raise LocalMisuse(f"columns of different lengths: {sorted(lengths)}")
        self._length = lengths.pop()
        held: dict[str, np.ndarray | VariantColumn] = {}
        for name, column in columns.items():
            if isinstance(column, VariantColumn):
                held[name] = column
                continue
            array = np.array(column) if hasattr(column, "__len__") else np.full(self._length, column)
            array.flags.writeable = False
            held[name] = array
        self.columns = MappingProxyType(held)
        self.record = record

    @classmethod
    def of(cls, record: type[R], names: Sequence[str], rows: Sequence[R]) -> StructColumn[R]:
        """Columns of these rows; VARIANT members are known by their type."""
        columns: dict[str, Any] = {}
        for name in names:
            values = [getattr(row, name) for row in rows]
            variants = any(isinstance(value, Variant) or value is None for value in values)
            columns[name] = VariantColumn.of(values) if variants else values
        return cls(record, columns)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> StructColumn[R]: ...
    @overload
    def __getitem__(self, index: str) -> Any: ...  # noqa: ANN401  (an array or a VariantColumn, by name)
    def __getitem__(self, index: int | slice | str) -> Any:
        if isinstance(index, str):
            return self.columns[index]
        if isinstance(index, slice):
            return StructColumn(self.record, {name: column[index] for name, column in self.columns.items()})
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        values = {
            name: column[index] if isinstance(column, VariantColumn) else column[index].item()
            for name, column in self.columns.items()
        }
        return self.record(**values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StructColumn):
            return NotImplemented
        return self.columns.keys() == other.columns.keys() and all(
            same_value(column, other.columns[name]) for name, column in self.columns.items()
        )

    __hash__ = None  # type: ignore[assignment]  # it holds arrays

    def __repr__(self) -> str:
        return f"<{self.record.__name__} rows: {len(self)}>"
