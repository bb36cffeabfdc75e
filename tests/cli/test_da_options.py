"""The options of ``opcross da``: passwords that stay secret, ports, limits."""

from __future__ import annotations

import getpass
import io
import sys
from pathlib import Path
from typing import Any

import pytest

from opcross.cli.da._connection import CallbackChoice, Connection, credentials_of, port_range
from opcross.errors import FileError
from opcross.levels import AuthLevel


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("user", "domain", "name"),
    [
        ("operator", "", "operator"),
        ("PLANT\\operator", "PLANT", "operator"),
        (".\\operator", "", "operator"),
        ("operator@plant.example", "", "operator@plant.example"),
    ],
)
def test_a_user_is_named_with_or_without_his_domain(
    user: str, domain: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPC_PASSWORD", "hunter2")
    credentials = credentials_of(user, "OPC_PASSWORD")
    assert credentials is not None
    assert (credentials.domain, credentials.user, credentials.password) == (domain, name, "hunter2")
    assert "hunter2" not in repr(credentials)


def test_nobody_is_nobody() -> None:
    assert credentials_of("") is None


@pytest.mark.parametrize(
    "octets", [b"hunter2", b"hunter2\n", b"hunter2\r\nnot this\n", b"\xef\xbb\xbfhunter2\n"]
)
def test_the_first_line_of_a_file_is_the_password(octets: bytes, tmp_path: Path) -> None:
    """Editors end lines, and those of Windows put a mark in front."""
    file = tmp_path / "password"
    file.write_bytes(octets)
    credentials = credentials_of("operator", file=file)
    assert credentials is not None
    assert credentials.password == "hunter2"


@pytest.mark.parametrize(("octets", "words"), [(b"\xff\xfe\x00", "no UTF-8"), (b"x" * 5_000, "no password")])
def test_a_file_that_is_no_password_is_told(octets: bytes, words: str, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_bytes(octets)
    with pytest.raises(FileError, match=words):
        credentials_of("operator", file=file)


def test_the_password_is_asked_for_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return "hunter2"

    monkeypatch.setattr(getpass, "getpass", ask)
    credentials = credentials_of("PLANT\\operator")
    assert credentials is not None
    assert credentials.password == "hunter2"
    assert asked == ["Password of PLANT\\operator: "]


def test_a_script_without_a_password_is_told_how_to_give_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prompt that nobody sees would wait for ever."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("hunter2\n"))
    with pytest.raises(FileError, match="--password-env or --password-file"):
        credentials_of("operator")


def test_an_end_of_input_at_the_prompt_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", ask)
    with pytest.raises(FileError, match="no password for operator was given"):
        credentials_of("operator")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"user": "", "variable": "HOME"}, "a password without a user"),
        ({"user": "x", "variable": "HOME", "file": Path("y")}, "use one"),
        ({"user": "PLANT\\", "variable": "HOME"}, "write DOMAIN"),
        ({"user": "A\\b\\c", "variable": "HOME"}, "write DOMAIN"),
        ({"user": "x", "variable": "NO_SUCH_VARIABLE_HERE"}, "there is no such environment variable"),
        ({"user": "x", "file": Path("/no/such/file")}, "--password-file /no/such/file: No such file"),
    ],
)
def test_what_is_wrong_with_a_user_is_told(options: dict[str, Any], words: str) -> None:
    with pytest.raises(FileError) as wrong:
        credentials_of(**options)
    assert words in str(wrong.value)


@pytest.mark.parametrize(("text", "ports"), [("5000", range(5000, 5001)), ("5000-5002", range(5000, 5003))])
def test_ports_are_one_or_a_range(text: str, ports: range) -> None:
    assert port_range(text) == ports


@pytest.mark.parametrize("text", ["0", "65536", "5-4", "x", "1-", "-1", "1-2-3"])
def test_what_is_no_range_of_ports_is_told(text: str) -> None:
    with pytest.raises(FileError, match="--callback-ports"):
        port_range(text)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"timeout": 0.0}, "--timeout"),
        ({"timeout": float("nan")}, "--timeout"),
        ({"timeout": 1e9}, "--timeout"),
        ({"concurrent_calls": 0}, "--concurrent-calls"),
        ({"items_per_call": -1}, "--items-per-call"),
        ({"device_reads": 0.0}, "--device-reads"),
        ({"browse_calls": float("inf")}, "--browse-calls"),
        ({"polls": -1.0}, "--polls"),
    ],
)
def test_limits_that_are_none_are_told(change: dict[str, Any], words: str) -> None:
    with pytest.raises(FileError, match=words):
        Connection(**change).options()


def test_the_defaults_are_careful() -> None:
    """A hardened host demands integrity, and an old server one call at a time."""
    options = Connection().options()
    assert options.level is AuthLevel.INTEGRITY
    assert options.budget.concurrent_calls == 1
    assert not options.writing
    assert options.callbacks is None
    assert not CallbackChoice().options().anonymous
