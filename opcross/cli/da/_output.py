"""What the commands print: tables on a terminal, aligned text elsewhere, or one JSON object a line.

Names, texts and values come from a server, so they are not trusted: what could steer a terminal is shown as
a question mark, and a cell has an end. JSON escapes such characters, and leaves nothing out.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from opcross.cli import verbosity

__all__ = ["CELL_LIMIT", "Output", "Progress", "Rows", "Tone", "printable", "progress", "tell"]

CELL_LIMIT: Final = 500
"""Characters of one cell; longer texts and arrays are whole in JSON only."""

_CHUNK: Final = 500
"""Rows that wait until their columns are aligned together."""

_WIDEST: Final = 60
"""Characters to which a column is filled up; what is longer goes beyond."""


class Tone:
    """Styles of rows, in the words of rich."""

    PLAIN: Final = ""
    BAD: Final = "red"
    UNSURE: Final = "yellow"
    QUIET: Final = "dim"


def printable(text: str, limit: int = CELL_LIMIT) -> str:
    """A text of a peer, fit for a terminal: no control or format characters, and not endless."""
    if len(text) > limit:
        text = text[: limit - 3] + "..."
    return "".join(c if c.isprintable() or unicodedata.category(c) == "Zs" else "?" for c in text)


def tell(text: str) -> None:
    """Say something beside the results, on standard error, unless ``--quiet`` was given."""
    if verbosity() >= 0:
        print(printable(text, 2_000), file=sys.stderr, flush=True)  # noqa: T201  (a command speaks to its user)


@dataclass(frozen=True, slots=True)
class _Line:
    cells: tuple[str, ...]
    tone: str


class Output:
    """Where results go."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json: Final = as_json
        self._console = Console(highlight=False, markup=False, emoji=False)

    @property
    def terminal(self) -> bool:
        """Whether somebody looks at it."""
        return self._console.is_terminal and not self.as_json

    def record(self, record: Mapping[str, Any]) -> None:
        """One JSON object on a line of its own."""
        print(json.dumps(record, allow_nan=False), flush=True)  # noqa: T201

    def line(self, text: str, tone: str = Tone.PLAIN) -> None:
        """One line of text, made printable, and not broken."""
        self._console.print(Text(printable(text, 4_000), tone), soft_wrap=True)
        self._console.file.flush()

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Names with their values, one on a line."""
        width = max(len(name) for name, _ in pairs)
        for name, value in pairs:
            text = Text.assemble((f"{name:<{width}}  ", "bold"), printable(value))
            self._console.print(text, soft_wrap=True)

    @contextmanager
    def rows(self, *columns: str) -> Iterator[Rows]:
        """A table; it is printed in parts, so its rows may be many."""
        rows = Rows(self, self._console, columns)
        try:
            yield rows
        finally:
            rows.flush()


class Rows:
    """The rows of a table under way."""

    def __init__(self, output: Output, console: Console, columns: Sequence[str]) -> None:
        self._output = output
        self._console = console
        self._columns = tuple(columns)
        self._waiting: list[_Line] = []
        self._widths: list[int] | None = None

    def add(self, cells: Sequence[str], record: Mapping[str, Any], tone: str = Tone.PLAIN) -> None:
        """One row: as cells, and as the object that stands for it in JSON."""
        if self._output.as_json:
            self._output.record(record)
            return
        self._waiting.append(_Line(tuple(printable(cell) for cell in cells), tone))
        if len(self._waiting) >= _CHUNK:
            self.flush()

    def flush(self) -> None:
        """Print what waits. The first part settles how wide the columns are at least."""
        lines, self._waiting = self._waiting, []
        if not lines:
            return
        first = self._widths is None
        if self._widths is None:
            self._widths = self._measure(lines)
        if self._output.terminal:
            self._draw(lines, header=first)
        else:
            self._write(lines, header=first)
        self._console.file.flush()

    def _measure(self, lines: Sequence[_Line]) -> list[int]:
        """How wide the columns are; what nothing follows in its row, such as an error, does not count."""
        widths = [len(name) for name in self._columns]
        for line in lines:
            last = max((index for index, cell in enumerate(line.cells) if cell), default=0)
            for index, cell in enumerate(line.cells[:last]):
                widths[index] = max(widths[index], min(len(cell), _WIDEST))
        return widths

    def _draw(self, lines: Sequence[_Line], *, header: bool) -> None:
        table = RichTable(box=None, pad_edge=False, show_header=header, header_style="bold")
        for name, width in zip(self._columns, self._widths or (), strict=True):
            table.add_column(name, min_width=min(width, 10), overflow="fold")
        for line in lines:
            table.add_row(*(Text(cell, line.tone) for cell in line.cells))
        self._console.print(table)

    def _write(self, lines: Sequence[_Line], *, header: bool) -> None:
        shown = [self._columns] if header else []
        shown.extend(line.cells for line in lines)
        widths = self._widths or ()
        for cells in shown:
            filled = [f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)]
            self._console.file.write("  ".join(filled).rstrip() + "\n")


class Progress:
    """A count that is shown while it grows."""

    def __init__(self, update: Callable[[Text], None] | None, what: str) -> None:
        self._update = update
        self._what = what
        self.count = 0

    def add(self, number: int) -> None:
        """So many more were found."""
        self.count += number
        if self._update is not None:
            self._update(Text(f"{self._what}: {self.count}"))


@contextmanager
def progress(output: Output, what: str) -> Iterator[Progress]:
    """Show how far a long browse is: on standard error, and only where nothing else goes to the terminal."""
    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    shown = console.is_terminal and not output.terminal and verbosity() >= 0
    if not shown or (output.as_json and sys.stdout.isatty()):
        yield Progress(None, what)
        return
    with console.status(Text(what)) as status:
        yield Progress(status.update, what)
