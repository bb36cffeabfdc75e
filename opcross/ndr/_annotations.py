"""Structures whose annotations are the layout.

    @struct
    class OrpcExtent:
        id: Guid
        size: u32 = count_of("data")
        data: Annotated[bytes, Conformant(round_up=8)]

:func:`struct` makes a frozen, keyword-only dataclass and compiles its codec at once, so that a mistake
shows at import. Type checkers see ordinary types: ``u32`` is an int, ``Unique[T]`` is ``T | None``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from enum import IntEnum, IntFlag
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)
from uuid import UUID

from opcross.errors import LocalMisuse
from opcross.ndr._arrays import FixedArray, array_of
from opcross.ndr._codec import BOOL32, FILETIME, GUID, SCALARS, Codec, EnumCodec, Scalar
from opcross.ndr._pointers import INTERFACE, FullCodec, RefCodec, UniqueCodec
from opcross.ndr._stream import Value
from opcross.ndr._strings import BSTR, WSTRING
from opcross.ndr._structs import Field, LazyCodec, StructCodec, UnionCodec

__all__ = [
    "DERIVED",
    "Bool32",
    "Bstr",
    "Conformant",
    "Filetime",
    "Fixed",
    "Full",
    "Guid",
    "Hresult32",
    "InterfacePointer",
    "Ref",
    "Switch",
    "Unique",
    "Varying",
    "Wstr",
    "carried_by",
    "codec_of",
    "count_of",
    "declared_counts",
    "f32",
    "f64",
    "i8",
    "i16",
    "i32",
    "i64",
    "struct",
    "u8",
    "u16",
    "u32",
    "u64",
]

T = TypeVar("T")
E = TypeVar("E", bound=type[IntEnum] | type[IntFlag])

u8 = Annotated[int, SCALARS["u8"]]
u16 = Annotated[int, SCALARS["u16"]]
u32 = Annotated[int, SCALARS["u32"]]
u64 = Annotated[int, SCALARS["u64"]]
i8 = Annotated[int, SCALARS["i8"]]
i16 = Annotated[int, SCALARS["i16"]]
i32 = Annotated[int, SCALARS["i32"]]
i64 = Annotated[int, SCALARS["i64"]]
f32 = Annotated[float, SCALARS["f32"]]
f64 = Annotated[float, SCALARS["f64"]]
Hresult32 = Annotated[int, SCALARS["hresult"]]
Bool32 = Annotated[int, BOOL32]
Guid = Annotated[UUID, GUID]
Filetime = Annotated[int, FILETIME]
"""100 ns ticks since 1601-01-01 UTC."""
Wstr = Annotated[str, WSTRING]
"""A [string] of 16-bit characters; nearly always ``Unique[Wstr]``."""
Bstr = Annotated[str | bytes | None, BSTR]
InterfacePointer = Annotated[bytes | None, INTERFACE]
"""None, or the octets of an OBJREF."""


class _Pointer:
    """Marks a pointer in an annotation."""

    def __init__(self, make: Callable[[Codec], Codec]) -> None:
        self.make = make


Unique = Annotated[T | None, _Pointer(UniqueCodec)]
"""A [unique] pointer: None, or the value."""
Full = Annotated[T | None, _Pointer(FullCodec)]
"""A [ptr] pointer: None, or the value, which several such pointers may share."""
Ref = Annotated[T, _Pointer(RefCodec)]
"""A [ref] pointer inside a structure: four octets, never null."""


@dataclass(frozen=True, slots=True)
class Conformant:
    """A conformant array; ``round_up`` is the multiple to which its count is rounded on the wire."""

    round_up: int = 1

    def rounding(self) -> Callable[[int], int] | None:
        """The rule for the count, or None where there is none."""
        step = self.round_up
        return None if step == 1 else lambda count: -(-count // step) * step


@dataclass(frozen=True, slots=True)
class Varying:
    """A conformant varying array: offset and actual_count follow the max_count."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """An array of ``count`` elements, without counts on the wire."""

    count: int


class Switch:
    """A union: ``selector`` names the member that says which arm follows.

    ``arms`` maps its values to annotations, None to an arm without octets.
    """

    def __init__(self, selector: str, arms: dict[int, Any], *, other: Any = MISSING, tag: Any = u32) -> None:  # noqa: ANN401  (annotations are values of any type)
        self.selector = selector
        self.arms = arms
        self.other = other
        self.tag = tag


class _Derived:
    """The default of a count: take it from the array."""

    def __repr__(self) -> str:
        return "DERIVED"


DERIVED: Any = _Derived()
"""States that a count is to be derived (again), for ``dataclasses.replace``."""


class _CountOf:
    """A default that names the arrays that a count counts."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names


