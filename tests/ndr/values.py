"""Hypothesis strategies for the values of any codec."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID

import numpy as np
from hypothesis import strategies as st

from opcross.errors import WireError
from opcross.ndr import (
    ByRef,
    Decimal96,
    Method,
    Parameter,
    SafeArray,
    StructColumn,
    UserRecord,
    Variant,
    VariantColumn,
    VarType,
)
from opcross.ndr._arrays import ArrayCodec, BytesArray, FixedArray, NumbersArray
from opcross.ndr._codec import Bool32Codec, Codec, EnumCodec, FiletimeCodec, GuidCodec, Scalar
from opcross.ndr._column_codec import RowsArray, VariantsArray
from opcross.ndr._pointers import InterfaceCodec, RefCodec, UniqueCodec
from opcross.ndr._strings import BstrCodec, WStringCodec
from opcross.ndr._structs import StructCodec
from opcross.ndr._variant import NUMBER_TYPES
from opcross.ndr._variant_codec import VariantCodec

FEW = 3
RANGES = {
    "B": (0, 0xFF),
    "b": (-0x80, 0x7F),
    "H": (0, 0xFFFF),
    "h": (-0x8000, 0x7FFF),
    "I": (0, 0xFFFFFFFF),
    "i": (-0x80000000, 0x7FFFFFFF),
    "Q": (0, 2**64 - 1),
    "q": (-(2**63), 2**63 - 1),
}
# Surrogates included: the wire carries any sixteen bits.
texts = st.text(
    st.characters(codec="utf-16", exclude_categories=()) | st.integers(0xD800, 0xDFFF).map(chr), max_size=5
).map(lambda text: text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass"))
octets = st.binary(max_size=9)
guids = st.uuids() | st.just(UUID(int=0))
singles = st.floats(width=32, allow_nan=False)


@cache
def number(code: str) -> st.SearchStrategy[Any]:
    if code == "f":
        return singles
    if code == "d":
        return st.floats(allow_nan=False)
    return st.integers(*RANGES[code])


@cache
def numbers(kind: np.dtype, count: int) -> st.SearchStrategy[np.ndarray]:
    return st.binary(min_size=count * kind.itemsize, max_size=count * kind.itemsize).map(
        lambda raw: np.nan_to_num(np.frombuffer(raw, kind)) if kind.kind == "f" else np.frombuffer(raw, kind)
    )


@cache
def variants(depth: int = 0) -> st.SearchStrategy[Variant]:
    simple = st.sampled_from(sorted(NUMBER_TYPES)).flatmap(
        lambda vt: simple_number(vt).map(lambda value: Variant(vt, value))
    )
    others = [
        st.sampled_from([Variant(VarType.EMPTY), Variant(VarType.NULL)]),
        bstrs().map(lambda text: Variant(VarType.BSTR, text)),
        st.builds(Variant, st.sampled_from([VarType.UNKNOWN, VarType.DISPATCH]), st.none() | octets),
        decimals().map(lambda value: Variant(VarType.DECIMAL, value)),
        st.builds(Variant, st.just(VarType.RECORD), st.none() | records()),
    ]
    if depth < 2:
        others += [
            safe_arrays(depth).map(lambda array: Variant(VarType.ARRAY | array.vartype, array)),
            st.just(Variant(VarType.ARRAY | VarType.I4, None)),
            by_refs(depth),
        ]
    return st.one_of(simple, *others)


@cache
def simple_number(vt: int) -> st.SearchStrategy[Any]:
    if vt == VarType.BOOL:
        return st.booleans() | st.integers(1, 0x7FFF)
    if NUMBER_TYPES[vt].kind == "f":
        return singles if vt == VarType.R4 else st.floats(allow_nan=False)
    limits = np.iinfo(NUMBER_TYPES[vt])
    return st.integers(int(limits.min), int(limits.max))


@cache
def bstrs() -> st.SearchStrategy[Any]:
    return st.none() | texts | st.binary(min_size=1, max_size=5).filter(lambda raw: len(raw) % 2 == 1)


@cache
def decimals() -> st.SearchStrategy[Decimal96]:
    return st.builds(
        Decimal96,
        high=st.integers(0, 2**32 - 1),
        low=st.integers(0, 2**64 - 1),
        scale=st.integers(0, 28),
        sign=st.sampled_from([0, 0x80]),
    )


@cache
def records() -> st.SearchStrategy[UserRecord]:
    return st.builds(UserRecord, flags=st.integers(0, 9), info=st.none() | octets, data=octets)


@cache
def by_refs(depth: int) -> st.SearchStrategy[Variant]:
    return st.one_of(
        st.sampled_from(sorted(NUMBER_TYPES)).flatmap(
            lambda vt: simple_number(vt).map(lambda value: Variant(VarType.BYREF | vt, ByRef(value)))
        ),
        bstrs().map(lambda text: Variant(VarType.BYREF | VarType.BSTR, ByRef(text))),
        st.deferred(lambda: variants(depth + 1)).map(
            lambda inner: Variant(VarType.BYREF | VarType.VARIANT, ByRef(inner))
        ),
        st.just(Variant(VarType.BYREF | VarType.I4, None)),
        safe_arrays(depth).map(lambda a: Variant(VarType.BYREF | VarType.ARRAY | a.vartype, ByRef(a))),
        octets.map(lambda raw: Variant(VarType.BYREF | VarType.UNKNOWN, ByRef(raw))),
    )


@st.composite
def safe_arrays(draw: Callable[[st.SearchStrategy[Any]], Any], depth: int = 0) -> SafeArray:
    vartype = draw(
        st.sampled_from(
            [*sorted(NUMBER_TYPES), VarType.BSTR, VarType.VARIANT, VarType.UNKNOWN, VarType.RECORD]
        )
    )
    sizes = draw(st.lists(st.integers(0, FEW), min_size=1, max_size=3))
    count = math.prod(sizes)
    iid = None
    values: Any
    if vartype in NUMBER_TYPES:
        values = draw(numbers(NUMBER_TYPES[vartype], count))
    elif vartype == VarType.BSTR:
        values = tuple(draw(st.lists(bstrs(), min_size=count, max_size=count)))
    elif vartype == VarType.VARIANT:
        inner = variants(depth + 1) | st.none()
        values = VariantColumn.of(draw(st.lists(inner, min_size=count, max_size=count)))
    elif vartype == VarType.UNKNOWN:
        values = tuple(draw(st.lists(st.none() | octets, min_size=count, max_size=count)))
        iid = draw(st.none() | guids)
    else:
        values = tuple(draw(st.lists(st.none() | records(), min_size=count, max_size=count)))
    return SafeArray(
        vartype=int(vartype),
        bounds=tuple((size, draw(st.integers(-5, 5))) for size in sizes),
        values=values,
        features=draw(st.integers(0, 0xFFFF)),
        element_size=draw(st.integers(0, 16)),
        locks=draw(st.integers(0, 0xFFFF)),
        iid=iid,
    )


@cache
def columns(count: int) -> st.SearchStrategy[VariantColumn]:
    return st.lists(variants() | st.none(), min_size=count, max_size=count).map(VariantColumn.of)


@st.composite
def rows(draw: Callable[[st.SearchStrategy[Any]], Any], codec: RowsArray, count: int) -> StructColumn[Any]:
    values: dict[str, Any] = {name: draw(numbers(native, count)) for name, native, _ in codec.numbers}
    values[codec.variant] = draw(columns(count))
    return StructColumn(codec.struct.make, values)  # type: ignore[arg-type]  # the record class


@cache
def values_of(codec: Codec, count: int) -> st.SearchStrategy[Any]:
    """Values of a codec; arrays have ``count`` elements."""
    for kind, make in _STRATEGIES:
        if isinstance(codec, kind):
            return make(codec, count)
    raise AssertionError(f"no strategy for {codec!r}")


@st.composite
def structures(draw: Callable[[st.SearchStrategy[Any]], Any], codec: StructCodec) -> Any:
    sizes = {field.counted_by: draw(st.integers(0, FEW)) for field in codec.fields if field.counted_by}
    values = {}
    for field in codec.fields:
        if field.name not in sizes:
            values[field.name] = draw(values_of(field.codec, sizes.get(field.counted_by or "", 0)))
    # A null array counts nothing, so the count follows whichever array is there.
    for name, size in sizes.items():
        arrays = [f.name for f in codec.fields if f.counted_by == name]
        values[name or ""] = size if any(values[array] is not None for array in arrays) else 0
    return codec.make(**values)


def _array(codec: Any, count: int) -> st.SearchStrategy[Any]:
    return st.lists(values_of(codec.element, count), min_size=count, max_size=count).map(tuple)


_STRATEGIES: list[tuple[type, Callable[[Any, int], st.SearchStrategy[Any]]]] = [
    (InterfaceCodec, lambda _c, _n: st.none() | octets),
    (VariantCodec, lambda _c, _n: variants() | st.none()),
    (BstrCodec, lambda _c, _n: bstrs()),
    (WStringCodec, lambda _c, _n: texts),
    (RefCodec, lambda c, n: values_of(c.target, n)),
    (UniqueCodec, lambda c, n: st.none() | values_of(c.target, n)),
    (FiletimeCodec, lambda _c, _n: st.integers(0, 2**64 - 1)),
    (GuidCodec, lambda _c, _n: guids),
    (Bool32Codec, lambda _c, _n: st.booleans() | st.integers(2, 9)),
    (EnumCodec, lambda c, _n: number(c.form)),
    (Scalar, lambda c, _n: number(c.form)),
    (RowsArray, lambda c, n: rows(c, n)),
    (VariantsArray, lambda _c, n: columns(n)),
    (BytesArray, lambda _c, n: st.binary(min_size=n, max_size=n)),
    (NumbersArray, lambda c, n: numbers(c.native, n)),
    (
        FixedArray,
        lambda c, _n: st.binary(min_size=c.count, max_size=c.count) if c.octets else _array(c, c.count),
    ),
    (StructCodec, lambda c, _n: structures(c)),
    (ArrayCodec, _array),
]


@st.composite
def requests(draw: Callable[[st.SearchStrategy[Any]], Any], method: Method) -> dict[str, Any]:
    """What a client may send; counts are left to be derived."""
    side = method._request
    sizes = {name: draw(st.integers(0, FEW)) for name in side.counts}
    return {
        p.name: draw(values_of(codec, sizes.get(p.counted_by or "", 0)))
        for p, codec in side.plan
        if p.name not in sizes
    }


def room(parameter: Parameter, request: dict[str, Any]) -> int:
    """How many elements a varying array may have at most."""
    return FEW if parameter.actual is None else int(request.get(parameter.maximum or "", FEW))


@st.composite
def responses(
    draw: Callable[[st.SearchStrategy[Any]], Any], method: Method, request: dict[str, Any]
) -> dict[str, Any]:
    """What a server may answer to ``request``."""
    side = method._response
    sizes = {name: draw(st.integers(0, FEW)) for name in side.counts}
    for parameter in side.parameters:
        name = parameter.maximum
        if parameter.actual is None and name is not None and name not in side.names:
            sizes[name] = request.get(
                name, method._request.derived(name, request) if name not in request else 0
            )
    return {
        p.name: draw(values_of(codec, min(sizes.get(p.counted_by or "", 0), room(p, request))))
        for p, codec in side.plan
        if p.name not in side.counts
    }


def sample(codec: Codec, count: int = 2) -> Any:
    """One value of a codec, with nothing null and two elements in every array."""
    if isinstance(codec, InterfaceCodec):
        return b"MEOW"
    if isinstance(codec, VariantCodec):
        return Variant(VarType.BSTR, "value")
    if isinstance(codec, BstrCodec | WStringCodec):
        return "text"
    if isinstance(codec, RefCodec | UniqueCodec):
        return sample(codec.target, count)
    if isinstance(codec, StructCodec):
        counts = {field.counted_by for field in codec.fields}
        return codec.make(**{f.name: 2 if f.name in counts else sample(f.codec) for f in codec.fields})
    if isinstance(codec, BytesArray | NumbersArray | VariantsArray | RowsArray):
        return codec.empty(count)
    if isinstance(codec, ArrayCodec):
        return tuple(sample(codec.element) for _ in range(count))
    return codec.default()


def refusal(unpack: Callable[..., Any], *arguments: Any, **options: Any) -> WireError | None:
    """The error with which octets were refused, or None if they were a value after all."""
    try:
        unpack(*arguments, **options)
    except WireError as error:
        return error
    return None
