"""Writes the tables of OPC in ``docs/reference/protocol-support.md`` from the code.

The server's side is what the classes that answer have methods for; the client's is which methods of the
generated proxies its source calls. Run it after a change there; a test holds the page against it.
"""

from __future__ import annotations

import ast
import importlib
import sys
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from opcross.dcom import interfaces_generated as com
from opcross.opc.common import connection_points, enumerators
from opcross.opc.common import interfaces_generated as common
from opcross.opc.da import interfaces_generated as da
from opcross.opc.da.client.sink import DataSink, ShutdownSink
from opcross.opc.da.exporter import item_face
from opcross.opc.da.exporter.options import DA_2, DA_3
from opcross_simulators.servers import opc_enum

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from opcross.ndr import Interface, Method

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs" / "reference" / "protocol-support.md"
OPC: Final = ROOT / "opcross" / "opc"
KNOWN: Final = {one.name: one for module in (com, common, da) for one in module.TABLE.values()}
PROXIES: Final = {
    name: value.interface.name
    for module in (com, common, da)
    for name, value in vars(module).items()
    if name.endswith("Proxy")
}

_SPECIFICATIONS: Final = {
    "both": f"{DA_2}, {DA_3}",
    "_BOTH": f"{DA_2}, {DA_3}",
    "older": DA_2,
    "newer": DA_3,
    "_NEWER": DA_3,
}
_NOT_OFFERED: Final = {
    "server": ("IOPCServerPublicGroups",),
    "group": ("IOPCPublicGroupStateMgt", "IOPCAsyncIO", "IDataObject"),
}
_ENUMERATORS: Final = tuple(
    row
    for rows in (
        enumerators._STRINGS,
        enumerators._UNKNOWNS,
        enumerators._GUIDS,
        enumerators._POINTS,
        enumerators._CONNECTIONS,
    )
    for row in rows.values()
)


@dataclass(frozen=True)
class Answering:
    """An interface, the class whose methods answer it, and the specifications with which it is there."""

    interface: Interface
    handler: type | None
    specifications: str = ""


def offered(module_name: str) -> Iterator[Answering]:
    """The interfaces of an exported object: rows of interface, specifications, and what answers."""
    module = importlib.import_module(module_name)
    assert module.__file__ is not None
    for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
        match node:
            case ast.Tuple(elts=[ast.Name(id=name), ast.Name(id=which), made]) if name in KNOWN:
                yield Answering(KNOWN[name], _maker(module, made), _SPECIFICATIONS[which])


def _maker(module: object, made: ast.expr) -> type:
    """The class that is called in an expression, or what makes the container of points."""
    for node in ast.walk(made):
        if isinstance(node, ast.Name) and isinstance(found := getattr(module, node.id, None), type):
            return found
    return connection_points.ContainerFace


@dataclass
class Usage:
    """Which methods of proxies some source calls, by interface.

    What a variable or an attribute holds is told by annotations, and by what is assigned to it.
    """

    called: set[tuple[str, str]] = field(default_factory=set)
    _attributes: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    _aliases: dict[str, set[str]] = field(default_factory=dict)
    _passing: set[str] = field(default_factory=set)

    def read(self, paths: Iterable[Path]) -> Usage:
        """Read files: first what is declared in any of them, then what is called."""
        trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths]
        for tree in trees:
            for node in tree.body:
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    self._aliases[node.targets[0].id] = self._in_annotation(node.value)
        scopes = list(chain.from_iterable(map(_functions, trees)))
        for _ in range(3):  # attributes are set from locals, and locals from attributes
            for owner, function in scopes:
                self._scope(owner, function)
        return self

    def _in_annotation(self, annotation: ast.expr | None) -> set[str]:
        names = [node.id for node in ast.walk(annotation or ast.Pass()) if isinstance(node, ast.Name)]
        direct = {PROXIES[name] for name in names if name in PROXIES}
        return direct.union(*(self._aliases.get(name, set()) for name in names))

    def _scope(self, owner: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        held: dict[str, set[str]] = {}
        returned = function.returns
        if isinstance(returned, ast.Name) and returned.id == "T":
            self._passing.add(function.name)
        self._attributes.setdefault((owner, function.name), set()).update(self._in_annotation(returned))
        for node in (*ast.walk(function), *ast.walk(function)):  # what is nested deeper is met later
            match node:
                case ast.arg(arg=name, annotation=annotation):
                    held.setdefault(name, set()).update(self._in_annotation(annotation))
                case ast.AnnAssign(target=target, annotation=annotation, value=value):
                    kinds = self._in_annotation(annotation) | self._kinds(owner, held, value)
                    self._hold(owner, held, target, kinds)
                case ast.Assign(targets=[target], value=value) | ast.NamedExpr(target=target, value=value):
                    self._hold(owner, held, target, self._kinds(owner, held, value))
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute):
                self.called.update((kind, node.attr) for kind in self._kinds(owner, held, node.value))

    def _hold(self, owner: str, held: dict[str, set[str]], target: ast.expr, kinds: set[str]) -> None:
        match target:
            case ast.Name(id=name):
                held.setdefault(name, set()).update(kinds)
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                self._attributes.setdefault((owner, name), set()).update(kinds)

    def _kinds(self, owner: str, held: dict[str, set[str]], value: ast.expr | None) -> set[str]:
        """Of which interfaces an expression may give the proxy."""
        match value:
            case ast.Name(id=name):
                return held.get(name, set())
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if (owner, name) in self._attributes:
                return self._attributes[owner, name]
            case ast.Attribute(attr=name):
                every = (kinds for (_, one), kinds in self._attributes.items() if one == name)
                return set().union(*every)
            case ast.Call(func=ast.Name(id=name)) if name in PROXIES:
                return {PROXIES[name]}
            case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in self._passing:
                return self._kinds(owner, held, first)
            case ast.Call(func=ast.Name(id=name)):
                return self._attributes.get(("", name), set())
            case ast.Call(func=inner) | ast.Await(value=inner):
                return self._kinds(owner, held, inner)
            case ast.BoolOp(values=parts):
                return set().union(*(self._kinds(owner, held, part) for part in parts))
            case ast.IfExp(body=body, orelse=other):
                return self._kinds(owner, held, body) | self._kinds(owner, held, other)
        return set()


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Functions and methods, with the class they belong to; what is nested belongs to what is around it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield "", node
        elif isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield node.name, part