def count_of(*names: str) -> Any:  # noqa: ANN401  (a field specifier takes the type of its field)
    """The count of an array: derived, unless it is stated, truly or not.

    Of several arrays the first that is there counts.
    """
    return _CountOf(names)


_CARRIER: Final = "__ndr_carrier__"
_CODEC: Final = "__ndr_codec__"


def carried_by(carrier: Any) -> Callable[[E], E]:  # noqa: ANN401  (an annotation such as u16)
    """Say which number carries an enumeration on the wire; numbers without a member survive as ints."""
    scalar = _marks(carrier)[0]
    if not isinstance(scalar, Scalar):
        raise TypeError("an enumeration is carried by a number")

    def mark(enum: E) -> E:
        setattr(enum, _CARRIER, scalar)
        return enum

    return mark


@dataclass_transform(kw_only_default=True, frozen_default=True)
def struct(cls: type[T]) -> type[T]:
    """Make ``cls`` a frozen, keyword-only dataclass and compile its annotations into a codec.

    Raises :class:`TypeError` if an annotation says nothing that NDR knows.
    """
    counts = declared_counts(cls)
    made = dataclass(frozen=True, kw_only=True, slots=True)(cls)
    setattr(made, _CODEC, _compile(made, counts))
    return made


def declared_counts(cls: type) -> dict[str, tuple[str, ...]]:
    """What ``cls`` declares by :func:`count_of`; a future dataclass of it will derive these counts."""
    counts = {name: value.names for name, value in vars(cls).items() if isinstance(value, _CountOf)}
    for name in counts:
        setattr(cls, name, DERIVED)
    if counts:
        _derive_counts(cls, counts)
    return counts


def _derive_counts(cls: type, counts: dict[str, tuple[str, ...]]) -> None:
    after: Callable[[Any], None] | None = getattr(cls, "__post_init__", None)

    def fill(self: Any) -> None:  # noqa: ANN401  (any structure)
        for name, arrays in counts.items():
            if getattr(self, name) is DERIVED:
                values = [getattr(self, array) for array in arrays]
                object.__setattr__(self, name, next((len(v) for v in values if v is not None), 0))
        if after is not None:
            after(self)

    cls.__post_init__ = fill  # type: ignore[attr-defined]  # a dataclass looks for it under this name


def codec_of(cls: Any) -> Codec:  # noqa: ANN401  (a class, or an annotation such as u32)
    """The codec of a structure, an enumeration or an annotation.

    Raises :class:`LocalMisuse` if there is none.
    """
    codec = vars(cls).get(_CODEC) if isinstance(cls, type) else None
    if isinstance(codec, Codec):
        return codec
    try:
        return _codec_for(cls, {})
    except TypeError as error:
        raise LocalMisuse(f"no NDR layout: {error}") from None


