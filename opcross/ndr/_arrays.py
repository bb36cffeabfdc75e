"""Arrays: fixed, conformant and conformant varying ([C706] 14.3.3), of numbers or of anything else.

Numbers go whole: octets as ``bytes``, all others as a read-only NumPy array in the machine's byte
order. Everything else becomes a tuple; its pointees follow behind the complete array, element by
element.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from opcross.errors import BadValue, LimitExceeded, Truncated
from opcross.ndr._codec import Bool32Codec, Codec, EnumCodec, FiletimeCodec, Scalar
from opcross.ndr._octets import Buffer
from opcross.ndr._stream import Packer, Unpacker, Value

__all__ = [
    "ArrayCodec",
    "BytesArray",
    "FixedArray",
    "ItemsArray",
    "NumbersArray",
    "array_of",
    "as_numbers",
    "number_type",
    "numbers_to_octets",
    "octets_to_numbers",
]

_NUMBER_TYPES: Final = {
    "B": "u1",
    "b": "i1",
    "H": "u2",
    "h": "i2",
    "I": "u4",
    "i": "i4",
    "Q": "u8",
    "q": "i8",
    "f": "f4",
    "d": "f8",
}


def number_type(codec: Codec) -> str | None:
    """The NumPy type (without byte order) of a codec's values, or None if they are no numbers."""
    if isinstance(codec, FiletimeCodec):
        return "u8"
    if isinstance(codec, Scalar | EnumCodec | Bool32Codec) and codec.form:
        return _NUMBER_TYPES[codec.form]
    return None


class ArrayCodec(Codec):
    """What conformant arrays share: their counts.

    ``rounding`` says how many elements are sent for a count, where that is not the count itself:
    ORPC_EXTENT rounds its octets up to a multiple of eight. ``varying`` adds offset and actual_count.
    """

    conformant = True

    def __init__(
        self, element: Codec, *, varying: bool = False, rounding: Callable[[int], int] | None = None
    ) -> None:
        self.element = element
        self.varying = varying
        self.rounding = rounding
        self.align = max(element.align, 4) if varying else element.align
        self.least = 8 if varying else 0

    def length(self, value: Value) -> int:
        """How many elements ``value`` has; raises :class:`BadValue` if it is no sequence."""
        try:
            return len(value)
        except TypeError:
            raise BadValue(f"expected a sequence, found {value!r}") from None

    def sent(self, value: Value) -> int:
        """How many elements are sent for ``value``."""
        count = self.length(value)
        return count if self.rounding is None else self.rounding(count)

    def write_conformance(self, packer: Packer, value: Value) -> None:
        """The max_count."""
        packer.align(4)
        packer.u32(packer.take_maximum(self.sent(value)))

    def read_conformance(self, unpacker: Unpacker) -> None:
        """The max_count, and where it stood."""
        unpacker.align(4)
        start = unpacker.offset
        unpacker.hoisted = (unpacker.u32(), start)

    def write_counts(self, packer: Packer, value: Value) -> int:
        """Offset and actual_count, if the array has them; gives the number of elements to write."""
        count = self.sent(value)
        if self.varying:
            packer.align(4)
            packer.u32(0)
            packer.u32(count)
        return count

    def read_counts(self, unpacker: Unpacker) -> tuple[int, int]:
        """How many elements follow, and how many of them count; all checked before memory is taken."""
        maximum, start = unpacker.hoisted or (0, unpacker.offset)
        expected, unpacker.hoisted, unpacker.expected = unpacker.expected, None, None
        count = maximum
        if self.varying:
            unpacker.align(4)
            first, count = unpacker.u32("offset"), unpacker.u32("actual_count")
            unpacker.maxima[id(self)] = (maximum, start)
            if first:
                raise BadValue(f"offset is {first}, only 0 makes sense", offset=unpacker.offset - 8)
        least = count * self.element.least
        if least > unpacker.remaining:
            raise Truncated(
                f"{count} elements take at least {least} octets, {unpacker.remaining} left",
                offset=unpacker.offset,
            )
        if count > unpacker.limits.elements:
            raise LimitExceeded(
                f"{count} elements, at most {unpacker.limits.elements} accepted", offset=start
            )
        if count > maximum:
            raise BadValue(f"actual_count {count} is above max_count {maximum}", offset=start)
        if expected is None:
            return count, count
        name, wanted = expected
        called = wanted if self.rounding is None else self.rounding(wanted)
        if called != count:
            unpacker.blame = name
            raise BadValue(
                f"says {wanted}, which calls for {called} elements; {count} are there", offset=start
            )
        return count, wanted

    def default(self) -> Value:
        """No elements."""
        return self.empty(0)

    def empty(self, count: int) -> Value:
        """``count`` elements of the default value."""
        return tuple(self.element.default() for _ in range(count))


