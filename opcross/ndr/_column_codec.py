"""Arrays of VARIANTs, and of structures of numbers with one VARIANT, to and from columns.

Behind the referent ids stand the bodies, each aligned to eight octets. A body whose value has a fixed
width takes 24 octets, or 32 for a value of eight: so they are three or four 64-bit words, and a whole
run of them is put together, or taken apart, by a few NumPy operations. Where the widths are mixed a
short loop finds where each body starts, and the values are gathered at once.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

import numpy as np

from opcross.errors import BadValue, LimitExceeded, Truncated
from opcross.ndr._arrays import ArrayCodec, as_numbers, number_type, numbers_to_octets, octets_to_numbers
from opcross.ndr._codec import Codec, FiletimeCodec
from opcross.ndr._columns import ABSENT, FIXED_WIDTHS, StructColumn, VariantColumn
from opcross.ndr._stream import USER_MARK, Packer, Unpacker, Value
from opcross.ndr._structs import StructCodec
from opcross.ndr._variant import Variant
from opcross.ndr._variant_codec import VariantCodec

__all__ = ["RowsArray", "VariantsArray", "holds_columns"]

_HEAD: Final = 20
_WIDE: Final = np.zeros(0x10000, np.bool_)
_ENDS: Final = {vt: 32 if width == 8 else _HEAD + width for vt, width in FIXED_WIDTHS.items()}
for _vt, _width in FIXED_WIDTHS.items():
    _WIDE[_vt] = _width == 8
_WIDE.flags.writeable = False
_LITTLE_HEAD: Final = Struct("<8xH6xI")


def _run_of_fixed(types: np.ndarray, bits: np.ndarray) -> np.ndarray:
    """The words of a run of bodies with values of fixed width."""
    first = int(types[0])
    if (types == first).all():
        return _uniform_run(first, bits)
    vts = types.astype(np.uint64)
    wide = _WIDE[types]
    if wide.all():
        long = np.empty((len(types), 4), np.uint64)
        long[:, 0] = 4
        long[:, 1] = vts
        long[:, 2] = vts
        long[:, 3] = bits
        return long.reshape(-1)
    if not wide.any():
        short = np.empty((len(types), 3), np.uint64)
        short[:, 0] = 3
        short[:, 1] = vts
        short[:, 2] = vts | bits << np.uint64(32)
        return short.reshape(-1)
    lengths = wide.astype(np.int64) + 3
    starts = np.cumsum(lengths) - lengths
    words = np.zeros(int(starts[-1] + lengths[-1]), np.uint64)
    words[starts] = lengths
    words[starts + 1] = vts
    words[starts + 2] = vts | np.where(wide, np.uint64(0), bits << np.uint64(32))
    words[starts[wide] + 3] = bits[wide]
    return words


def _uniform_run(vt: int, bits: np.ndarray) -> np.ndarray:
    """The same for values of one type."""
    if _WIDE[vt]:
        words = np.full((len(bits), 4), (4, vt, vt, 0), np.uint64)
        words[:, 3] = bits
    else:
        words = np.full((len(bits), 3), (3, vt, vt), np.uint64)
        words[:, 2] |= bits << np.uint64(32)
    return words.reshape(-1)


def _big_endian_run(types: np.ndarray, bits: np.ndarray) -> bytes:
    """The same in big-endian order, which we only send when a test asks for it."""
    out = bytearray()
    for vt, raw in zip(types.tolist(), bits.tolist(), strict=True):
        width = FIXED_WIDTHS[vt]
        out += bytes(-len(out) % 8)
        out += Struct(">IIH6xI").pack(4 if width == 8 else 3, 0, vt, vt)
        out += bytes(-len(out) % (width or 1))
        out += raw.to_bytes(width, "big") if width else b""
    return bytes(out)


class VariantsArray(ArrayCodec):
    """Conformant arrays of VARIANTs; the value is a :class:`VariantColumn`."""

    deferred = True

    def __init__(self, element: VariantCodec) -> None:
        super().__init__(element)
        self.body = element.target

    def length(self, value: Value) -> int:
        """How many rows."""
        return len(as_column(value)) if not isinstance(value, VariantColumn) else len(value)

    def write_fixed(self, packer: Packer, value: Value) -> None:
        """The referent ids."""
        write_marks(packer, as_column(value))

    def write_rest(self, packer: Packer, value: Value) -> None:
        """The bodies."""
        write_bodies(packer, as_column(value), self.body)

    def read_fixed(self, unpacker: Unpacker) -> Value:
        """The referent ids."""
        count, _ = self.read_counts(unpacker)
        raw = unpacker.take(4 * count)
        return np.frombuffer(raw, "<u4" if unpacker.little else ">u4")

    def read_rest(self, unpacker: Unpacker, raw: Value) -> Value:
        """The bodies."""
        return read_bodies(unpacker, raw, self.body)

    def empty(self, count: int) -> Value:
        """Rows that hold VT_EMPTY."""
        return VariantColumn(np.zeros(count, np.uint16))


def as_column(value: Value) -> VariantColumn:
    """A column, or a sequence of Variants made into one."""
    if isinstance(value, VariantColumn):
        return value
    try:
        return VariantColumn.of(value)
    except TypeError:
        raise BadValue(f"expected VARIANTs, found {type(value).__name__}") from None


def write_marks(packer: Packer, column: VariantColumn) -> None:
    """One referent id per row, zero for a row that is absent."""
    kind = "<u4" if packer.little else ">u4"
    marks = np.full(len(column), USER_MARK, kind)
    absent = column.vartypes == ABSENT
    if absent.any():
        marks[absent] = 0
    packer.put_block(marks.tobytes())


def write_bodies(packer: Packer, column: VariantColumn, body: Codec) -> None:
    """The bodies: runs of fixed width whole, strings and arrays one by one."""
    types, bits = column.vartypes, column.bits
    if (types == ABSENT).any():
        present = np.flatnonzero(types != ABSENT)
        objects = {
            new: column.objects[old] for new, old in enumerate(present.tolist()) if old in column.objects
        }
        types, bits = types[present], bits[present]
    else:
        objects = dict(column.objects)
    start = 0
    for row in (*sorted(objects), len(types)):
        if row > start:
            _write_run(packer, types[start:row], bits[start:row])
        if row < len(types):
            try:
                body.write(packer, Variant(int(types[row]), objects[row]))
            except (BadValue, LimitExceeded) as error:
                raise error.under(f"[{row}]") from None
        start = row + 1


def _write_run(packer: Packer, types: np.ndarray, bits: np.ndarray) -> None:
    packer.align(8)
    if not packer.little:
        packer.put(_big_endian_run(types, bits))
        return
    octets = numbers_to_octets(_run_of_fixed(types, bits), little=True, halves=False)
    padding = -_ENDS[int(types[-1])] % 8
    packer.put_block(memoryview(octets)[: len(octets) - padding])


def read_bodies(unpacker: Unpacker, marks: np.ndarray, body: Codec) -> VariantColumn:
    """The bodies behind the referent ids ``marks``."""
    count = len(marks)
    present = int(np.count_nonzero(marks))
    if present * _HEAD > unpacker.end - unpacker.offset:
        raise Truncated(
            f"{present} VARIANTs need at least {present * _HEAD} octets, {unpacker.remaining} left",
            offset=unpacker.offset,
        )
    if present == count and count:
        column = _read_uniform(unpacker, count)
        if column is not None:
            return column
    return _read_mixed(unpacker, np.flatnonzero(marks).tolist(), count, body)


def _read_uniform(unpacker: Unpacker, count: int) -> VariantColumn | None:
    """All rows at once if they are of one type of fixed width, else None and nothing is taken."""
    start = unpacker.offset + (unpacker.origin - unpacker.offset) % 8
    if not unpacker.little or start + _HEAD > unpacker.end:
        return None
    vt, _ = _LITTLE_HEAD.unpack_from(unpacker.data, start)
    end = _ENDS.get(vt)
    if end is None:
        return None
    stride = end + -end % 8
    size = (count - 1) * stride + end
    if start + size > unpacker.end:
        return None
    if start + count * stride <= unpacker.end:
        words = np.frombuffer(unpacker.data, "<u8", count * stride // 8, start)
    else:  # nothing stands behind the last value, not even its padding
        words = np.frombuffer(bytes(unpacker.data[start : start + size]) + bytes(stride - end), "<u8")
    words = words.reshape(count, stride // 8)
    if ((words[:, 1] & np.uint64(0xFFFF)) != vt).any():
        return None
    low = words[:, 2] & np.uint64(0xFFFFFFFF)
    if (low != vt).any():
        return None
    unpacker.offset = start + size
    bits = words[:, 3] if stride == 32 else words[:, 2] >> np.uint64(32)
    return VariantColumn(np.full(count, vt, np.uint16), bits)


_STEPS: Final = np.zeros(0x10000, np.uint8)
for _vt, _end in _ENDS.items():
    _STEPS[_vt] = (_end + 7) // 8
_STEPS.flags.writeable = False
_FIRST_WINDOW: Final = 1024
_SMALL_WINDOW: Final = 16
_LAST_WINDOW: Final = 0x10000


def _read_mixed(unpacker: Unpacker, rows: list[int], count: int, body: Codec) -> VariantColumn:
    """Runs of fixed width by :func:`_read_run`, whatever stops such a run by itself.

    The window of a run doubles while runs fill it, so that the work stays in proportion to the octets
    even where strings and numbers take turns.
    """
    types = np.full(count, ABSENT, np.uint16)
    bits = np.zeros(count, np.uint64)
    objects: dict[int, Value] = {}
    done, window = 0, _FIRST_WINDOW
    while done < len(rows):
        if unpacker.little:
            limit = min(window, len(rows) - done)
            vts, values = _read_run(unpacker, limit)
            chosen = rows[done : done + len(vts)]
            types[chosen], bits[chosen] = vts, values
            done += len(vts)
            window = min(2 * window, _LAST_WINDOW) if len(vts) == limit else _SMALL_WINDOW
            if len(vts) == limit:
                continue
        row = rows[done]
        try:
            types[row], bits[row], content = _read_one(unpacker, body)
        except (BadValue, Truncated, LimitExceeded) as error:
            raise error.under(f"[{row}]") from None
        if int(types[row]) not in FIXED_WIDTHS:
            objects[row] = content
        done += 1
    return VariantColumn(types, bits, objects)


def _read_run(unpacker: Unpacker, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """Type codes and bits of up to ``limit`` bodies of fixed width that follow one another.

    Every word is looked at as if a body began there; a short walk then picks those that do.
    """
    at = unpacker.offset + (unpacker.origin - unpacker.offset) % 8
    size = min((unpacker.end - at) // 8, 4 * limit)
    if size < 3:
        return _NO_TYPES, _NO_BITS
    words = np.frombuffer(unpacker.data, "<u8", size, at)
    vts = words[1:-1] & np.uint64(0xFFFF)
    steps = np.where(words[2:] & np.uint64(0xFFFFFFFF) == vts, _STEPS[vts], 0).tolist()
    starts: list[int] = []
    here, last, keep = 0, len(steps), starts.append
    for _ in range(limit):
        step = steps[here] if here < last else 0
        if not step or here + step > size:
            break
        keep(here)
        here += step
    if not starts:
        return _NO_TYPES, _NO_BITS
    first = np.array(starts)
    chosen = vts[first].astype(np.uint16)
    wide = _WIDE[chosen]
    bits = words[first + 2] >> np.uint64(32)
    bits[wide] = words[first[wide] + 3]
    unpacker.offset = at + 8 * starts[-1] + _ENDS[int(chosen[-1])]
    return chosen, bits


_NO_TYPES: Final = np.zeros(0, np.uint16)
_NO_BITS: Final = np.zeros(0, np.uint64)


def _read_one(unpacker: Unpacker, body: Codec) -> tuple[int, int, Value]:
    """Type code, bits and value of one body."""
    variant: Variant = body.read(unpacker)
    if variant.vt not in FIXED_WIDTHS:
        return variant.vt, 0, variant.value
    width = FIXED_WIDTHS[variant.vt]
    raw = unpacker.data[unpacker.offset - width : unpacker.offset]
    return variant.vt, int.from_bytes(raw, "little" if unpacker.little else "big"), variant.value


def holds_columns(codec: Codec) -> bool:
    """Whether a structure consists of numbers and exactly one VARIANT."""
    if not isinstance(codec, StructCodec) or codec.conformant:
        return False
    variants = [field for field in codec.fields if isinstance(field.codec, VariantCodec)]
    return len(variants) == 1 and all(
        isinstance(field.codec, VariantCodec) or number_type(field.codec) for field in codec.fields
    )


class RowsArray(ArrayCodec):
    """Conformant arrays of structures of numbers with one VARIANT; the value is a :class:`StructColumn`."""

    deferred = True

    def __init__(self, element: StructCodec) -> None:
        super().__init__(element)
        self.struct = element
        offset, offsets, kinds, big = 0, [], [], []
        for field in element.fields:
            offset += -offset % field.codec.align
            offsets.append(offset)
            offset += field.codec.size or 0
            kind = number_type(field.codec) or "u4"
            kinds.append("<" + kind)
            big.append((">u4", (2,)) if isinstance(field.codec, FiletimeCodec) else ">" + kind)
        self.stride = offset + -offset % element.align
        self.row_size = offset
        names = [field.name for field in element.fields]
        layout = {"names": names, "offsets": offsets, "itemsize": self.stride}
        self.little_type = np.dtype({**layout, "formats": kinds})  # type: ignore[call-overload]  # built from the table
        self.big_type = np.dtype({**layout, "formats": big})  # type: ignore[call-overload]  # built from the table
        self.variant = next(f.name for f in element.fields if isinstance(f.codec, VariantCodec))
        variant_codec = next(f.codec for f in element.fields if isinstance(f.codec, VariantCodec))
        self.body = variant_codec.target
        self.numbers = tuple(
            (f.name, np.dtype(number_type(f.codec)), isinstance(f.codec, FiletimeCodec))
            for f in element.fields
            if f.name != self.variant
        )

    def _rows(self, value: Value) -> StructColumn[Value]:
        if isinstance(value, StructColumn):
            return value
        try:
            columns = {name: [getattr(row, name) for row in value] for name, *_ in self.numbers}
            variants = VariantColumn.of(getattr(row, self.variant) for row in value)
        except (AttributeError, TypeError) as error:
            raise BadValue(f"expected {self.struct.name} rows: {error}") from None
        return StructColumn(self.struct.make, {**columns, self.variant: variants})  # type: ignore[arg-type]  # a class

    def write_fixed(self, packer: Packer, value: Value) -> None:
        """The numbers and the referent ids."""
        rows = self._rows(value)
        if not len(rows):
            return
        packer.align(self.align)
        wire = np.zeros(len(rows), self.little_type if packer.little else self.big_type)
        for name, native, halves in self.numbers:
            numbers = as_numbers(rows[name], native, packer.offset, name)
            if halves and not packer.little:
                wire[name][:, 0] = numbers & np.uint64(0xFFFFFFFF)
                wire[name][:, 1] = numbers >> np.uint64(32)
            else:
                wire[name] = numbers
        variants: VariantColumn = rows[self.variant]
        wire[self.variant] = np.where(variants.vartypes == ABSENT, 0, USER_MARK)
        octets = wire.tobytes()
        packer.put(memoryview(octets)[: len(octets) - (self.stride - self.row_size)])

    def write_rest(self, packer: Packer, value: Value) -> None:
        """The bodies of the VARIANTs."""
        write_bodies(packer, as_column(self._rows(value)[self.variant]), self.body)

    def read_fixed(self, unpacker: Unpacker) -> Value:
        """The numbers and the referent ids."""
        count, _ = self.read_counts(unpacker)
        if not count:
            return np.zeros(0, self.little_type)
        unpacker.align(self.align)
        raw = unpacker.take((count - 1) * self.stride + self.row_size)
        return np.frombuffer(
            raw + bytes(self.stride - self.row_size), self.little_type if unpacker.little else self.big_type
        )

    def read_rest(self, unpacker: Unpacker, raw: Value) -> Value:
        """The bodies of the VARIANTs."""
        columns: dict[str, Value] = {}
        for field in self.struct.fields:
            if field.name == self.variant:
                columns[field.name] = read_bodies(unpacker, raw[field.name], self.body)
                continue
            native, halves = next((n, h) for name, n, h in self.numbers if name == field.name)
            columns[field.name] = octets_to_numbers(
                np.ascontiguousarray(raw[field.name]).tobytes(), native, little=unpacker.little, halves=halves
            )
        return StructColumn(self.struct.make, columns)  # type: ignore[arg-type]  # the structure's class

    def empty(self, count: int) -> Value:
        """Rows of zeros that hold VT_EMPTY."""
        columns: dict[str, Value] = {name: np.zeros(count, native) for name, native, _ in self.numbers}
        columns[self.variant] = VariantColumn(np.zeros(count, np.uint16))
        return StructColumn(self.struct.make, columns)  # type: ignore[arg-type]  # the structure's class
