"""Writes the tables of ``docs/reference/scenario-files.md`` from the code: keys, cast, verbs, words.

Run it after a change there; a test holds the page against it.
"""

from __future__ import annotations

import ast
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from opcross.hardening import OPERATING_SYSTEMS
from opcross.levels import AuthLevel
from opcross.yaml_files import Choice, Converted, Integer, ListOf, MappingOf, Number, Record
from opcross_harness import outcomes
from opcross_harness.verbs.base import Member
from opcross_harness.verbs.host import REGISTRY_VALUES
from opcross_harness.vocabulary import STANDARD
from opcross_harness.wire import CALL_NAMES
from opcross_simulators.clients import HABITS, PRODUCTS, habits
from opcross_simulators.windows.config import PHASE_KIND

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from opcross.yaml_files import Key

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "reference" / "scenario-files.md"
_MANY: Final = 8


def kind_words(kind: object) -> str:
    """What a key takes, in words."""
    match kind:
        case Member():
            return kind.what
        case Choice():
            return words(kind.words)
        case Converted():
            known = f" ({words(kind.known)})" if 0 < len(kind.known) <= _MANY else ""
            return kind.what + known
        case Integer() | Number():
            what = "a whole number" if isinstance(kind, Integer) else "a number"
            return what + _bounds(kind.minimum, kind.maximum)
        case ListOf():
            return f"a list of: {kind_words(kind.item)}"
        case MappingOf():
            return f"a mapping to: {kind_words(kind.value)}"
        case Record():
            return "; ".join(f"`{name}`: {kind_words(key.kind)}" for name, key in kind.keys.items())
    return schema_words(kind.json_schema())  # type: ignore[attr-defined]  # every kind has one


def _bounds(minimum: float | None, maximum: float | None) -> str:
    ends = [f"{word} {end}" for word, end in (("from", minimum), ("to", maximum)) if end is not None]
    return " " + " ".join(ends) if ends else ""


def schema_words(schema: Mapping[str, Any]) -> str:
    """A kind that tells of itself by its schema alone."""
    if len(schema.get("enum", ())) > _MANY:
        return "a word of the table below"
    if "enum" in schema:
        return words(schema["enum"])
    if schema.get("pattern") == PHASE_KIND.json_schema()["pattern"]:
        return "`YYYY-MM`, or `unpatched`"
    if "pattern" in schema:
        return f"`{schema['pattern'].strip('^$')}`".replace("|", "\\|")
    return {"boolean": "`true` or `false`"}.get(str(schema.get("type")), "text")


def words(names: Iterable[str]) -> str:
    """Words of the language, in their order."""
    return ", ".join(f"`{name}`" for name in names)


def key_table(keys: Mapping[str, Key]) -> str:
    """A row for each key."""
    lines = ["| key | takes | meaning |", "|---|---|---|"]
    for name, key in keys.items():
        meaning = key.description + (" (required)" if key.required else "")
        lines.append(f"| `{name}` | {kind_words(key.kind)} | {meaning.strip()} |")
    return "\n".join(lines)


def verbs() -> str:
    """A section for each verb."""
    parts = []
    for verb in STANDARD.verbs.values():
        expects = (
            "\nIt takes `expect`: an outcome, `ok` unless it is said.\n" if verb.expect is not None else ""
        )
        parts.append(f"### `{verb.name}`\n\n{verb.summary}\n{expects}\n{key_table(verb.keys)}")
    return "\n\n".join(parts)


def cast() -> str:
    """A section for each kind of cast member."""
    parts = []
    for kind in STANDARD.cast.values():
        needs = f"\nIt needs: {', '.join(sorted(kind.needs))}.\n" if kind.needs else ""
        parts.append(f"### `is: {kind.name}`\n\n{kind.summary}\n{needs}\n{key_table(kind.settings.keys)}")
    return "\n\n".join(parts)


def expectations() -> str:
    """The table of the module that reads them, whose words a test holds against its code."""
    text = inspect.getdoc(outcomes) or ""
    rows = [line for line in text.splitlines() if line.startswith("``")]
    cells = [line.removeprefix("``").split("``", 1) for line in rows]
    lines = ["| word | fits |", "|---|---|"]
    lines += [f"| `{word}` | {meaning.strip().replace('``', '`')} |" for word, meaning in cells]
    return "\n".join(lines)


def profiles() -> str:
    """What each profile does, from the code and the string below it."""
    lines = ["| profile | level | activation | COM version | imitates |", "|---|---|---|---|---|"]
    imitated = _strings_below(inspect.getsource(habits))
    for name, habit in habits.HABITS.items():
        version = f"{habit.version.major}.{habit.version.minor}"
        cells = (
            f"`{name}`",
            habit.level.word,
            habit.method.value,
            version,
            imitated.get(name, "our own client"),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def products() -> str:
    """The products, and where each row comes from."""
    lines = ["| product | what it is | runs on | asks for | source |", "|---|---|---|---|---|"]
    for product in PRODUCTS.values():
        where = product.stack or "Windows"
        asks = "nothing" if product.level is AuthLevel.DEFAULT else product.level.word
        if product.stack:
            asks = HABITS[product.stack].level.word
        lines.append(f"| `{product.name}` | {product.title} | {where} | {asks} | {product.source} |")
    return "\n".join(lines)


def _strings_below(source: str) -> dict[str, str]:
    """Text below an assignment of ``Habits(name=...)``, by that name."""
    found: dict[str, str] = {}
    name = ""
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call):
            named = (word.value for word in node.value.keywords if word.arg == "name")
            name = next((str(value.value) for value in named if isinstance(value, ast.Constant)), "")
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and name:
            found[name] = " ".join(str(node.value.value).split())
    return found


def systems() -> str:
    """A row for each operating system."""
    lines = ["| word | also | system | updates | events 10036 to 10038 |", "|---|---|---|---|---|"]
    for system in OPERATING_SYSTEMS:
        updates = "as asked"
        if not system.serviced:
            updates = "never"
        elif system.last_month is not None:
            updates = f"until {system.last_month}"
        elif system.first_month is not None:
            updates = f"from {system.first_month} on"
        events = "never" if system.events_from is None else f"since {system.events_from}"
        lines.append(f"| `{system.name}` | {words(system.aliases)} | {system.title} | {updates} | {events} |")
    return "\n".join(lines)


def renewed(page: str) -> str:
    """The page with its tables renewed; each stands between two markers."""
    for name, table in (
        ("cast", cast()),
        ("profiles", profiles()),
        ("products", products()),
        ("verbs", verbs()),
        ("expectations", expectations()),
        ("registry values", words(REGISTRY_VALUES)),
        ("calls", words(CALL_NAMES)),
        ("systems", systems()),
    ):
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        head, found, rest = page.partition(begin)
        _, ended, tail = rest.partition(end)
        if not found or not ended:
            raise SystemExit(f"{PAGE}: the marks of {name} are missing")
        page = f"{head}{begin}\n\n{table}\n\n{end}{tail}"
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