class BytesArray(ArrayCodec):
    """Octets."""

    def write_fixed(self, packer: Packer, value: Value) -> None:
        """The octets, filled up with zeros where the count is rounded."""
        if not isinstance(value, bytes | bytearray | memoryview):
            raise BadValue(f"expected octets, found {type(value).__name__}", offset=packer.offset)
        count = self.write_counts(packer, value)
        packer.put_block(bytes(value) if isinstance(value, bytearray) else value)
        packer.put(bytes(count - len(value)))

    def read_fixed(self, unpacker: Unpacker) -> Value:
        """The octets that count."""
        count, used = self.read_counts(unpacker)
        return unpacker.take(count)[:used]

    def empty(self, count: int) -> Value:
        """Zero octets."""
        return bytes(count)


class NumbersArray(ArrayCodec):
    """Numbers, FILETIMEs, enumerations and BOOLs as one NumPy array."""

    def __init__(
        self, element: Codec, *, varying: bool = False, rounding: Callable[[int], int] | None = None
    ) -> None:
        super().__init__(element, varying=varying, rounding=rounding)
        kind = number_type(element)
        if kind is None:
            raise TypeError(f"{type(element).__name__} holds no numbers")
        self.native = np.dtype(kind)
        self.halves = isinstance(element, FiletimeCodec)

    def write_fixed(self, packer: Packer, value: Value) -> None:
        """The numbers, in one piece."""
        count = self.write_counts(packer, value)
        if not count:
            return
        numbers = as_numbers(value, self.native, packer.offset)
        packer.align(self.element.align)
        packer.put_block(numbers_to_octets(numbers, little=packer.little, halves=self.halves))
        packer.put(bytes((count - len(numbers)) * self.native.itemsize))

    def read_fixed(self, unpacker: Unpacker) -> Value:
        """The numbers, in one piece."""
        count, used = self.read_counts(unpacker)
        if not count:
            return np.frombuffer(b"", self.native)
        unpacker.align(self.element.align)
        raw = unpacker.take(count * self.native.itemsize)
        return octets_to_numbers(raw, self.native, little=unpacker.little, halves=self.halves)[:used]

    def empty(self, count: int) -> Value:
        """Zeros."""
        return np.frombuffer(bytes(count * self.native.itemsize), self.native)


def as_numbers(value: Value, native: np.dtype, offset: int, name: str = "") -> np.ndarray:
    """``value`` as a one-dimensional array of ``native``; raises :class:`BadValue` rather than lose bits."""
    try:
        given = np.asarray(value)
        if native.kind != "f" and given.dtype.kind == "f" and all(type(number) is int for number in value):
            # NumPy knows no common integer type for a number above 2**63 beside a small one.
            given = np.array(value, native)
        if given.dtype == native or not given.size:
            numbers = given.astype(native, copy=False)
        elif native.kind == "f":
            with np.errstate(over="raise"):
                numbers = given.astype(native)
        else:
            if given.dtype.kind not in "uib":
                raise BadValue(f"expected integers, found {given.dtype.name}", offset=offset, path=name)
            limits = np.iinfo(native)
            low, high = int(given.min()), int(given.max())
            if low < limits.min or high > limits.max:
                raise BadValue(
                    f"{low} to {high} is not within {limits.min} to {limits.max}", offset=offset, path=name
                )
            numbers = given.astype(native)
    except (TypeError, ValueError, ArithmeticError) as error:
        if isinstance(error, BadValue):
            raise
        raise BadValue(f"expected {native.name} numbers: {error}", offset=offset, path=name) from None
    if numbers.ndim != 1:
        raise BadValue(f"expected one dimension, found {numbers.ndim}", offset=offset, path=name)
    return numbers


def numbers_to_octets(numbers: np.ndarray, *, little: bool, halves: bool) -> Buffer:
    """Native numbers as they travel; ``halves`` swaps those of a FILETIME in big-endian order.

    Not copied where they lie in memory as they travel.
    """
    if halves and not little:
        numbers = numbers >> np.uint64(32) | numbers << np.uint64(32)
    travelling = numbers.astype(numbers.dtype.newbyteorder("<" if little else ">"), copy=False)
    if travelling.dtype.isnative and travelling.flags.c_contiguous:
        return travelling.data.cast("B")
    return travelling.tobytes()


def octets_to_numbers(raw: bytes, native: np.dtype, *, little: bool, halves: bool) -> np.ndarray:
    """Numbers as they travelled, read-only and in the machine's byte order."""
    numbers = np.frombuffer(raw, native.newbyteorder("<" if little else ">"))
    if not numbers.dtype.isnative:
        numbers = numbers.astype(native)
    if halves and not little:
        numbers = numbers >> np.uint64(32) | numbers << np.uint64(32)
    numbers.flags.writeable = False
    return numbers


