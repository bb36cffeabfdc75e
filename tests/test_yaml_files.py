"""The strict loader: what it reads, what it refuses, and what it says then."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import FileError
from opcross.yaml_files import (
    BOOLEAN,
    SIZE_LIMIT,
    TEXT,
    Choice,
    Converted,
    Integer,
    Key,
    Kind,
    ListOf,
    MappingNode,
    MappingOf,
    Number,
    Record,
    Scalar,
    SequenceNode,
    load,
    load_file,
    nearest,
    node_of,
)


@dataclass(frozen=True)
class Host:
    name: str
    class_: str = "none"
    event_log: bool = False
    ports: tuple[int, ...] = ()


HOST = Record(
    Host,
    {
        "name": Key(TEXT, required=True),
        "class": Key(Choice({"none": "none", "demo": "Demo.1"})),
        "event-log": Key(BOOLEAN),
        "ports": Key(ListOf(Integer(1, 65535))),
    },
)


def test_scalars_stay_the_text_that_was_written() -> None:
    node = load("on: 12:30:45\nmonth: 2023-03\nno: 0777\nyes: 1e3\n")
    assert node == node_of({"on": "12:30:45", "month": "2023-03", "no": "0777", "yes": "1e3"})


def test_nodes_know_their_line() -> None:
    node = load("a: 1\n\n# nothing\nb:\n  - x\n  - y\n")
    assert isinstance(node, MappingNode)
    assert [key.place.line for key, _ in node.entries] == [1, 4]
    items = node.get("b")
    assert isinstance(items, SequenceNode)
    assert [item.place.line for item in items.items] == [5, 6]


def test_a_record_reads_into_a_dataclass() -> None:
    node = load("name: plc\nclass: demo\nevent-log: true\nports: [135, 0xC000]\n")
    assert HOST.read(node) == Host("plc", "Demo.1", event_log=True, ports=(135, 0xC000))
    assert HOST.read(load("name: plc")) == Host("plc")


REFUSED = [
    ("%YAML 1.2\n---\na: 1", 1, "directives are not allowed"),
    ("# first\n%FOO bar\n---\na: 1", 2, "directives are not allowed"),
    ("a: 1\nb: !!str 2", 2, "tags are not allowed"),
    ("a: ! 2", 1, "tags are not allowed"),
    ("a: 1\nb: &x 2", 2, "anchors are not allowed (&x)"),
    ("a: 1\nb: *x", 2, "aliases are not allowed (*x)"),
    ("a: 1\n<<: {b: 2}", 2, "merge keys are not allowed"),
    ("a: 1\nb: 2\na: 3", 3, 'key "a" stands twice (first on line 1)'),
    ("a: 1\n? [x]\n: 2", 2, "expected a word as key"),
    ("a: 1\n---\nb: 2", 2, "expected one document"),
    ("a: 1\n\tb: 2", 2, "is not YAML"),
    ("a: 1\nb: [1", 2, "is not YAML"),
    ("a: 1\nb: \x01", 2, "character U+0001 is not allowed"),
    ('a: "\\ud800"', 1, "lone surrogate"),
    ('a: "\\UFFFFFFFF"', None, "is not YAML"),
    ("", 1, "is empty"),
    ("\n" + "[" * 21 + "]" * 21, 2, "expected at most 20 levels"),
    ("[" * 50_000, 1, "expected at most 20 levels"),
    ("- " * 50_000, 1, "expected at most 20 levels"),
    ("x" * (SIZE_LIMIT + 1), None, "is larger than"),
]


@pytest.mark.parametrize(("text", "line", "words"), REFUSED, ids=[words[:28] for _, _, words in REFUSED])
def test_what_the_dialect_leaves_out_is_refused_with_its_line(
    text: str, line: int | None, words: str
) -> None:
    with pytest.raises(FileError) as caught:
        load(text, file="host.yaml")
    assert words in caught.value.reason
    assert (caught.value.file, caught.value.line) == ("host.yaml", line)


def test_twenty_levels_are_allowed() -> None:
    load("[" * 20 + "]" * 20)


def test_bytes_that_are_not_utf8_are_refused_with_their_line() -> None:
    with pytest.raises(FileError, match="expected UTF-8 text") as caught:
        load(b"a: 1\nb: \xff")
    assert caught.value.line == 2


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert load(b"\xef\xbb\xbfa: 1") == node_of({"a": "1"})


MISFITS: list[tuple[Kind[object], str, int, str, str | None]] = [
    (HOST, "nam: plc", 1, 'unknown key "nam"', "name"),
    (HOST, "name: plc\nevnt-log: true", 2, 'unknown key "evnt-log"', "event-log"),
    (HOST, "class: demo", 1, 'key "name" is missing', None),
    (HOST, "name: plc\nclass: dem", 2, 'expected one of none, demo; found "dem"', "demo"),
    (HOST, "name: plc\nevent-log: yes", 2, 'expected true or false, found "yes"', "true"),
    (HOST, "name: plc\nports: 135", 2, 'expected a list, found "135"', None),
    (HOST, "name: plc\nports:\n- 1\n- 70000", 4, "expected a number from 1 to 65535", None),
    (HOST, "name: plc\nports:\n- many", 3, 'expected a whole number, found "many"', None),
    (HOST, "name:\nclass: demo", 1, "expected text, found nothing", None),
    (HOST, "name: ~", 1, "expected text, found nothing", None),
    (HOST, "name: [plc]", 1, "expected text, found a list", None),
    (HOST, "- plc", 1, "found a list", None),
    (Number(0), "-1.5", 1, "expected a number from 0 to any", None),
    (Number(), "1e999", 1, "expected a number", None),
    (Converted("an odd number", lambda text: [int(text)][int(text) % 2 - 1]), "x", 1, "an odd number", None),
    (MappingOf(TEXT, "[a-z]+"), "ab: 1\nA: 2", 2, '"A" is not a name that fits here', None),
    (ListOf(TEXT, minimum=1), "[]", 1, "expected at least 1 items, found 0", None),
]


@pytest.mark.parametrize(("kind", "text", "line", "words", "near"), MISFITS, ids=[m[3][:30] for m in MISFITS])
def test_what_does_not_fit_is_refused_with_line_and_nearest_word(
    kind: Kind[object], text: str, line: int, words: str, near: str | None
) -> None:
    with pytest.raises(FileError) as caught:
        kind.read(load(text, file="host.yaml"))
    assert words in caught.value.reason
    assert (caught.value.file, caught.value.line, caught.value.near) == ("host.yaml", line, near)


def test_a_quoted_null_is_a_word() -> None:
    assert HOST.read(load("name: 'null'")) == Host("null")


def test_the_error_is_of_the_class_that_the_caller_named(tmp_path: Path) -> None:
    class MineError(FileError):
        pass

    path = tmp_path / "host.yaml"
    path.write_text("name: plc\nother: 1", encoding="utf-8")
    with pytest.raises(MineError) as caught:
        HOST.read(load_file(path, error=MineError))
    assert str(caught.value) == f'{path}:2: unknown key "other"'
    with pytest.raises(MineError, match="cannot be read: No such file"):
        load_file(tmp_path / "missing.yaml", error=MineError)


def test_python_data_gives_the_same_nodes_as_a_file() -> None:
    data = {"name": "plc", "event-log": True, "ports": [135, 49152]}
    assert HOST.read(node_of(data)) == HOST.read(load("name: plc\nevent-log: true\nports: [135, 49152]"))
    assert node_of(data) == load("name: plc\nevent-log: true\nports: [135, 49152]")
    with pytest.raises(FileError, match="expected text, a number"):
        node_of({"name": object()})
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(FileError, match="at most 20 levels"):
        node_of(endless)


def test_nearest_says_nothing_when_nothing_is_near() -> None:
    assert nearest("phse", ("phase", "level")) == "phase"
    assert nearest("zzz", ("phase", "level")) is None


def test_each_kind_gives_a_json_schema() -> None:
    schema = HOST.json_schema()
    assert schema["required"] == ["name"]
    assert schema["additionalProperties"] is False
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert properties["class"] == {"enum": ["none", "demo"]}
    assert set(properties) == {"name", "class", "event-log", "ports"}


@given(st.text(alphabet="ab:-[]{}?!&*|>'\"%#@` \n\t\\,<~0", max_size=60) | st.text(max_size=40))
def test_no_text_raises_anything_but_a_file_error(text: str) -> None:
    with contextlib.suppress(FileError):
        load(text)


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_but_a_file_error(data: bytes) -> None:
    with contextlib.suppress(FileError):
        load(data)


DATA = st.recursive(
    st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(DATA)
def test_python_data_and_its_flow_spelling_are_equal(data: object) -> None:
    def spell(node: object) -> str:
        if isinstance(node, dict):
            return "{" + ", ".join(f"{spell(key)}: {spell(value)}" for key, value in node.items()) + "}"
        if isinstance(node, list):
            return "[" + ", ".join(map(spell, node)) + "]"
        return "'" + str(node).replace("'", "''") + "'"

    assert load(spell(data)) == node_of(data)


def test_plain_and_quoted_text_are_equal_nodes() -> None:
    assert load("a: b") == load("'a': \"b\"")
    assert Scalar("a") == node_of("a")
