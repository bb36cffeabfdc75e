"""Where scenario files are, and which of them a command line means."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from opcross.yaml_files import nearest
from opcross_harness.errors import ScenarioError
from opcross_harness.loader import SUFFIX, load_scenario
from opcross_harness.model import Case, Scenario

__all__ = ["KNOWN_GOOD", "find_cases", "in_suite", "load_suite", "matcher", "suite_path"]

KNOWN_GOOD = "known-good"
"""The id of the scenario that runs first and last: it shows that the bench is alive."""


def suite_path() -> Path:
    """The folder of the suite, from a wheel and from a checkout alike."""
    package = Path(__file__).resolve().parent
    inside = package / "scenarios"
    return inside if inside.is_dir() else package.parents[1] / "scenarios"


def in_suite(scenario: Scenario | Case) -> bool:
    """Whether the command line finds this scenario by its id alone."""
    file = (scenario.scenario if isinstance(scenario, Case) else scenario).place.file
    return bool(file) and Path(file).resolve().is_relative_to(suite_path().resolve())


def load_suite(folder: Path) -> list[Scenario]:
    """Every scenario below a folder, by path; raises :class:`ScenarioError`, also for an id used twice."""
    return _unique(load_scenario(path) for path in sorted(folder.rglob(f"*{SUFFIX}")))


def _unique(scenarios: Iterable[Scenario]) -> list[Scenario]:
    found: dict[str, Scenario] = {}
    for scenario in scenarios:
        other = found.setdefault(scenario.id, scenario)
        if other is not scenario:
            raise scenario.place.wrong(f'id "{scenario.id}" is already taken by {other.place.file}')
    return list(found.values())


def find_cases(words: Sequence[str], *, expression: str = "", suite: Path | None = None) -> list[Case]:
    """The cases that a command line names: files, folders, ids or beginnings of ids; without words, all.

    ``expression`` is that of ``-k``. The known-good scenario is left out unless it is named. Raises
    :class:`ScenarioError` for a word that means nothing.
    """
    folder = suite or suite_path()
    chosen: dict[str, Case] = {}
    library: list[Scenario] | None = None
    matches = matcher(expression)
    for word in words or [""]:
        path = Path(word) if word else folder
        if word and path.is_file():
            cases = _cases([load_scenario(path)])
        elif word and path.is_dir():
            cases = _cases(load_suite(path))
        else:
            library = load_suite(folder) if library is None else library
            cases = _named(word, library)
        chosen |= {case.id: case for case in cases}
    return [case for case in chosen.values() if matches(case)]


def _cases(scenarios: Iterable[Scenario]) -> list[Case]:
    return [case for scenario in scenarios for case in scenario.cases()]


def _named(word: str, scenarios: list[Scenario]) -> list[Case]:
    everything = _cases(scenarios)
    if not word:
        return [case for case in everything if case.scenario.id != KNOWN_GOOD]
    found = [
        case
        for case in everything
        if word in (case.id, case.scenario.id) or case.scenario.id.startswith(word.rstrip("/") + "/")
    ]
    if not found:
        known = {scenario.id for scenario in scenarios} | {case.id for case in everything}
        if Path(word).suffix or word.startswith((".", "/")):
            raise ScenarioError("no such file or folder", file=word)
        raise ScenarioError(f'no scenario is called "{word}"', near=nearest(word, known))
    return found


def matcher(expression: str) -> Callable[[Case], bool]:
    """What ``-k`` means: words with ``and``, ``or``, ``not`` and brackets, found in id and title.

    Raises :class:`ScenarioError` when the expression makes no sense.
    """
    if not expression.strip():
        return lambda case: True
    words: list[str] = []

    def number(found: re.Match[str]) -> str:
        if found[0] in ("and", "or", "not"):
            return found[0]
        words.append(found[0])
        return f"w{len(words) - 1}"

    text = re.sub(r"[^\s()]+", number, expression)
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as reason:
        raise ScenarioError(f'-k "{expression}" is no expression of words, and, or, not') from reason
    return lambda case: _judge(tree, words, f"{case.id} {case.scenario.title}".casefold(), expression)


def _judge(tree: ast.expr, words: list[str], text: str, expression: str) -> bool:
    match tree:
        case ast.Name(id=name):
            return words[int(name[1:])].casefold() in text
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _judge(operand, words, text, expression)
        case ast.BoolOp(op=operator, values=values):
            judged = (_judge(value, words, text, expression) for value in values)
            return all(judged) if isinstance(operator, ast.And) else any(judged)
        case _:
            raise ScenarioError(f'-k "{expression}" is no expression of words, and, or, not')