class ItemsArray(ArrayCodec):
    """A tuple of anything."""

    def __init__(
        self, element: Codec, *, varying: bool = False, rounding: Callable[[int], int] | None = None
    ) -> None:
        super().__init__(element, varying=varying, rounding=rounding)
        self.deferred = element.deferred

    def _items(self, value: Value) -> Sequence[Value]:
        gap = self.sent(value) - len(value)
        return value if not gap else (*value, *(self.element.default() for _ in range(gap)))

    def write_fixed(self, packer: Packer, value: Value) -> None:
        """The fixed parts of all elements."""
        self.write_counts(packer, value)
        write = self.element.write_fixed
        for index, item in enumerate(self._items(value)):
            try:
                write(packer, item)
            except BadValue as error:
                raise error.under(f"[{index}]") from None

    def write_rest(self, packer: Packer, value: Value) -> None:
        """The pointees of all elements."""
        write = self.element.write_rest
        for index, item in enumerate(self._items(value)):
            try:
                write(packer, item)
            except BadValue as error:
                raise error.under(f"[{index}]") from None

    def read_fixed(self, unpacker: Unpacker) -> Value:
        """The fixed parts of all elements."""
        count, used = self.read_counts(unpacker)
        raws = read_each(unpacker, self.element.read_fixed, count)
        return (raws, used) if self.deferred else tuple(raws[:used])

    def read_rest(self, unpacker: Unpacker, raw: Value) -> Value:
        """The pointees of all elements."""
        raws, used = raw
        return tuple(finish_each(unpacker, self.element, raws)[:used])


def read_each(unpacker: Unpacker, read: Callable[[Unpacker], Value], count: int) -> list[Value]:
    """Read ``count`` fixed parts; an error says which one it was."""
    raws: list[Value] = []
    try:
        for _ in range(count):
            raws.append(read(unpacker))  # noqa: PERF401  (the error needs to know how far it came)
    except (BadValue, Truncated, LimitExceeded) as error:
        raise error.under(f"[{len(raws)}]") from None
    return raws


def finish_each(unpacker: Unpacker, element: Codec, raws: Sequence[Value]) -> list[Value]:
    """Read the pointees behind ``raws``; an error says whose they were."""
    values: list[Value] = []
    finish = element.read_rest
    try:
        for raw in raws:
            values.append(finish(unpacker, raw))  # noqa: PERF401  (as above)
    except (BadValue, Truncated, LimitExceeded) as error:
        raise error.under(f"[{len(values)}]") from None
    return values


class FixedArray(Codec):
    """A fixed number of elements, without counts."""

    def __init__(self, element: Codec, count: int, *, octets: bool = False) -> None:
        if count < 1:
            raise TypeError(f"an array of {count} elements")
        self.element, self.count, self.octets = element, count, octets
        self.align, self.deferred = element.align, element.deferred
        self.least = element.least * count
        if element.form is not None and not element.deferred:
            gap = -(element.size or 0) % element.align
            self.form = f"{count}s" if octets else f"{element.form}{'x' * gap}" * (count - 1) + element.form
            self.items = 1 if octets else element.items * count

    def _checked(self, packer: Packer, value: Value) -> Value:
        try:
            count = len(value)
        except TypeError:
            raise BadValue(f"expected a sequence, found {value!r}", offset=packer.offset) from None
        if count != self.count:
            raise BadValue(f"expected {self.count} elements, found {count}", offset=packer.offset)
        return value

    def lower(self, packer: Packer, value: Value) -> Sequence[Value]:
        """The items of all elements."""
        self._checked(packer, value)
        if self.octets:
            return (value,)
        if self.element.plain:
            return tuple(value)
        return tuple(part for item in value for part in self.element.lower(packer, item))

    def lift(self, unpacker: Unpacker, items: Sequence[Value]) -> Value:
        """Octets, or a tuple of elements."""
        if self.octets:
            return items[0]
        if self.element.plain:
            return tuple(items)
        step = self.element.items
        return tuple(
            self.element.lift(unpacker, items[i : i + step]) for i in range(0, self.count * step, step)
        )

    def write_fixed(self, packer: Packer, value: Value) -> None:
        """The fixed parts of all elements."""
        if self.form is not None:
            super().write_fixed(packer, value)
            return
        for item in self._checked(packer, value):
            self.element.write_fixed(packer, item)

    def read_fixed(self, unpacker: Unpacker) -> Value:
        """The fixed parts of all elements."""
        if self.form is not None:
            return super().read_fixed(unpacker)
        raws = read_each(unpacker, self.element.read_fixed, self.count)
        return raws if self.deferred else tuple(raws)

    def write_rest(self, packer: Packer, value: Value) -> None:
        """The pointees of all elements."""
        for item in value:
            self.element.write_rest(packer, item)

    def read_rest(self, unpacker: Unpacker, raw: Value) -> Value:
        """The pointees of all elements."""
        return tuple(finish_each(unpacker, self.element, raw))

    def default(self) -> Value:
        """Zeros."""
        if self.octets:
            return bytes(self.count)
        return tuple(self.element.default() for _ in range(self.count))


def array_of(
    element: Codec,
    *,
    varying: bool = False,
    rounding: Callable[[int], int] | None = None,
    numbers: bool = True,
) -> ArrayCodec:
    """The array codec that suits the element; without ``numbers`` a tuple rather than a NumPy array."""
    kind = number_type(element)
    if kind == "u1" and numbers and isinstance(element, Scalar):
        return BytesArray(element, varying=varying, rounding=rounding)
    if kind is not None and numbers:
        return NumbersArray(element, varying=varying, rounding=rounding)
    return ItemsArray(element, varying=varying, rounding=rounding)
