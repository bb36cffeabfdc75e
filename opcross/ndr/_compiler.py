"""From the tables' type expressions to codecs.

The grammar (names of C types to the right are those of MIDL):

    T := u8 i8 u16 i16 u32 i32 u64 i64 f32 f64 | hresult | bool32 | guid | filetime | wstr | variant | bstr
       | enum16(E) | enum32(E) | struct(S) | farray(n,T) | ref(T) | unique(T) | ptr(T)
       | carray(N,T) | cvarray(N,L,T) | iface(X) | none

N and L are size expressions over one parameter or member.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member_field
from enum import IntEnum
from typing import Any, Final

from opcross.ndr._annotations import count_of
from opcross.ndr._arrays import ArrayCodec, BytesArray, FixedArray, ItemsArray, NumbersArray, number_type
from opcross.ndr._codec import BOOL32, FILETIME, GUID, SCALARS, Codec, EnumCodec
from opcross.ndr._column_codec import RowsArray, VariantsArray, holds_columns
from opcross.ndr._expressions import SizeExpression
from opcross.ndr._names import python_names
from opcross.ndr._pointers import INTERFACE, FullCodec, RefCodec, UniqueCodec
from opcross.ndr._records import dynamic_record
from opcross.ndr._strings import BSTR, WSTRING
from opcross.ndr._structs import Field, StructCodec
from opcross.ndr._variant import Decimal96, UserRecord, VarType
from opcross.ndr._variant_codec import (
    ByRefCodec,
    SafeArrayArm,
    SafeArrayCodec,
    SafeArrayPointer,
    VariantBody,
    VariantBool,
    VariantCodec,
)

__all__ = ["Compiler", "TypeExpression", "array_in", "parse_type", "size_expressions"]

_EXPRESSION: Final = re.compile(r"(\w+)(?:\((.*)\))?")
_SIMPLE: Final[dict[str, Codec]] = {
    **SCALARS,
    "bool32": BOOL32,
    "guid": GUID,
    "filetime": FILETIME,
    "wstr": WSTRING,
    "bstr": BSTR,
}
_SIZES: Final = {"carray": 1, "cvarray": 2}


@dataclass(frozen=True, slots=True)
class TypeExpression:
    """A parsed type: its head, what stands in the brackets, and the inner type if there is one."""

    head: str
    arguments: tuple[str, ...] = ()
    inner: TypeExpression | None = None


def _split(text: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for index, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def parse_type(text: str) -> TypeExpression:
    """Parse a type of the tables. Raises :class:`ValueError`."""
    match = _EXPRESSION.fullmatch(text)
    if match is None:
        raise ValueError(f"not a type: {text!r}")
    head, body = match.groups()
    if body is None:
        return TypeExpression(head)
    parts = _split(body)
    if head in ("ref", "unique", "ptr", "farray", *_SIZES):
        return TypeExpression(head, tuple(parts[:-1]), parse_type(parts[-1]))
    return TypeExpression(head, tuple(parts))


def array_in(tree: TypeExpression) -> TypeExpression | None:
    """The conformant array that a parameter or member is, or points to."""
    node: TypeExpression | None = tree
    while node is not None and node.head in ("ref", "unique", "ptr"):
        node = node.inner
    return node if node is not None and node.head in _SIZES else None


def size_expressions(tree: TypeExpression) -> tuple[SizeExpression, ...]:
    """The sizes of that array: its max_count, and for a varying one its actual_count."""
    array = array_in(tree)
    return () if array is None else tuple(map(SizeExpression, array.arguments))


class Compiler:
    """Compiles the types of one table; structures are compiled once.

    ``structs`` are the rows of the table, ``classes`` the records and enumerations that values become,
    by name; for a structure without a class one is made. ``automation`` has the arms of VARIANT.
    """

    def __init__(
        self,
        structs: Mapping[str, Mapping[str, Any]],
        classes: Mapping[str, type],
        automation: Mapping[str, Any],
    ) -> None:
        self._structs = structs
        self._classes = classes
        self._automation = automation
        self._compiled: dict[str, Codec] = {}
        self.variant = VariantCodec(VariantBody(self._variant_arms))

    # -- types

    def codec(self, tree: TypeExpression) -> Codec:
        """The codec of a type as a member or pointee."""
        simple = _SIMPLE.get(tree.head)
        if simple is not None:
            return simple
        make: Callable[[TypeExpression], Codec] | None = {
            "variant": lambda _: self.variant,
            "iface": lambda _: INTERFACE,
            "enum16": lambda t: self._enum("u16", t),
            "enum32": lambda t: self._enum("u32", t),
            "struct": lambda t: self.struct(t.arguments[0]),
            "ref": lambda t: RefCodec(self._inner(t)),
            "unique": self._unique,
            "ptr": lambda t: FullCodec(self._inner(t)),
            "farray": self._fixed,
            "carray": self._array,
            "cvarray": self._array,
        }.get(tree.head)
        if make is None:
            raise ValueError(f"no such type: {tree.head}")
        return make(tree)

    def parameter(self, tree: TypeExpression) -> Codec:
        """The codec of a type as a parameter: a ref pointer at the top takes no octets."""
        return self._inner(tree) if tree.head == "ref" else self.codec(tree)

    def _inner(self, tree: TypeExpression) -> Codec:
        if tree.inner is None:
            raise ValueError(f"{tree.head} of nothing")
        return self.codec(tree.inner)

    def _unique(self, tree: TypeExpression) -> Codec:
        if tree.inner == TypeExpression("struct", ("MInterfacePointer",)):
            return INTERFACE
        return UniqueCodec(self._inner(tree))

    def _enum(self, carrier: str, tree: TypeExpression) -> Codec:
        enum = self._classes.get(tree.arguments[0])
        scalar = SCALARS[carrier]
        return EnumCodec(scalar, enum if enum is not None and issubclass(enum, IntEnum) else None)

    def _fixed(self, tree: TypeExpression) -> Codec:
        element = self._inner(tree)
        return FixedArray(element, int(tree.arguments[0]), octets=element is SCALARS["u8"])

    def _array(self, tree: TypeExpression) -> Codec:
        element = self._inner(tree)
        varying = tree.head == "cvarray"
        if not varying and isinstance(element, VariantCodec):
            return VariantsArray(element)
        if not varying and isinstance(element, StructCodec) and holds_columns(element):
            return RowsArray(element)
        size = SizeExpression(tree.arguments[-1])
        kind: type[ArrayCodec] = ItemsArray
        if element is SCALARS["u8"]:
            kind = BytesArray
        elif number_type(element):
            kind = NumbersArray
        return kind(element, varying=varying, rounding=None if size.direct else size)

    # -- structures

    def struct(self, name: str) -> Codec:
        """The codec of a structure of the table."""
        if name not in self._compiled:
            self._compiled[name] = self._compile(name)
        return self._compiled[name]

    def _compile(self, name: str) -> Codec:
        if name == "CY":
            return SCALARS["i64"]
        if name == "wireSAFEARRAY":
            return SafeArrayCodec(self._safearray_arms())
        rows: Sequence[Mapping[str, Any]] = self._structs[name]["fields"]
        wire = [row["name"] for row in rows]
        names = _FIXED_NAMES.get(name) or python_names(wire)
        trees = [parse_type(row["ndr"]) for row in rows]
        counts = {}
        for python_name, tree in zip(names, trees, strict=True):
            sizes = size_expressions(tree)
            if sizes:
                counts[python_name] = names[wire.index(sizes[-1].name)]
        fields = [
            Field(python_name, self.codec(tree), counts.get(python_name))
            for python_name, tree in zip(names, trees, strict=True)
        ]
        make = _OWN_CLASSES.get(name) or self._classes.get(name) or _made_up(name, fields)
        return StructCodec(name, make, fields)

    # -- VARIANT

    def _variant_arms(self) -> Mapping[int, Codec | None]:
        return {
            row["tag"]: self._variant_arm(row["tag"], row["ndr"]) for row in self._automation["variant_arm"]
        }

    def _variant_arm(self, tag: int, ndr: str) -> Codec | None:
        if ndr == "none":
            return None
        tree = parse_type(ndr)
        if tag & VarType.BYREF and tree.inner is not None:
            return ByRefCodec(self._variant_arm_content(tag & ~VarType.BYREF, tree.inner))
        return self._variant_arm_content(tag, tree)

    def _variant_arm_content(self, tag: int, tree: TypeExpression) -> Codec:
        if tag == VarType.BOOL:
            return VariantBool()
        if tag == VarType.ARRAY and tree.inner is not None:
            return SafeArrayPointer(self.codec(tree.inner))
        return self.codec(tree)

    def _safearray_arms(self) -> list[SafeArrayArm]:
        arms = []
        for row in self._automation["safearray_arm"]:
            codec = self.codec(parse_type(row["ndr"]))
            if not isinstance(codec, StructCodec):
                raise TypeError(f"{row['sf']} is no structure")
            types = [VarType[name.removeprefix("VT_")] for name in row["vartypes"]]
            arms.append(SafeArrayArm(row["tag"], codec, types))
        return arms


_OWN_CLASSES: Final[dict[str, Callable[..., Any]]] = {
    "DECIMAL": Decimal96,
    "BRECORD": lambda **v: _user_record(**v),
}
_FIXED_NAMES: Final = {
    "DECIMAL": ("reserved", "scale", "sign", "high", "low"),
    "BRECORD": ("flags", "size", "info", "data"),
}


def _user_record(*, flags: int, size: int, info: bytes | None, data: bytes | None) -> UserRecord:
    del size  # checked against the octets already
    return UserRecord(flags=flags, info=info, data=data)


def _made_up(name: str, fields: Sequence[Field]) -> type:
    """A record class for a structure that nobody declared; every member has a default."""
    arrays: dict[str, list[str]] = {}
    for field in fields:
        if field.counted_by:
            arrays.setdefault(field.counted_by, []).append(field.name)
    defaults: dict[str, object] = {}
    for field in fields:
        counted = arrays.get(field.name)
        defaults[field.name] = (
            count_of(*counted) if counted else member_field(default_factory=field.codec.default)
        )
    return dynamic_record(name, defaults)
