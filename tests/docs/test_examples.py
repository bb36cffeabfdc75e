"""The examples of README and docs do what they say.

A comment above a fenced block says what is done with it (``CONTRIBUTING.md`` has the list). Examples run
from top to bottom in a folder of the page's own, beside the checkout's ``docs`` and ``scenarios``.
"""

from __future__ import annotations

import itertools
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from opcross.cli import COMMAND_GROUP, main
from opcross.cli._main import make_app
from opcross.yaml_files import MappingNode, load
from opcross_harness.loader import parse_scenario
from opcross_harness.nets import can_bind_port_135
from opcross_simulators.plant import plant_kind
from opcross_simulators.windows.config import HOST

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = [page for page in PAGES if "_build" not in page.parts]
BLOCK = re.compile(
    r"(?:<!-- test: (?P<mark>[^>]*?) -->\n)?```(?P<language>[a-z]+)\n(?P<text>.*?)```", re.DOTALL
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the examples are those for a Linux shell")


@dataclass(frozen=True)
class Block:
    """A fenced block, and how its page wants it tested."""

    page: Path
    line: int
    language: str
    mark: str
    text: str

    @property
    def commands(self) -> list[tuple[str, list[str]]]:
        """Each command, with the lines that it is said to print."""
        lines = self.text.replace("\\\n", " ").splitlines()
        if self.language == "sh":
            return [(line, []) for line in lines if line]
        found: list[tuple[str, list[str]]] = []
        for line in lines:
            if line.startswith("$ "):
                found.append((line.removeprefix("$ "), []))
            elif found:
                found[-1][1].append(line)
        return found

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            page,
            text.count("\n", 0, found.start()) + 1,
            found["language"],
            found["mark"] or "",
            found["text"],
        )
        for found in BLOCK.finditer(text)
    ]


BLOCKS = [block for page in PAGES for block in blocks_of(page)]
MARKED = sorted({block.page for block in BLOCKS if block.mark})


def matches(said: list[str], printed: list[str]) -> bool:
    """Whether the printed lines are those of the page: times differ, and ``...`` stands for anything."""

    def plain(line: str) -> str:
        return re.sub(r"\d+\.\d+ s\b", "N s", line.rstrip())

    said = [plain(line) for line in said if line.strip()]
    printed = [plain(line) for line in printed if line.strip()]
    pattern = "\n".join(re.escape(line).replace(r"\.\.\.", ".*") for line in said)
    return re.fullmatch(pattern, "\n".join(printed), re.DOTALL) is not None


class Page:
    """Works through the examples of one page."""

    def __init__(
        self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._folder = folder
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        self._host: subprocess.Popen[str] | None = None

    def close(self) -> None:
        """End the host that still serves: in order, and with nothing to complain of."""
        host, self._host = self._host, None
        if host is None:
            return
        host.send_signal(signal.SIGINT)
        _, told = host.communicate(timeout=30)
        assert host.returncode == 0, told

    def work_through(self, block: Block) -> None:
        """Do what the mark says."""
        what, *more = [part.strip() for part in block.mark.split(",")]
        word, _, rest = what.partition(" ")
        if word == "run":
            for command, said in block.commands:
                self._run(block, command, said, more)
        elif word == "serve":
            ((command, said),) = block.commands
            if not rest or can_bind_port_135():
                self._serve(block, command, said)
        elif word == "ask":
            ((command, said),) = block.commands
            self._ask(block, command, said)
        elif word == "environment":
            for line in block.text.splitlines():
                name, _, value = line.removeprefix("export ").partition("=")
                self._monkeypatch.setenv(name, *shlex.split(value))
        elif word == "file":
            (self._folder / rest).write_text(block.text, encoding="utf-8")
        elif word == "python":
            self._python(block)
        else:
            raise AssertionError(f"{block}: no mark is called {block.mark!r}")

    def _run(self, block: Block, command: str, said: list[str], more: list[str]) -> None:
        (wanted,) = [int(part.removeprefix("exit ")) for part in more if part.startswith("exit ")] or [0]
        self._capsys.readouterr()
        assert main(arguments_of(command)) == wanted, f"{block}: {command}"
        out, _ = self._capsys.readouterr()
        assert "same output" not in more or matches(said, out.splitlines()), f"{block}: printed\n{out}"

    def _serve(self, block: Block, command: str, said: list[str]) -> None:
        self.close()
        words = [sys.executable, "-m", "opcross", *arguments_of(command)]
        self._host = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self._folder
        )
        assert self._host.stdout is not None
        line = self._host.stdout.readline()
        assert line.startswith("ready "), f"{block}: {self._host.communicate()[1]}"
        assert not said or matches(said, [line]), f"{block}: printed {line}"

    def _ask(self, block: Block, command: str, said: list[str]) -> None:
        python, program, *words = shlex.split(command)
        assert python == "python"
        if "impacket" in program:
            pytest.importorskip("impacket")
        done = subprocess.run(
            [sys.executable, program, *words],
            capture_output=True,
            text=True,
            timeout=30,
            cwd=self._folder,
            check=False,
        )
        assert matches(said, done.stdout.splitlines()), f"{block}: {done.stdout}{done.stderr}"

    def _python(self, block: Block) -> None:
        module = ModuleType("example")
        names = vars(module)
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, "example", module)
            exec(compile(block.text, str(block), "exec", dont_inherit=True), names)
        tests = [value for name, value in names.items() if name.startswith("test_")]
        assert tests, f"{block}: nothing is tested"
        for test in tests:
            test()