def sources(folder: str) -> Iterator[Path]:
    """The files of one side, and what both sides share; generated ones call nothing by themselves."""
    for path in chain(sorted((OPC / "da" / folder).glob("*.py")), sorted((OPC / "common").glob("*.py"))):
        if path.name != "interfaces_generated.py":
            yield path


def rows(answering: Iterable[Answering], usage: Usage, *, sink: bool = False) -> Iterator[tuple[str, ...]]:
    """A row for each method; those that a base interface has are told in one."""
    for one in answering:
        first = one.interface.name
        if one.handler is None:
            opnums = f"3 to {max(one.interface.by_opnum)}"
            yield f"`{first}`", "", opnums, "all", "`E_NOINTERFACE`", "no"
            continue
        inherited = [method for method in one.interface.methods if method.interface != first]
        parts = [([method], f"{method.name}") for method in one.interface.own_methods]
        if inherited:
            parts.insert(0, (inherited, f"those of `{inherited[0].interface}`"))
        for methods, name in parts:
            opnums = " to ".join(dict.fromkeys(str(methods[end].opnum) for end in (0, -1)))
            answer = _answer(one.handler, methods)
            calls = any((first, method.python_name) in usage.called for method in methods)
            call = "calls" if calls else "no"
            sides = (call, answer) if sink else (answer, call)
            yield f"`{first}`", one.specifications, opnums, name, *sides


def _answer(handler: type, methods: list[Method]) -> str:
    there = all(hasattr(handler, method.python_name) for method in methods)
    return "answers" if there else "`E_NOTIMPL`"


def table(answering: Iterable[Answering], usage: Usage, *, sink: bool = False) -> str:
    """The rows as Markdown; an interface is named where its rows begin."""
    heads = ["interface", "DA", "opnum", "method", "server", "client"]
    drawn = [list(row) for row in rows(answering, usage, sink=sink)]
    if not any(row[1] for row in drawn):
        for row in (heads, *drawn):
            del row[1]
    lines = [_line(heads), "|---" * len(heads) + "|"]
    before = ""
    for row in drawn:
        name = row[0]
        if name == before:
            row[: heads.index("opnum")] = [""] * heads.index("opnum")
        before = name
        lines.append(_line(row))
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"


def missing(where: str) -> list[Answering]:
    """Interfaces that an object has not."""
    return [Answering(KNOWN[name], None) for name in _NOT_OFFERED[where]]


def tables() -> dict[str, str]:
    """The tables by the names of their marks."""
    client, server = Usage().read(sources("client")), Usage().read(sources("exporter"))
    others = [Answering(com.IConnectionPoint, connection_points.ConnectionPoint)]
    others += [Answering(interface, face) for interface, face in _ENUMERATORS]
    others.append(Answering(da.IEnumOPCItemAttributes, item_face._AttributesFace))
    lists = [
        Answering(common.IOPCServerList, opc_enum._ServerList),
        Answering(common.IOPCServerList2, opc_enum._ServerList2),
    ]
    sinks = [Answering(da.IOPCDataCallback, DataSink), Answering(common.IOPCShutdown, ShutdownSink)]
    return {
        "opc server": table([*offered("opcross.opc.da.exporter.server"), *missing("server")], client),
        "opc group": table([*offered("opcross.opc.da.exporter.group"), *missing("group")], client),
        "opc others": table(others, client),
        "opc sinks": table(sinks, server, sink=True),
        "opc enum": table(lists, client),
    }


def renewed(page: str) -> str:
    """The page with its tables renewed; each stands between two markers."""
    for name, drawn in tables().items():
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        head, found, rest = page.partition(begin)
        _, ended, tail = rest.partition(end)
        if not found or not ended:
            raise SystemExit(f"{PAGE}: the marks of {name} are missing")
        page = f"{head}{begin}\n\n{drawn}\n\n{end}{tail}"
    return page


def main() -> int:
    """Renew the page; with ``--check`` only say whether it is current."""
    page = PAGE.read_text(encoding="utf-8")
    if "--check" in sys.argv[1:]:
        return int(page != renewed(page))
    PAGE.write_text(renewed(page), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
