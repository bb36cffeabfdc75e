"""Structures and unions ([C706] 14.3.5 to 14.3.8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from struct import Struct
from typing import Final

from opcross.errors import BadValue, LimitExceeded, LocalMisuse, Truncated, WireError
from opcross.ndr._codec import Codec, Scalar, StructError
from opcross.ndr._stream import Packer, Unpacker, Value

__all__ = ["Field", "LazyCodec", "StructCodec", "UnionCodec"]


@dataclass(frozen=True, slots=True)
class Field:
    """A member: its name in Python, its codec, and the member that counts its elements.

    ``selector`` is the member that says which arm of a union is present.
    """

    name: str
    codec: Codec
    counted_by: str | None = None
    selector: str | None = None


_CAUGHT: Final = (BadValue, Truncated, LimitExceeded)


class StructCodec(Codec):
    """A structure.

    Its leading members of constant size are moved by one :class:`struct.Struct`, gaps included; as a
    structure is aligned to its widest member, the gaps never change. Members behind them, which is to
    say a conformant array at the end, are moved one by one.
    """

    def __init__(self, name: str, make: Callable[..., Value], fields: Sequence[Field]) -> None:
        self.name = name
        self.make = make
        self.fields = tuple(fields)
        self.align = max((field.codec.align for field in fields), default=1)
        self.deferred = any(field.codec.deferred for field in fields)
        self.conformant = bool(fields) and fields[-1].codec.conformant
        if any(field.codec.conformant for field in self.fields[:-1]):
            raise TypeError(f"{name}: only the last member may be conformant")
        self._lay_out()

    def _lay_out(self) -> None:
        form, offset = "", 0
        slices: list[tuple[int, int]] = []
        for field in self.fields:
            codec = field.codec
            if codec.form is None or codec.conformant or field.selector:
                break
            gap = -offset % codec.align
            start = slices[-1][1] if slices else 0
            slices.append((start, start + codec.items))
            form += "x" * gap + codec.form
            offset += gap + (codec.size or 0)
        self._slices = slices
        self._head = self.fields[: len(slices)]
        self._tail = self.fields[len(slices) :]
        self._little_head, self._big_head = Struct("<" + form), Struct(">" + form)
        self._names = tuple(field.name for field in self.fields)
        self._plan = tuple(
            (field.codec.plain, field.codec, start, stop)
            for field, (start, stop) in zip(self._head, slices, strict=True)
        )
        self._all_plain = all(plain for plain, *_ in self._plan)
        self._get = tuple(attrgetter(field.name) for field in self.fields)
        self.least = offset + sum(field.codec.least for field in self._tail)
        if not self._tail:
            self.form = form
            self.items = slices[-1][1] if slices else 0

    # -- values

    def _values(self, packer: Packer, value: Value) -> list[Value]:
        try:
            return [get(value) for get in self._get]
        except AttributeError as error:
            raise LocalMisuse(f"{self.name}: {type(value).__name__} will not do: {error}") from None

    def _build(self, values: Sequence[Value]) -> Value:
        return self.make(**dict(zip(self._names, values, strict=True)))

    # -- one struct call for the head

    def _lower_head(self, packer: Packer, values: Sequence[Value]) -> Sequence[Value]:
        if self._all_plain:
            return values[: len(self._plan)]
        items: list[Value] = []
        for field, (plain, codec, _, _), value in zip(self._head, self._plan, values, strict=False):
            if plain:
                items.append(value)
                continue
            try:
                items += codec.lower(packer, value)
            except _CAUGHT as error:
                raise error.under(field.name) from None
            except TypeError as error:
                raise BadValue(str(error), offset=packer.offset, path=field.name) from None
        return items

    def lower(self, packer: Packer, value: Value) -> Sequence[Value]:
        """The items of all members."""
        return self._lower_head(packer, self._values(packer, value))

    def lift(self, unpacker: Unpacker, items: Sequence[Value]) -> Value:
        """A structure, or the raw members of one that has pointees."""
        raws = self._lift_head(unpacker, items)
        return raws if self.deferred else self._build(raws)

    def _lift_head(self, unpacker: Unpacker, items: Sequence[Value]) -> list[Value]:
        if self._all_plain:
            return list(items)
        raws = []
        for index, (plain, codec, start, stop) in enumerate(self._plan):
            if plain:
                raws.append(items[start])
                continue
            try:
                raws.append(codec.lift(unpacker, items[start:stop]))
            except _CAUGHT as error:
                raise error.under(self._names[index]) from None
        return raws

    def _blame(self, packer: Packer, items: Sequence[Value], error: Exception) -> BadValue:
        for field, (_, codec, start, stop) in zip(self._head, self._plan, strict=True):
            try:
                codec._little.pack(*items[start:stop])
            except (StructError, OverflowError, TypeError) as reason:
                return BadValue(
                    f"{items[start]!r} does not fit: {reason}", offset=packer.offset, path=field.name
                )
        return BadValue(str(error), offset=packer.offset)

    # -- the three parts

    def write_conformance(self, packer: Packer, value: Value) -> None:
        """That of the last member."""
        last = self.fields[-1]
        last.codec.write_conformance(packer, self._values(packer, value)[-1])

    def read_conformance(self, unpacker: Unpacker) -> None:
        """That of the last member."""
        self.fields[-1].codec.read_conformance(unpacker)

    def write_fixed(self, packer: Packer, value: Value) -> None:
        """All members."""
        values = self._values(packer, value)
        packer.align(self.align)
        if self._head:
            items = self._lower_head(packer, values)
            try:
                packer.buffer += (self._little_head if packer.little else self._big_head).pack(*items)
            except (StructError, OverflowError, TypeError) as error:
                raise self._blame(packer, items, error) from None
        for index in range(len(self._head), len(self.fields)):
            field = self.fields[index]
            try:
                field.codec.write_fixed(packer, self._armed(field, values, index))
            except _CAUGHT as error:
                raise error.under(field.name) from None

    def read_fixed(self, unpacker: Unpacker) -> Value:
        """All members."""
        unpacker.align(self.align)
        raws: list[Value] = []
        if self._head:
            packed = self._little_head if unpacker.little else self._big_head
            start = unpacker.offset
            if packed.size > unpacker.remaining:
                raise self._cut(unpacker, start)
            unpacker.offset = start + packed.size
            raws = self._lift_head(unpacker, packed.unpack_from(unpacker.data, start))
        for field in self._tail:
            try:
                if field.counted_by is not None:
                    unpacker.expected = (field.counted_by, self._member(raws, field.counted_by))
                raw = field.codec.read_fixed(unpacker)
                if field.selector is not None:
                    self._check_arm(field, raws, raw, unpacker)
                raws.append(raw)
            except _CAUGHT as error:
                raise self._named(error, field.name, unpacker) from None
        return (
            raws
            if self.deferred
            else self._build([self._plain_raw(f, r) for f, r in zip(self.fields, raws, strict=True)])
        )

    def _cut(self, unpacker: Unpacker, start: int) -> Truncated:
        """Say which member the octets ended in."""
        left, offset = unpacker.remaining, 0
        for field in self._head:
            offset += -offset % field.codec.align
            if offset + (field.codec.size or 0) > left:
                break
            offset += field.codec.size or 0
        else:
            field = self._head[-1]
        return Truncated(
            f"needs {field.codec.size} octets, {max(left - offset, 0)} left",
            offset=start + min(offset, left),
            path=field.name,
        )

    def write_rest(self, packer: Packer, value: Value) -> None:
        """The pointees, in the order of the members."""
        values = self._values(packer, value)
        for index, field in enumerate(self.fields):
            if not field.codec.deferred:
                continue
            try:
                field.codec.write_rest(packer, self._armed(field, values, index))
            except _CAUGHT as error:
                raise error.under(field.name) from None

    def read_rest(self, unpacker: Unpacker, raw: Value) -> Value:
        """The pointees, in the order of the members."""
        values = list(raw)
        for index, field in enumerate(self.fields):
            if not field.codec.deferred:
                values[index] = self._plain_raw(field, values[index])
                continue
            try:
                if field.counted_by is not None and not field.codec.conformant:
                    unpacker.expected = (field.counted_by, self._member(raw, field.counted_by))
                values[index] = field.codec.read_rest(unpacker, values[index])
            except _CAUGHT as error:
                raise self._named(error, field.name, unpacker) from None
            finally:
                unpacker.expected = None
        return self._build(values)

    # -- helpers

    def _member(self, raws: Sequence[Value], name: str) -> int:
        value: int = raws[self._names.index(name)]
        return value

    def _named(self, error: WireError, name: str, unpacker: Unpacker) -> WireError:
        blame, unpacker.blame = unpacker.blame, ""
        return error.under(blame or name)

    def _armed(self, field: Field, values: Sequence[Value], index: int) -> Value:
        """The value of a member; that of a union together with its discriminant."""
        if field.selector is None:
            return values[index]
        return (self._member(values, field.selector), values[index])

    def _plain_raw(self, field: Field, raw: Value) -> Value:
        return raw if field.selector is None else raw[1]

    def _check_arm(self, field: Field, raws: Sequence[Value], raw: Value, unpacker: Unpacker) -> None:
        said = self._member(raws, field.selector or "")
        if said != raw[0]:
            raise BadValue(
                f"the discriminant is {raw[0]}, {field.selector} says {said}", offset=unpacker.offset
            )

    def default(self) -> Value:
        """All members zero, null or empty."""
        return self._build([field.codec.default() for field in self.fields])


class UnionCodec(Codec):
    """A non-encapsulated union: the discriminant again, then its arm. Values are pairs of both."""

    def __init__(self, tag: Scalar, arms: Mapping[int, Codec | None], other: Codec | None = None) -> None:
        codecs = [codec for codec in (*arms.values(), other) if codec is not None]
        if any(codec.conformant for codec in codecs):
            raise TypeError("an arm of a union is not conformant")
        self.tag = tag
        self.arms = dict(arms)
        self.other = other
        self.align = max([tag.align, *(codec.align for codec in codecs)])
        self.least = tag.least
        self.deferred = any(codec.deferred for codec in codecs)

    def arm(self, tag: int, offset: int) -> Codec | None:
        """The codec for a discriminant; None for an arm without octets."""
        if tag in self.arms:
            return self.arms[tag]
        if self.other is None:
            raise BadValue(f"no arm for the discriminant {tag}", offset=offset)
        return self.other

    def write_fixed(self, packer: Packer, value: Value) -> None:
        """Discriminant and arm; the alignment is that of the widest arm."""
        tag, content = value
        packer.align(self.align)
        self.tag.write_fixed(packer, tag)
        codec = self.arm(tag, packer.offset)
        if codec is not None:
            codec.write_fixed(packer, content)

    def read_fixed(self, unpacker: Unpacker) -> Value:
        """Discriminant and arm."""
        unpacker.align(self.align)
        tag = self.tag.read_fixed(unpacker)
        codec = self.arm(tag, unpacker.offset)
        return (tag, None if codec is None else codec.read_fixed(unpacker))

    def write_rest(self, packer: Packer, value: Value) -> None:
        """The pointees of the arm."""
        codec = self.arm(value[0], packer.offset)
        if codec is not None and codec.deferred:
            codec.write_rest(packer, value[1])

    def read_rest(self, unpacker: Unpacker, raw: Value) -> Value:
        """The pointees of the arm."""
        tag, content = raw
        codec = self.arm(tag, unpacker.offset)
        return codec.read_rest(unpacker, content) if codec is not None and codec.deferred else content

    def default(self) -> Value:
        """Nothing."""
        return None


class LazyCodec(Codec):
    """Stands for a structure that refers to itself, behind a pointer."""

    def __init__(self, find: Callable[[], Codec]) -> None:
        self._find = find

    def write(self, packer: Packer, value: Value) -> None:
        """As the structure does."""
        self._find().write(packer, value)

    def read(self, unpacker: Unpacker) -> Value:
        """As the structure does."""
        return self._find().read(unpacker)
