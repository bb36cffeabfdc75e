"""Generate typed signatures from the interface tables: ``python tools/generate_interfaces.py [--check]``.

One module per table: enumerations, structures (frozen records), results, client proxies and server
protocols. The same tables give the same text; ``--check`` writes nothing and fails if a file differs.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from opcross.ndr import Interface, Method, Parameter  # noqa: E402  (the checkout's own package)
from opcross.ndr._compiler import TypeExpression, parse_type, size_expressions  # noqa: E402
from opcross.ndr._names import python_names  # noqa: E402
from opcross.ndr.tables import facts, load  # noqa: E402

TARGETS = {
    "com": "opcross/dcom/interfaces_generated.py",
    "common": "opcross/opc/common/interfaces_generated.py",
    "da": "opcross/opc/da/interfaces_generated.py",
    "hda": "opcross/opc/hda/interfaces_generated.py",
    "ae": "opcross/opc/ae/interfaces_generated.py",
    "security": "opcross/opc/security/interfaces_generated.py",
}
NUMBERS = {"u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64"}
SIMPLE = {
    **{name: name for name in NUMBERS},
    "hresult": "Hresult32",
    "bool32": "Bool32",
    "guid": "Guid",
    "filetime": "Filetime",
    "wstr": "str",
    "bstr": "Bstr",
    "variant": "Variant | None",
    "iface": "InterfacePointer",
}
NULLABLE = {"unique", "ptr", "iface"}
OPAQUE = {"MInterfacePointer"}
WIDTH = 100


class Module:
    """The text of one module, and the names it imports."""

    def __init__(self, spec: str) -> None:
        self.spec = spec
        self.table = facts(spec)
        self.interfaces = load(spec)
        self.structs: dict[str, Mapping[str, Any]] = {
            row["name"]: row for row in self.table.get("struct", ())
        }
        self.enums: dict[str, Mapping[str, Any]] = {row["name"]: row for row in self.table.get("enum", ())}
        self.used: set[str] = set()
        self.numpy = False
        self.sequence = False

    # -- types

    def numeric(self, tree: TypeExpression) -> bool:
        """Whether an array of this type is one of numbers."""
        return tree.head in NUMBERS | {"hresult", "bool32", "filetime", "enum16", "enum32"}

    def rows(self, tree: TypeExpression) -> bool:
        """Whether an array of this type is held as columns."""
        if tree.head != "struct":
            return False
        trees = [parse_type(field["ndr"]) for field in self.structs[tree.arguments[0]]["fields"]]
        variants = sum(member.head == "variant" for member in trees)
        return variants == 1 and all(member.head == "variant" or self.numeric(member) for member in trees)

    def annotation(self, tree: TypeExpression, *, given: bool = False) -> str:
        """The Python type; ``given`` by a caller, who may pass any sequence."""
        if tree.head in SIMPLE:
            text = SIMPLE[tree.head]
            self.used.add(text.split(" ")[0])
            return text
        inner = tree.inner
        if tree.head in ("enum16", "enum32"):
            return f"{tree.arguments[0]} | int"
        if tree.head == "struct":
            return "bytes" if tree.arguments[0] in OPAQUE else tree.arguments[0]
        assert inner is not None
        if tree.head == "ref":
            return self.annotation(inner, given=given)
        if tree.head in ("unique", "ptr"):
            text = self.annotation(inner, given=given)
            return text if text.endswith("| None") else f"{text} | None"
        return self.array(tree, inner, given=given)

    def array(self, tree: TypeExpression, inner: TypeExpression, *, given: bool) -> str:
        """The Python type of an array."""
        if tree.head == "farray":
            return "bytes" if inner.head == "u8" else f"tuple[{self.annotation(inner)}, ...]"
        if inner.head == "u8":
            return "bytes"
        if self.numeric(inner):
            self.numpy = True
            if given:
                self.sequence = True
                return f"Sequence[{'float' if inner.head in ('f32', 'f64') else 'int'}] | np.ndarray"
            return "np.ndarray"
        element = self.annotation(inner)
        if given:
            self.sequence = True
            return f"Sequence[{element}]"
        if inner.head == "variant" and tree.head == "carray":
            self.used.add("VariantColumn")
            return "VariantColumn"
        if self.rows(inner):
            self.used.add("StructColumn")
            return f"StructColumn[{element}]"
        return f"tuple[{element}, ...]"

    # -- what the interfaces lead to

    def reachable(self) -> tuple[list[str], list[str]]:
        """Enumerations and structures that parameters use, in the order of the table."""
        enums: set[str] = set()
        structs: set[str] = set()

        def visit(tree: TypeExpression) -> None:
            if tree.head in ("enum16", "enum32"):
                enums.add(tree.arguments[0])
            if tree.head == "struct" and tree.arguments[0] not in structs | OPAQUE:
                structs.add(tree.arguments[0])
                for field in self.structs[tree.arguments[0]]["fields"]:
                    visit(parse_type(field["ndr"]))
            if tree.inner is not None:
                visit(tree.inner)

        for interface in self.interfaces.values():
            for method in interface.own_methods:
                for parameter in method.parameters or ():
                    visit(parameter.type)
        return [name for name in self.enums if name in enums], [
            name for name in self.structs if name in structs
        ]

    # -- parts

    def enum(self, name: str) -> Iterator[str]:
        """An enumeration."""
        row = self.enums[name]
        yield f"class {name}(IntEnum):"
        yield from docstring(f"{name}, {16 if row['wire'] == 'u16' else 32} bits on the wire.")
        yield ""
        for value in row["values"]:
            yield f"    {value['name']} = 0x{value['value']:X}"

    def struct(self, name: str) -> Iterator[str]:
        """A structure; counts are derived, pointers and reserved members have defaults."""
        row = self.structs[name]
        wire = [field["name"] for field in row["fields"]]
        names = python_names(wire)
        trees = [parse_type(field["ndr"]) for field in row["fields"]]
        counts: dict[str, list[str]] = {}
        for member, tree in zip(names, trees, strict=True):
            for size in size_expressions(tree)[-1:]:
                counts.setdefault(names[wire.index(size.name)], []).append(member)
        yield "@record"
        yield f"class {name}:"
        yield from docstring(f"{name}, {row['ndr_size']} octets." + note(row))
        yield ""
        for field, member, tree in zip(row["fields"], names, trees, strict=True):
            default = ""
            if member in counts:
                self.used.add("count_of")
                default = f" = count_of({', '.join(map(quoted, counts[member]))})"
            elif tree.head in NULLABLE:
                default = " = None"
            elif "eserved" in field["name"] and tree.head in NUMBERS:
                default = " = 0"
            yield f"    {member}: {self.annotation(tree)}{default}  # {field['name']}"

    def result(self, interface: Interface, method: Method) -> Iterator[str]:
        """What a method gives."""
        outs = [p for p in method.parameters or () if p.is_out]
        counts = method.response_counts
        yield "@record"
        yield f"class {result_name(interface, method)}:"
        yield from docstring(f"What {interface.name}::{method.name} gives.")
        yield ""
        for parameter in outs:
            if parameter.name not in counts:
                yield f"    {parameter.name}: {self.annotation(parameter.type)}  # {parameter.wire_name}"
        for parameter in outs:
            if parameter.name in counts:
                text = f"{self.annotation(parameter.type)} | None = None"
                yield f"    {parameter.name}: {text}  # {parameter.wire_name}"
        self.used.add("Hresult32")
        yield "    hresult: Hresult32 = 0"

    def parameters(self, parameters: list[Parameter], counts: Mapping[str, Any], *, given: bool) -> list[str]:
        """The keyword parameters of a signature."""
        lines = []
        for parameter in parameters:
            text = self.annotation(parameter.type, given=given)
            default = ""
            if parameter.name in counts:
                text, default = f"{text} | None", " = None"
            elif given and parameter.type.head in NULLABLE:
                default = " = None"
            lines.append(f"{parameter.name}: {text}{default}")
        return lines

    def signature(self, interface: Interface, method: Method, lines: list[str]) -> Iterator[str]:
        """The head of an asynchronous method."""
        gives = result_name(interface, method) if has_outs(method) else "int"
        if not lines:
            yield f"    async def {method.python_name}(self) -> {gives}:"
            return
        yield f"    async def {method.python_name}("
        yield "        self,"
        yield "        *,"
        for line in lines:
            yield f"        {line},"
        yield f"    ) -> {gives}:"

    def proxy(self, interface: Interface) -> Iterator[str]:
        """The client's side of an interface."""
        base = base_name(interface, "Proxy")
        yield f"class {interface.name}Proxy{f'({base})' if base else ''}:"
        yield from docstring(f"Calls {interface.name} ({interface.iid}).")
        yield ""
        yield f"    interface: ClassVar[Interface] = {interface.name}"
        if not base:
            yield ""
            yield "    def __init__(self, invoker: Invoker) -> None:"
            yield "        self.invoker = invoker"
        for method in interface.own_methods:
            if method.parameters is None:
                continue
            ins = [p for p in method.parameters if p.is_in]
            counts = method.request_counts
            yield ""
            yield from self.signature(interface, method, self.parameters(ins, counts, given=True))
            yield from docstring(wire_text(interface, method), indent=8)
            sent = "{}"
            plain = [p.name for p in ins if p.name not in counts]
            if plain or counts:
                yield "        sent: dict[str, Any] = {"
                for name in plain:
                    yield f'            "{name}": {name},'
                yield "        }"
                for name in (p.name for p in ins if p.name in counts):
                    yield f"        if {name} is not None:"
                    yield f'            sent["{name}"] = {name}'
                sent = "sent"
            yield f"        got = await call(self.invoker, {interface.name}[{method.opnum}], {sent})"
            if has_outs(method):
                yield f"        return {result_name(interface, method)}(**got)"
            else:
                yield "        return int(got[HRESULT])"

    def handler(self, interface: Interface) -> Iterator[str]:
        """The server's side of an interface."""
        base = base_name(interface, "Handler")
        yield f"class {interface.name}Handler({f'{base}, ' if base else ''}Protocol):"
        yield from docstring(f"Answers {interface.name} ({interface.iid}).")
        for method in interface.own_methods:
            if method.parameters is None:
                continue
            ins = [p for p in method.parameters if p.is_in and p.name not in method.request_counts]
            yield ""
            yield from self.signature(interface, method, self.parameters(ins, {}, given=False))
            yield from docstring(wire_text(interface, method), indent=8)
            yield "        ..."

    def text(self) -> str:
        """The whole module."""
        enums, structs = self.reachable()
        parts: list[list[str]] = [list(self.enum(name)) for name in enums]
        parts += [list(self.struct(name)) for name in structs]
        classes = "".join(f"    {name},\n" for name in (*enums, *structs))
        table = (
            f'TABLE: Final = load(\n    "{self.spec}",\n    (\n{textwrap.indent(classes, "    ")}    ),\n)'
        )
        parts.append([table if classes else f'TABLE: Final = load("{self.spec}")'])
        parts.append([f'{name}: Final = TABLE["{name}"]' for name in self.interfaces])
        proxies = []
        for interface in self.interfaces.values():
            if not any(method.parameters is not None for method in interface.own_methods):
                continue
            proxies.append(interface.name)
            parts += [
                list(self.result(interface, method))
                for method in interface.own_methods
                if method.parameters is not None and has_outs(method)
            ]
            parts += [list(self.proxy(interface)), list(self.handler(interface))]
        results = [
            result_name(interface, method)
            for interface in self.interfaces.values()
            for method in interface.own_methods
            if method.parameters is not None and has_outs(method)
        ]
        names = ["TABLE", *enums, *structs, *self.interfaces, *results]
        names += [name + suffix for name in proxies for suffix in ("Proxy", "Handler")]
        body = "\n\n\n".join("\n".join(part) for part in parts)
        return f"{self.head(enums=bool(enums))}\n\n__all__ = [\n{listing(names)}]\n\n\n{body}\n"

    def head(self, *, enums: bool) -> str:
        """Docstring and imports."""
        lines = [
            f'"""{self.table["meta"]["spec"]}: interfaces, structures, proxies and server protocols.',
            "",
            f"Generated from opcross/ndr/tables/{self.spec}.toml by tools/generate_interfaces.py.",
            '"""',
            "",
            "from __future__ import annotations",
            "",
        ]
        if self.sequence:
            lines.append("from collections.abc import Sequence")
        if enums:
            lines.append("from enum import IntEnum")
        lines += ["from typing import Any, ClassVar, Final, Protocol", ""]
        if self.numpy:
            lines += ["import numpy as np", ""]
        names = self.used - {"str"} | {"HRESULT", "Interface", "Invoker", "call", "record"}
        ordered = sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))
        lines.append("from opcross.ndr import (")
        lines += [f"    {name}," for name in ordered]
        lines += [")", "from opcross.ndr.tables import load"]
        return "\n".join(lines)


