"""Writes the tables of ``docs/reference/rpc.md`` from the code: states, limits, client profile.

Run it after a change there; a test holds the page against it.
"""

from __future__ import annotations

import ast
import inspect
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from opcross.rpc import ClientProfile, Limits
from opcross.rpc.association.states import CLIENT, SERVER

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "reference" / "rpc.md"


def state_table(table: Mapping[Any, Any]) -> str:
    """A row for each input, a column for each state; an empty cell breaks the protocol."""
    state, event = next(iter(table))
    states: list[Any] = list(state.__class__)
    inputs: list[Any] = [each for each in event.__class__ if any((state, each) in table for state in states)]
    lines = [
        "| input | " + " | ".join(state.name.lower() for state in states) + " |",
        "|---" * (len(states) + 1) + "|",
    ]
    for event in inputs:
        cells = (table.get((state, event)) for state in states)
        row = " | ".join(cell.name.lower() if cell else "" for cell in cells)
        lines.append(f"| {event.name} | {row} |")
    return "\n".join(lines)


def field_table(kind: type[Any]) -> str:
    """Name, default and meaning of each field, from the strings that stand below them."""
    (definition,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(definition, ast.ClassDef)
    meanings: dict[str, str] = {}
    name = ""
    for node in definition.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and name:
            meanings[name] = " ".join(str(node.value.value).split())
    lines = ["| name | default | meaning |", "|---|---|---|"]
    for field in fields(kind):
        default = getattr(field.default, "value", field.default)
        lines.append(f"| `{field.name}` | {default} | {meanings.get(field.name, '')} |")
    return "\n".join(lines)


def renewed(page: str) -> str:
    """The page with its tables renewed; each stands between two markers."""
    for name, table in (
        ("server states", state_table(SERVER)),
        ("client states", state_table(CLIENT)),
        ("limits", field_table(Limits)),
        ("profile", field_table(ClientProfile)),
    ):
        begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
        head, _, rest = page.partition(begin)
        _, _, tail = rest.partition(end)
        page = f"{head}{begin}\n{table}\n{end}{tail}"
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
