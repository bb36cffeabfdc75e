"""What ``opcross da`` prints: nothing of a server steers a terminal, and JSON loses nothing."""

from __future__ import annotations

import io
import json
import sys
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from opcross.cli.da import _output
from opcross.cli.da._output import CELL_LIMIT, Output, Tone, printable, progress

NASTY = "a\x1b[2Jb\nc\x9bd\u202ee\u2028f\ud800g"


@given(st.text())
def test_a_text_of_a_server_cannot_steer_a_terminal(text: str) -> None:
    shown = printable(text)
    assert all(c.isprintable() or unicodedata.category(c) == "Zs" for c in shown)
    assert len(shown) <= CELL_LIMIT


def test_letters_of_every_language_stay() -> None:
    assert printable("Füllstand 液位 \u3000Žijev") == "Füllstand 液位 \u3000Žijev"


def test_a_long_cell_ends() -> None:
    assert printable("x" * 1_000) == "x" * (CELL_LIMIT - 3) + "..."


def test_columns_are_aligned_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with Output(as_json=False).rows("ITEM", "VALUE") as rows:
        rows.add(("Tank1.Level", "1.5"), {})
        rows.add((NASTY, ""), {})
    assert capsys.readouterr().out.splitlines() == [
        "ITEM         VALUE",
        "Tank1.Level  1.5",
        "a?[2Jb?c?d?e?f?g",
    ], "what nothing follows, such as an error, does not widen its column"


def test_a_table_without_rows_has_no_head(capsys: pytest.CaptureFixture[str]) -> None:
    with Output(as_json=False).rows("ITEM", "VALUE"):
        pass
    assert capsys.readouterr().out == ""


def test_many_rows_are_printed_in_parts_under_one_head(capsys: pytest.CaptureFixture[str]) -> None:
    with Output(as_json=False).rows("N", "SQUARE") as rows:
        for number in range(1_200):
            rows.add((str(number), str(number**2)), {})
            if number == 600:
                assert capsys.readouterr().out.splitlines()[:2] == ["N    SQUARE", "0    0"]
    rest = capsys.readouterr().out.splitlines()
    assert rest[0].split() == ["500", "250000"]
    assert rest[-1].split() == ["1199", "1437601"]


def test_json_is_one_object_a_line_and_escapes_everything(capsys: pytest.CaptureFixture[str]) -> None:
    with Output(as_json=True).rows("ITEM") as rows:
        rows.add(("not shown",), {"item": NASTY, "value": "x" * 1_000})
    (line,) = capsys.readouterr().out.splitlines()
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line) == {"item": NASTY, "value": "x" * 1_000}


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[..., io.StringIO]:
    def make(*, colour: bool) -> io.StringIO:
        screen = io.StringIO()

        def console(*, stderr: bool = False, **options: object) -> Console:
            system = {"color_system": "standard"} if colour else {"no_color": True}
            return Console(file=screen, force_terminal=True, width=80, **options, **system)  # type: ignore[arg-type]

        monkeypatch.setattr(_output, "Console", console)
        return screen

    return make


def test_a_terminal_gets_a_table_with_tones(terminal: Callable[..., io.StringIO]) -> None:
    screen = terminal(colour=True)
    with Output(as_json=False).rows("ITEM", "VALUE") as rows:
        rows.add(("[red]x", NASTY), {}, Tone.BAD)
    shown = screen.getvalue()
    assert "\x1b[31m[red]x" in shown, "markup of a server is text, and bad rows are red"
    assert "\x1b[2J" not in shown


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    screen = io.StringIO()
    Console(file=screen, force_terminal=True).print("x", style=Tone.BAD)
    assert "\x1b[31m" not in screen.getvalue()


def test_the_progress_of_a_browse_shows_on_standard_error_only(
    terminal: Callable[..., io.StringIO], capsys: pytest.CaptureFixture[str]
) -> None:
    plain = Output(as_json=False)
    assert not plain.terminal
    terminal(colour=False)
    with progress(plain, "browsing") as shown:
        shown.add(3)
    assert shown.count == 3
    assert capsys.readouterr().out == ""
    assert sys.stdout is not sys.stderr