def quoted(name: str) -> str:
    """A string literal."""
    return f'"{name}"'


def listing(names: list[str]) -> str:
    """The lines of ``__all__``."""
    ordered = sorted(names, key=lambda name: (not name.isupper(), name))
    return "".join(f'    "{name}",\n' for name in ordered)


def note(row: Mapping[str, Any]) -> str:
    """The table's note as a sentence."""
    text = row.get("note", "")
    return f" {text[0].upper()}{text[1:]}." if text else ""


def docstring(text: str, indent: int = 4) -> Iterator[str]:
    """A docstring, wrapped."""
    room = WIDTH - indent
    first, *rest = textwrap.wrap(text, room - 6)
    margin = " " * indent
    if not rest:
        yield f'{margin}"""{first}"""'
        return
    yield f'{margin}"""{first}'
    for line in rest:
        yield margin + line
    yield f'{margin}"""'


def wire_text(interface: Interface, method: Method) -> str:
    """The wire's names of a method and of its parameters."""
    names = ", ".join(
        f"{'out ' if p.direction == 'out' else 'in out ' if p.is_out else ''}{p.wire_name}"
        for p in method.parameters or ()
    )
    return f"{interface.name}::{method.name}, opnum {method.opnum}{': ' if names else ''}{names}."


def has_outs(method: Method) -> bool:
    """Whether a response holds more than the result."""
    return any(p.is_out for p in method.parameters or ())


def result_name(interface: Interface, method: Method) -> str:
    """The name of a result class."""
    return f"{interface.name}{method.name[0].upper()}{method.name[1:]}Result"


def base_name(interface: Interface, suffix: str) -> str:
    """The class of the base interface, if that has methods."""
    base = interface.base
    return f"{base.name}{suffix}" if base is not None and base.methods else ""


def main(arguments: list[str]) -> int:
    """Write the modules, or compare them."""
    stale = []
    for spec, target in TARGETS.items():
        path = ROOT / target
        text = Module(spec).text()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(target)
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for target in stale:
        print(("stale: " if "--check" in arguments else "written: ") + target)
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
