"""Methods and interfaces of the tables: parameters in declared order, and the result behind them.

A request holds the in parameters, a response the out parameters and the result ([MS-DCOM] 2.2.13 puts
ORPCTHIS or ORPCTHAT in front; those are the business of :mod:`opcross.dcom`, so every method can start
at any offset of a Reader or Writer, and alignment goes on from there).

Counts need not be given: they are taken from the arrays. Who gives them lies on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from opcross.codes import failed
from opcross.errors import BadValue, LocalMisuse, WireError
from opcross.ndr._arrays import ArrayCodec
from opcross.ndr._codec import Codec
from opcross.ndr._compiler import TypeExpression, array_in, size_expressions
from opcross.ndr._names import snake_case
from opcross.ndr._octets import Buffer, Reader, Writer
from opcross.ndr._pointers import UniqueCodec
from opcross.ndr._stream import DEFAULT_LIMITS, Limits, Packer, Unpacker, Value

__all__ = ["HRESULT", "Interface", "Method", "Parameter"]

HRESULT: Final = "hresult"
"""The name under which a response holds its result: an HRESULT, or an error_status_t."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its names, where it travels, its type, and the parameters that count its elements.

    ``maximum`` names the parameter that gives the max_count, ``actual`` that of a varying array's
    actual_count; both are None for what is no array.
    """

    name: str
    wire_name: str
    direction: str
    type: TypeExpression
    maximum: str | None = None
    actual: str | None = None

    @property
    def is_in(self) -> bool:
        """Whether requests hold it."""
        return "in" in self.direction

    @property
    def is_out(self) -> bool:
        """Whether responses hold it."""
        return "out" in self.direction

    @property
    def counted_by(self) -> str | None:
        """The parameter that says how many elements are there."""
        return self.actual or self.maximum


class _Side:
    """One direction of a method: its parameters, their codecs, and which of them count which."""

    def __init__(
        self, parameters: tuple[Parameter, ...], compile_one: Callable[[TypeExpression], Codec]
    ) -> None:
        self.parameters = parameters
        self.names = frozenset(parameter.name for parameter in parameters)
        self.plan = tuple((parameter, compile_one(parameter.type)) for parameter in parameters)
        counts: dict[str, list[str]] = {}
        for parameter in parameters:
            if parameter.counted_by in self.names and parameter.counted_by is not None:
                counts.setdefault(parameter.counted_by, []).append(parameter.name)
        self.counts: Mapping[str, tuple[str, ...]] = {name: tuple(arrays) for name, arrays in counts.items()}

    def derived(self, name: str, values: Mapping[str, Value]) -> int:
        """The count of the first array that is there."""
        for array in self.counts[name]:
            value = values.get(array)
            if value is not None:
                return len(value)
        return 0


class Method:
    """One method of an interface; ``parameters`` is None where the tables leave them out.

    Packing takes a mapping by Python names, unpacking gives one. Errors are :class:`WireError`, with
    the path ``IOPCItemMgt.AddItems.item_array[3].blob``; a missing or unknown name is
    :class:`LocalMisuse`.
    """

    def __init__(
        self,
        *,
        interface: str,
        name: str,
        opnum: int,
        parameters: tuple[Parameter, ...] | None,
        returns: str,
        compile_one: Callable[[TypeExpression], Codec],
    ) -> None:
        self.interface = interface
        self.name = name
        self.opnum = opnum
        self.parameters = parameters
        self.returns = returns
        self.python_name = snake_case(name)
        self._compile = compile_one

    def __repr__(self) -> str:
        return f"<{self.qualified_name} opnum {self.opnum}>"

    @property
    def qualified_name(self) -> str:
        """``IOPCServer.AddGroup``."""
        return f"{self.interface}.{self.name}"

    def _known(self) -> tuple[Parameter, ...]:
        if self.parameters is None:
            raise LocalMisuse(f"the tables leave out the parameters of {self.qualified_name}")
        return self.parameters

    @cached_property
    def _request(self) -> _Side:
        return _Side(tuple(p for p in self._known() if p.is_in), self._compile)

    @cached_property
    def _response(self) -> _Side:
        return _Side(tuple(p for p in self._known() if p.is_out), self._compile)

    @property
    def request_counts(self) -> Mapping[str, tuple[str, ...]]:
        """In parameters that are derived, and the arrays they count."""
        return self._request.counts

    @property
    def response_counts(self) -> Mapping[str, tuple[str, ...]]:
        """Out parameters that are derived, and the arrays they count."""
        return self._response.counts

    def codec(self, name: str) -> Codec:
        """The codec of a parameter."""
        for parameter, codec in (*self._request.plan, *self._response.plan):
            if parameter.name == name:
                return codec
        raise LocalMisuse(f"{self.qualified_name} has no parameter {name!r}")

    # -- requests

    def pack_request(self, values: Mapping[str, Value], *, little: bool = True) -> bytes:
        """The in parameters as octets."""
        packer = Packer(little=little)
        self.write_request(packer, values)
        return packer.getvalue()

    def write_request(self, writer: Writer, values: Mapping[str, Value]) -> None:
        """Append the in parameters."""
        side = self._request
        if not values.keys() <= side.names:
            raise LocalMisuse(f"{self.qualified_name} has no {sorted(values.keys() - side.names)}")
        packer = Packer.over(writer)
        for parameter, codec in side.plan:
            name = parameter.name
            if name in values:
                value = values[name]
            elif name in side.counts:
                value = side.derived(name, values)
            elif isinstance(codec, UniqueCodec):
                value = None
            else:
                raise LocalMisuse(f"{self.qualified_name} needs {name!r}")
            self._write_one(packer, name, codec, value)

    def unpack_request(
        self,
        data: Buffer,
        *,
        little: bool = True,
        strict: bool = False,
        limits: Limits = DEFAULT_LIMITS,
    ) -> dict[str, Value]:
        """The in parameters. Clients leave octets behind them; only ``strict`` refuses these."""
        return self.read_request(Reader(data, little=little), strict=strict, limits=limits)

    def read_request(
        self, reader: Reader, *, strict: bool = False, limits: Limits = DEFAULT_LIMITS
    ) -> dict[str, Value]:
        """Take the in parameters from the front of ``reader``."""
        try:
            unpacker = Unpacker.over(reader, limits)
            values = self._read_side(unpacker, self._request)
            if strict:
                unpacker.finish()
        except WireError as error:
            raise error.under(self.qualified_name) from None
        reader.offset = unpacker.offset
        return values

    # -- responses

    def pack_response(
        self,
        values: Mapping[str, Value],
        *,
        hresult: int = 0,
        request: Mapping[str, Value] | None = None,
        little: bool = True,
    ) -> bytes:
        """The out parameters and the result as octets; see :meth:`write_response`."""
        packer = Packer(little=little)
        self.write_response(packer, values, hresult=hresult, request=request)
        return packer.getvalue()

    def write_response(
        self,
        writer: Writer,
        values: Mapping[str, Value],
        *,
        hresult: int = 0,
        request: Mapping[str, Value] | None = None,
    ) -> None:
        """Append the out parameters and the result.

        Out parameters travel even when the method failed; those that are missing then are null, zero
        or empty. ``request`` is what the request held: a varying array takes its max_count from there.
        """
        side = self._response
        asked: Mapping[str, Value] = request or {}
        if not values.keys() <= side.names:
            raise LocalMisuse(f"{self.qualified_name} gives no {sorted(values.keys() - side.names)}")
        packer = Packer.over(writer)
        for parameter, codec in side.plan:
            name = parameter.name
            value = values.get(name)
            if value is not None or (name in values and isinstance(codec, UniqueCodec)):
                pass
            elif name in side.counts:
                value = side.derived(name, values)
            elif failed(hresult):
                value = self._nothing(parameter, codec, asked)
            else:
                raise LocalMisuse(f"{self.qualified_name} has to give {name!r}")
            if parameter.actual is not None:
                packer.maximum = asked.get(parameter.maximum or "")
            self._write_one(packer, name, codec, value)
        packer.align(4)
        packer.u32(hresult, HRESULT)

    @staticmethod
    def _nothing(parameter: Parameter, codec: Codec, asked: Mapping[str, Value]) -> Value:
        """What a failed call gives for a parameter."""
        if parameter.is_in and parameter.name in asked:
            return asked[parameter.name]
        if isinstance(codec, ArrayCodec) and parameter.actual is None:
            count = asked.get(parameter.maximum or "", 0)
            return codec.empty(count if isinstance(count, int) else 0)
        return codec.default()

    def unpack_response(
        self,
        data: Buffer,
        *,
        request: Mapping[str, Value] | None = None,
        little: bool = True,
        strict: bool = False,
        limits: Limits = DEFAULT_LIMITS,
    ) -> dict[str, Value]:
        """The out parameters, and the result under ``hresult``; see :meth:`read_response`."""
        reader = Reader(data, little=little)
        return self.read_response(reader, request=request, strict=strict, limits=limits)

    def read_response(
        self,
        reader: Reader,
        *,
        request: Mapping[str, Value] | None = None,
        strict: bool = False,
        limits: Limits = DEFAULT_LIMITS,
    ) -> dict[str, Value]:
        """Take the out parameters and the result from the front of ``reader``.

        With ``request``, what was asked for, arrays must have as many elements as that called for,
        unless the method failed.
        """
        side = self._response
        try:
            unpacker = Unpacker.over(reader, limits)
            values = self._read_side(unpacker, side)
            unpacker.align(4, HRESULT)
            hresult = unpacker.u32(HRESULT)
            if request is not None and not failed(hresult):
                self._check_against(request, values, unpacker)
            if strict:
                unpacker.finish()
        except WireError as error:
            raise error.under(self.qualified_name) from None
        values[HRESULT] = hresult
        reader.offset = unpacker.offset
        return values

    def _check_against(
        self, request: Mapping[str, Value], values: Mapping[str, Value], unpacker: Unpacker
    ) -> None:
        for parameter, codec in self._response.plan:
            wanted = self._asked_count(request, parameter.maximum)
            value = values[parameter.name]
            if wanted is None or value is None:
                continue
            found, offset = (len(value), unpacker.offset)
            if parameter.actual is not None:
                found, offset = unpacker.maxima.get(id(codec), (wanted, offset))
            if found != wanted:
                raise BadValue(
                    f"{wanted} elements were asked for, {found} came", offset=offset, path=parameter.name
                )

    def _asked_count(self, request: Mapping[str, Value], name: str | None) -> int | None:
        if name is None or name in self._response.names:
            return None
        if name in request:
            count: int | None = request[name]
            return count
        return self._request.derived(name, request) if name in self._request.counts else None

    # -- both

    def _write_one(self, packer: Packer, name: str, codec: Codec, value: Value) -> None:
        try:
            codec.write(packer, value)
        except WireError as error:
            raise error.under(f"{self.qualified_name}.{name}") from None
        packer.maximum = None

    @staticmethod
    def _read_side(unpacker: Unpacker, side: _Side) -> dict[str, Value]:
        values: dict[str, Value] = {}
        late: list[Parameter] = []
        for parameter, codec in side.plan:
            count = parameter.counted_by
            if count is not None and count in side.names:
                if count in values:
                    unpacker.expected = (count, values[count] or 0)
                else:
                    late.append(parameter)
            try:
                values[parameter.name] = codec.read(unpacker)
            except WireError as error:
                blame, unpacker.blame = unpacker.blame, ""
                raise error.under(blame or parameter.name) from None
            unpacker.expected = None
        for parameter in late:
            count = parameter.counted_by or ""
            value = values[parameter.name]
            if value is not None and len(value) != values[count]:
                raise BadValue(
                    f"says {values[count]}, {parameter.name} has {len(value)} elements",
                    offset=unpacker.offset,
                    path=count,
                )
        return values


class Interface:
    """An interface of the tables: ``kind`` is ``orpc`` (on an object) or ``rpc`` (plain).

    Methods are found by opnum or by name, those of the base interfaces included.
    """

    def __init__(
        self,
        *,
        name: str,
        iid: UUID,
        base: Interface | None,
        kind: str,
        role: str,
        methods: tuple[Method, ...],
    ) -> None:
        self.name = name
        self.iid = iid
        self.base = base
        self.kind = kind
        self.role = role
        self.own_methods = methods
        inherited = base.methods if base is not None else ()
        self.methods: tuple[Method, ...] = (*inherited, *methods)
        self.by_opnum: Mapping[int, Method] = MappingProxyType({m.opnum: m for m in self.methods})
        self._by_name = {m.name: m for m in self.methods} | {m.python_name: m for m in self.methods}

    def __repr__(self) -> str:
        return f"<interface {self.name} {self.iid}>"

    def __getitem__(self, key: int | str) -> Method:
        """A method by opnum, by its name, or by its Python name; raises :class:`KeyError`."""
        return self.by_opnum[key] if isinstance(key, int) else self._by_name[key]

    def __iter__(self) -> Iterator[Method]:
        return iter(self.methods)

    def derives_from(self, iid: UUID) -> bool:
        """Whether this is the interface ``iid``, or has it among its bases."""
        return self.iid == iid or (self.base is not None and self.base.derives_from(iid))


def parameter_of(
    row: Mapping[str, Any], name: str, names: Mapping[str, str], tree: TypeExpression
) -> Parameter:
    """A parameter from its row; ``names`` leads from wire names to Python names."""
    sizes = [names[size.name] for size in size_expressions(tree)]
    array = array_in(tree)
    varying = array is not None and array.head == "cvarray"
    return Parameter(
        name=name,
        wire_name=row["name"],
        direction=row["dir"],
        type=tree,
        maximum=sizes[0] if sizes else None,
        actual=sizes[1] if varying else None,
    )