def arguments_of(command: str) -> list[str]:
    program, *words = shlex.split(command)
    assert program == "opcross"
    return words


@pytest.mark.parametrize("page", MARKED, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_of_a_page_work(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("docs", "scenarios"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    with closing(Page(tmp_path, capsys, monkeypatch)) as worker:
        for block in blocks_of(page):
            if block.mark:
                worker.work_through(block)


def commands_in(block: Block) -> Iterator[str]:
    for command, _ in block.commands:
        for part in re.split(r"[;&|'\"](?=\s*opcross )|(?<=\s)&\s|[;|]", command):
            if part.strip().startswith("opcross "):
                yield part.strip()


@pytest.mark.parametrize(
    ("block", "command"),
    [
        (block, command)
        for block in BLOCKS
        if block.language in ("sh", "console", "powershell")
        for command in commands_in(block)
    ],
    ids=lambda value: str(value) if isinstance(value, Block) else None,
)
def test_every_command_on_a_page_has_only_options_that_exist(block: Block, command: str) -> None:
    app = make_app(tuple(entry_points(group=COMMAND_GROUP)))
    app.parse_args(shlex.split(command)[1:], print_error=False, exit_on_error=False)


@pytest.mark.parametrize(
    "block",
    [block for block in BLOCKS if block.language == "yaml" and block.text.startswith("format: 1")],
    ids=str,
)
def test_every_file_on_a_page_is_read_by_the_real_loader(block: Block) -> None:
    node = load(block.text, file=str(block))
    assert isinstance(node, MappingNode)
    if node.get("steps") is not None:
        assert parse_scenario(block.text, file=str(block)).cases()
    elif node.get("items") is not None:
        assert plant_kind().read(node).make().items
    else:
        assert HOST.read(node).name


def rows_of_limits() -> Iterator[tuple[str, str]]:
    page = ROOT / "docs" / "reference" / "limits.md"
    for line in page.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[2].startswith("`"):
            yield cells[2].strip("`"), cells[1]


def value_at(place: str) -> Any:
    """A constant, or the default of a dataclass's field, by its dotted name."""
    names = place.split(".")
    for length in range(len(names), 0, -1):
        try:
            found: Any = import_module(".".join(names[:length]))
        except ModuleNotFoundError:
            continue
        for name in names[length:]:
            fields = getattr(found, "__dataclass_fields__", {})
            found = fields[name].default if name in fields else getattr(found, name)
        return found
    raise AssertionError(f"{place}: no such place")


@pytest.mark.parametrize(("place", "said"), list(rows_of_limits()), ids=lambda value: str(value))
def test_the_limits_of_the_reference_are_those_of_the_code(place: str, said: str) -> None:
    assert value_at(place) == int(said.replace(" ", ""))


@pytest.mark.parametrize("script", ["draw_protocol_support.py", "draw_rpc.py", "draw_scenarios.py"])
def test_tables_drawn_from_the_code_are_current(script: str) -> None:
    done = subprocess.run([sys.executable, ROOT / "tools" / script, "--check"], check=False)
    assert done.returncode == 0, f"run tools/{script}"


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8").splitlines()
    pages = {str(page.relative_to(ROOT / "docs").with_suffix("")) for page in PAGES if "docs" in page.parts}
    assert pages - {"index"} <= set(index)


def test_links_from_readme_and_contributing_lead_somewhere() -> None:
    for page, pattern in itertools.product(PAGES[:2], [r"\]\((?!http)([^)#]+)"]):
        for target in re.findall(pattern, page.read_text(encoding="utf-8")):
            assert (ROOT / target).exists(), f"{page.name}: {target}"