def _compile(cls: type, counts: dict[str, tuple[str, ...]]) -> StructCodec:
    scope: dict[str, Any] = {cls.__name__: cls}
    hints = get_type_hints(cls, vars(sys.modules[cls.__module__]), scope, include_extras=True)
    counted_by = {array: count for count, arrays in counts.items() for array in arrays}
    members = []
    for field in fields(cls):
        try:
            members.append(_member(field.name, hints[field.name], cls, counted_by))
        except TypeError as error:
            raise TypeError(f"{cls.__name__}.{field.name}: {error}") from None
    unknown = set(counted_by) - {member.name for member in members}
    if unknown:
        raise TypeError(f"{cls.__name__}: counts {sorted(unknown)}, which it has not")
    return StructCodec(cls.__name__, cls, members)


def _member(name: str, hint: Value, cls: type, counted_by: dict[str, str]) -> Field:
    lazy: dict[type, Codec] = {cls: LazyCodec(lambda: codec_of(cls))}
    for mark in _marks(hint):
        if isinstance(mark, Switch):
            return Field(name, _union(mark, lazy), selector=mark.selector)
    return Field(name, _codec_for(hint, lazy), counted_by.get(name))


def _union(switch: Switch, lazy: dict[type, Codec]) -> UnionCodec:
    tag = _codec_for(switch.tag, lazy)
    if not isinstance(tag, Scalar):
        raise TypeError("a discriminant is a number")
    arms = {value: None if arm is None else _codec_for(arm, lazy) for value, arm in switch.arms.items()}
    return UnionCodec(tag, arms, None if switch.other is MISSING else _codec_for(switch.other, lazy))


def _marks(hint: Value) -> tuple[Value, ...]:
    return get_args(hint)[1:] if _origin(hint) is Annotated else ()


def _origin(hint: Value) -> Value:
    return get_origin(hint)


def _codec_for(hint: Value, lazy: dict[type, Codec]) -> Codec:
    """Compile one annotation; the outermost mark counts last, as it was written last."""
    marks = _marks(hint)
    inner = get_args(hint)[0] if marks else hint
    if not marks:
        return _bare(inner, lazy)
    *before, mark = marks
    rest = Annotated[(inner, *before)] if before else inner
    if isinstance(mark, Codec):
        return mark
    if isinstance(mark, _Pointer):
        return mark.make(_codec_for(_without_none(rest), lazy))
    if isinstance(mark, Conformant | Varying | Fixed):
        return _array(rest, mark, lazy)
    return _codec_for(rest, lazy)


def _bare(cls: Value, lazy: dict[type, Codec]) -> Codec:
    if isinstance(cls, type):
        codec = vars(cls).get(_CODEC)
        if isinstance(codec, Codec):
            return codec
        if cls in lazy:
            return lazy[cls]
        carrier = getattr(cls, _CARRIER, None)
        if isinstance(carrier, Scalar) and issubclass(cls, IntEnum | IntFlag):
            return EnumCodec(carrier, cls)
    raise TypeError(
        f"{cls!r} has no layout; say u32, Guid, Unique[...], a @struct or an enumeration @carried_by"
    )


def _without_none(hint: Value) -> Value:
    """``T | None`` to ``T``; typing folds the marks of T into the union."""
    if _origin(hint) in (Union, UnionType):
        rest = [arg for arg in get_args(hint) if arg is not NoneType]
        if len(rest) == 1:
            return rest[0]
    return hint


def _array(hint: Value, mark: Conformant | Varying | Fixed, lazy: dict[type, Codec]) -> Codec:
    if hint is bytes:
        element: Codec = SCALARS["u8"]
        octets = True
    else:
        arguments = get_args(hint)
        if _origin(hint) is not tuple or len(arguments) != 2 or arguments[1] is not ...:
            raise TypeError(f"an array is bytes or tuple[X, ...], not {hint!r}")
        element = _codec_for(arguments[0], lazy)
        octets = False
    if isinstance(mark, Fixed):
        return FixedArray(element, mark.count, octets=octets)
    rounding = mark.rounding() if isinstance(mark, Conformant) else None
    return array_of(element, varying=isinstance(mark, Varying), rounding=rounding, numbers=octets)
