"""The frame of the command line: help, errors in plain words, exit codes, the log."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from opcross import __version__
from opcross.cli import main, verbosity
from opcross.cli._main import make_app

HEAVY = {"numpy", "cryptography", "ruamel", "impacket", "pcapng", "opcross_simulators.windows"}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-m", "opcross", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "100", **environment},
    )


@pytest.mark.parametrize(
    "arguments",
    [["--help"], [], ["--version"], ["run", "--help"], ["da"], ["da", "--help"], ["da", "read", "--help"]],
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    script = (
        f"import sys\nfrom opcross.cli import main\ncode = main({arguments!r})\n"
        f"print('HEAVY', sorted({HEAVY!r} & set(sys.modules)), code)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "HEAVY [] 0"


def test_help_lists_the_commands_and_gives_examples() -> None:
    done = run("--help", NO_COLOR="1")
    for word in ("run", "schema", "simulate", "--verbose", "--quiet", "--log-file", "--version"):
        assert word in done.stdout
    assert "opcross run hardening/h1 --net simulated" in done.stdout
    assert "\x1b[" not in done.stdout


def test_the_version_is_told() -> None:
    assert run("--version").stdout.strip() == f"opcross {__version__}"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rnu"], 'there is no command "rnu" (did you mean "run"?)'),
        (["xyzzy"], 'there is no command "xyzzy";'),
        (["run", "--sed", "3"], "--seed"),
        (["run", "--seed", "many"], "many"),
        (["run", "--net", "moon"], "moon"),
        (["run", "hardening/h99999"], 'no scenario is called "hardening/h99999"'),
        (["run", "hardenin/h1"], 'did you mean "hardening/h1"?'),
        (["run", "./nothing.yaml"], "no such file or folder"),
        (["run", "-k", "h1 and and"], "no expression of words"),
        (["run", "-k", "h1 if h2"], "no expression of words"),
        (["run", "-k", "nothing-is-called-so"], "no scenario was selected"),
        (["--log-file", "/nowhere/at/all.log", "schema"], "--log-file /nowhere/at/all.log"),
    ],
)
def test_what_is_wrong_is_told_in_one_plain_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert words in told.err
    assert told.err.startswith("opcross: ")
    assert "Traceback" not in told.err
    assert len(told.err.splitlines()) == 1
    assert told.out == ""


def test_a_wrong_file_is_told_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.scenario.yaml"
    path.write_text("format: 1\nid: x\ntitel: t\n", encoding="utf-8")
    assert main(["run", str(path)]) == 2
    assert capsys.readouterr().err == f'opcross: {path}:3: unknown key "titel" (did you mean "title"?)\n'


def test_verbose_shows_where_an_error_arose(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-v", "run", "hardening/h99999"]) == 2
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert told.splitlines()[-1].startswith("opcross: no scenario is called")
    assert verbosity() == 1


def test_the_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["properties"]["steps"]["minItems"] == 1


def test_a_reader_that_goes_away_early_is_no_error() -> None:
    command = f"{sys.executable} -m opcross schema | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout == "{\n"
    assert done.stderr == ""


def test_a_console_without_unicode_gets_question_marks() -> None:
    done = run("--help", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stderr == ""


def test_commands_are_imported_when_they_run_and_not_before() -> None:
    missing = EntryPoint("ghost", "no_such_package.commands:ghost", "opcross.commands")
    app = make_app([missing])
    with pytest.raises(ImportError):
        app(["ghost"], exit_on_error=False)


def test_the_log_goes_to_the_file_that_was_named(tmp_path: Path) -> None:
    file = tmp_path / "opcross.log"
    script = (
        "import logging, sys\nfrom opcross.cli import main\n"
        f"main(['--log-file', {str(file)!r}, 'schema'])\n"
        "logging.getLogger('opcross.test').info('heard')\n"
        "logging.getLogger('opcross.test').debug('not heard')\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    text = file.read_text(encoding="utf-8")
    assert "INFO opcross.test: heard" in text
    assert "not heard" not in text
