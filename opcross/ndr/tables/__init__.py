"""The interface tables: DCOM and OPC Classic as data, one TOML file per specification.

They ship with the package, are parsed when first asked for, and are read-only from then on.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from opcross.errors import LocalMisuse
from opcross.ndr._codec import Codec
from opcross.ndr._compiler import Compiler, parse_type
from opcross.ndr._methods import Interface, Method, parameter_of
from opcross.ndr._names import python_names

__all__ = ["SPECS", "InterfaceTable", "facts", "load"]

SPECS: Final = ("com", "common", "da", "hda", "ae", "security")
"""The tables, by the stem of their file."""


def _frozen(value: Any) -> Any:  # noqa: ANN401  (whatever TOML can hold)
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    return value


@cache
def facts(spec: str) -> Mapping[str, Any]:
    """Everything that a table says: interfaces, structures, enumerations, codes, properties, notes.

    Raises :class:`LocalMisuse` for a name that is not among :data:`SPECS`.
    """
    if spec not in SPECS:
        raise LocalMisuse(f"no table {spec!r}; there are {', '.join(SPECS)}")
    text = files(__package__).joinpath(f"{spec}.toml").read_text(encoding="utf-8")
    table: Mapping[str, Any] = _frozen(tomllib.loads(text))
    return table


class InterfaceTable(Mapping[str, Interface]):
    """The interfaces of one specification, by name; codecs are compiled when first used."""

    def __init__(self, spec: str, classes: tuple[type, ...] = ()) -> None:
        self.spec = spec
        table = facts(spec)
        automation = facts("com")
        structs = {row["name"]: row for part in (automation, table) for row in part.get("struct", ())}
        self._compiler = Compiler(structs, {cls.__name__: cls for cls in classes}, automation)
        self._interfaces: dict[str, Interface] = {}
        for row in table.get("interface", ()):
            self._interfaces[row["name"]] = self._interface(row)
        self.by_iid: Mapping[UUID, Interface] = MappingProxyType(
            {interface.iid: interface for interface in self._interfaces.values()}
        )

    def struct(self, name: str) -> Codec:
        """The codec of a structure of this table; raises :class:`KeyError`."""
        return self._compiler.struct(name)

    def codec(self, ndr: str) -> Codec:
        """The codec of a type expression. Raises :class:`ValueError` for text that is none."""
        return self._compiler.codec(parse_type(ndr))

    def _interface(self, row: Mapping[str, Any]) -> Interface:
        return Interface(
            name=row["name"],
            iid=UUID(row["iid"]),
            base=self._base(row["base"]),
            kind=row.get("rpc", "orpc"),
            role=row.get("role", ""),
            methods=tuple(self._method(row["name"], method) for method in row.get("method", ())),
        )

    def _base(self, name: str) -> Interface | None:
        if not name:
            return None
        return self._interfaces[name] if name in self._interfaces else load("com")[name]

    def _method(self, interface: str, row: Mapping[str, Any]) -> Method:
        rows = row["params"]
        names = python_names(item["name"] for item in rows)
        wire = {item["name"]: name for item, name in zip(rows, names, strict=True)}
        parameters = tuple(
            parameter_of(item, name, wire, parse_type(item["ndr"]))
            for item, name in zip(rows, names, strict=True)
        )
        return Method(
            interface=interface,
            name=row["name"],
            opnum=row["opnum"],
            parameters=None if row.get("params_omitted") else parameters,
            returns=row["returns"],
            compile_one=self._compiler.parameter,
        )

    def __getitem__(self, name: str) -> Interface:
        return self._interfaces[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._interfaces)

    def __len__(self) -> int:
        return len(self._interfaces)


@cache
def load(spec: str, classes: tuple[type, ...] = ()) -> InterfaceTable:
    """The table ``spec``; structures and enumerations become ``classes``, by their names.

    Structures without a class become records made at run time. Raises :class:`LocalMisuse`.
    """
    return InterfaceTable(spec, classes)
