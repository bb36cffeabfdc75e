"""The one strict loader for YAML files that people write: scenarios, hosts, configurations.

A file is read in two steps. :func:`load` parses YAML 1.2 into plain nodes that know their line; every
scalar stays the text that was written (``2023-03``, ``12:30:45`` and the key ``on`` are text). Then a
*kind* gives the nodes their types::

    @dataclass(frozen=True)
    class Account:
        user: str
        password: str
        tries: int = 3

    ACCOUNT = Record(Account, {
        "user": Key(TEXT, required=True),
        "password": Key(TEXT, required=True),
        "tries": Key(Integer(1, 10)),          # the default is the one of the dataclass
    })
    accounts = ListOf(ACCOUNT).read(load_file(path))

A key ``event-log`` becomes the argument ``event_log``; a trailing ``_`` serves for Python's own words
(``class`` becomes ``class_``). Each kind also gives its JSON Schema, for editors.

Refused, with file, line and the nearest known word, as :class:`~opcross.errors.FileError` (or the
subclass named by ``error``): directives, tags, anchors and aliases, merge keys, repeated keys, unknown
keys, several documents in one file, more than :data:`DEPTH_LIMIT` levels, more than
:data:`SIZE_LIMIT` octets.
"""

from __future__ import annotations

import difflib
import keyword
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from opcross.errors import FileError

__all__ = [
    "BOOLEAN",
    "DEPTH_LIMIT",
    "NODE",
    "SIZE_LIMIT",
    "TEXT",
    "Choice",
    "Converted",
    "Integer",
    "Key",
    "Kind",
    "ListOf",
    "MappingNode",
    "MappingOf",
    "Node",
    "Number",
    "Place",
    "Record",
    "Scalar",
    "SequenceNode",
    "load",
    "load_file",
    "nearest",
    "node_of",
]

SIZE_LIMIT = 256 * 1024
"""Octets of one file."""

DEPTH_LIMIT = 20
"""Levels of lists and mappings inside each other."""

_EMPTY = ("", "~", "null", "Null", "NULL")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` most resembles, or None when none is near."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


# ------------------------------------------------------------------------------------------- nodes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands, and which error tells of it; ``line`` counts from 1."""

    file: str = ""
    line: int | None = None
    error: type[FileError] = FileError

    def wrong(self, reason: str, *, near: str | None = None) -> FileError:
        """The error to raise about this place."""
        return self.error(reason, file=self.file, line=self.line, near=near)


_NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar as written; ``plain`` when it stood without quotes."""

    text: str
    place: Place = field(default=_NOWHERE, compare=False, repr=False)
    plain: bool = field(default=True, compare=False, repr=False)

    @property
    def empty(self) -> bool:
        """Whether YAML reads nothing here: no text, ``~`` or ``null``, without quotes."""
        return self.plain and self.text in _EMPTY


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """A list."""

    items: tuple[Node, ...]
    place: Place = field(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class MappingNode:
    """A mapping, in the order written."""

    entries: tuple[tuple[Scalar, Node], ...]
    place: Place = field(default=_NOWHERE, compare=False, repr=False)

    def get(self, key: str) -> Node | None:
        """The value under ``key``, or None."""
        return next((value for name, value in self.entries if name.text == key), None)


Node: TypeAlias = Scalar | SequenceNode | MappingNode


def node_of(data: object, place: Place = _NOWHERE) -> Node:
    """The node that a file would have given for plain Python data.

    Takes text, booleans, numbers, lists, tuples, mappings and nodes, nested no deeper than a file
    may be. Raises the error of ``place`` for anything else.
    """
    return _node_of(data, place, 0)


def _node_of(data: object, place: Place, depth: int) -> Node:
    if depth > DEPTH_LIMIT:
        raise place.wrong(f"expected at most {DEPTH_LIMIT} levels")
    if isinstance(data, Scalar | SequenceNode | MappingNode):
        return data
    if isinstance(data, str):
        return Scalar(str(data), place, plain=False)
    if isinstance(data, bool):
        return Scalar("true" if data else "false", place)
    if isinstance(data, int | float):
        return Scalar(str(int(data)) if isinstance(data, int) else repr(data), place)
    if isinstance(data, Mapping):
        return MappingNode(
            tuple((Scalar(str(key), place), _node_of(data[key], place, depth + 1)) for key in data), place
        )
    if isinstance(data, list | tuple):
        return SequenceNode(tuple(_node_of(item, place, depth + 1) for item in data), place)
    raise place.wrong(f"expected text, a number, true or false, a list or a mapping, not {data!r}")


# ----------------------------------------------------------------------------------------- loading


def load_file(path: Path | str, *, error: type[FileError] = FileError) -> Node:
    """Read and parse a file; see :func:`load`."""
    where = Place(str(path), None, error)
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(SIZE_LIMIT + 1)
    except OSError as reason:
        raise where.wrong(f"cannot be read: {reason.strerror or reason}") from reason
    return load(data, file=str(path), error=error)


def load(text: str | bytes, *, file: str = "<text>", error: type[FileError] = FileError) -> Node:
    """Parse one YAML 1.2 document into nodes; ``file`` is the name that errors give."""
    where = Place(file, None, error)
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(data) > SIZE_LIMIT:
        raise where.wrong(f"is larger than {SIZE_LIMIT} octets")
    try:
        words = data.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        line = data.count(b"\n", 0, reason.start) + 1
        raise Place(file, line, error).wrong("expected UTF-8 text") from reason
    return _Composer(words, file, error).document()


class _Composer:
    """Turns parser events into nodes and stops at what the dialect leaves out."""

    def __init__(self, text: str, file: str, error: type[FileError]) -> None:
        self._text = text
        self._file = file
        self._error = error
        self._events = self._parse()

    def _place(self, mark: Any) -> Place:  # noqa: ANN401  (ruamel.yaml is untyped)
        return Place(self._file, mark.line + 1, self._error)

    def _parse(self) -> Iterator[Any]:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError
        from ruamel.yaml.reader import ReaderError

        try:
            yield from YAML(typ="safe", pure=True).parse(self._text)
        except MarkedYAMLError as reason:
            mark = reason.problem_mark or reason.context_mark
            line = mark.line + 1 if mark is not None else None
            problem = reason.problem or reason.context or "is not YAML"
            raise Place(self._file, line, self._error).wrong(f"is not YAML: {problem}") from reason
        except ReaderError as reason:
            line = self._text.count("\n", 0, reason.position) + 1
            code = reason.character if isinstance(reason.character, int) else ord(reason.character)
            raise Place(self._file, line, self._error).wrong(
                f"character U+{code:04X} is not allowed"
            ) from reason
        except (ValueError, OverflowError) as reason:  # an escape such as "\UFFFFFFFF" in quoted text
            raise Place(self._file, None, self._error).wrong(f"is not YAML: {reason}") from reason

    def _next(self) -> tuple[str, Any]:
        event = next(self._events)
        return type(event).__name__.removesuffix("Event"), event

    def document(self) -> Node:
        for number, line in enumerate(self._text.splitlines(), 1):
            if line.startswith("%"):
                raise Place(self._file, number, self._error).wrong("directives are not allowed")
            if line.strip() and not line.lstrip().startswith("#"):
                break
        self._next()  # StreamStart
        name, event = self._next()
        if name == "StreamEnd":
            raise Place(self._file, 1, self._error).wrong("is empty")
        node = self._node(*self._next(), depth=1)
        self._next()  # DocumentEnd
        name, event = self._next()
        if name != "StreamEnd":
            raise self._place(event.start_mark).wrong("expected one document, a second one starts here")
        return node

    def _node(self, name: str, event: Any, depth: int) -> Node:  # noqa: ANN401
        place = self._place(event.start_mark)
        if name == "Alias":
            raise place.wrong(f"aliases are not allowed (*{event.anchor})")
        if event.anchor is not None:
            raise place.wrong(f"anchors are not allowed (&{event.anchor})")
        if event.tag is not None:
            raise place.wrong(f"tags are not allowed ({event.tag})")
        if name == "Scalar":
            if re.search("[\ud800-\udfff]", event.value):
                raise place.wrong("an escape names half a character (a lone surrogate)")
            return Scalar(str(event.value), place, plain=event.style is None)
        if depth > DEPTH_LIMIT:
            raise place.wrong(f"expected at most {DEPTH_LIMIT} levels of lists and mappings")
        if name == "SequenceStart":
            return SequenceNode(tuple(self._items(depth)), place)
        return MappingNode(tuple(self._entries(depth)), place)

    def _items(self, depth: int) -> Iterator[Node]:
        while True:
            name, event = self._next()
            if name == "SequenceEnd":
                return
            yield self._node(name, event, depth + 1)

    def _entries(self, depth: int) -> Iterator[tuple[Scalar, Node]]:
        seen: dict[str, int | None] = {}
        while True:
            name, event = self._next()
            if name == "MappingEnd":
                return
            key = self._node(name, event, depth + 1)
            if not isinstance(key, Scalar) or key.empty:
                raise key.place.wrong("expected a word as key")
            if key.plain and key.text == "<<":
                raise key.place.wrong("merge keys are not allowed")
            if key.text in seen:
                raise key.place.wrong(f'key "{key.text}" stands twice (first on line {seen[key.text]})')
            seen[key.text] = key.place.line
            value = self._node(*self._next(), depth + 1)
            if isinstance(value, Scalar) and value.empty:
                value = Scalar(
                    value.text, key.place
                )  # nothing stands there: the key's line is the one to show
            yield key, value


# ------------------------------------------------------------------------------------------- kinds

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Kind(Protocol[T_co]):
    """A type that a node can be read as."""

    def read(self, node: Node) -> T_co:
        """The typed value; raises the error of the node's place when it does not fit."""
        ...

    def json_schema(self) -> dict[str, object]:
        """The JSON Schema of what :meth:`read` takes."""
        ...


def _scalar(node: Node, what: str) -> str:
    if not isinstance(node, Scalar):
        raise node.place.wrong(f"expected {what}, found {_noun(node)}")
    if node.empty:
        raise node.place.wrong(f"expected {what}, found nothing (quote the word if you mean it)")
    return node.text


def _noun(node: Node) -> str:
    if isinstance(node, Scalar):
        return f'"{node.text}"' if not node.empty else "nothing"
    return "a list" if isinstance(node, SequenceNode) else "a mapping"


@dataclass(frozen=True, slots=True)
class _Text:
    """Any text."""

    def read(self, node: Node) -> str:
        return _scalar(node, "text")

    def json_schema(self) -> dict[str, object]:
        return {"type": ["string", "number", "boolean"]}


@dataclass(frozen=True, slots=True)
class _AnyNode:
    """The node itself, for a caller that reads it later."""

    def read(self, node: Node) -> Node:
        return node

    def json_schema(self) -> dict[str, object]:
        return {}


@dataclass(frozen=True, slots=True)
class _Boolean:
    """``true`` or ``false``, nothing else."""

    def read(self, node: Node) -> bool:
        text = _scalar(node, "true or false")
        if text not in ("true", "false"):
            near = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(text.lower())
            raise node.place.wrong(
                f'expected true or false, found "{text}"', near=near or nearest(text, ("true", "false"))
            )
        return text == "true"

    def json_schema(self) -> dict[str, object]:
        return {"type": "boolean"}


TEXT = _Text()
"""Any text, as written."""

BOOLEAN = _Boolean()
"""``true`` or ``false``."""

NODE = _AnyNode()
"""The node itself."""


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number, decimal or ``0x`` hexadecimal, within bounds."""

    minimum: int | None = None
    maximum: int | None = None

    def read(self, node: Node) -> int:
        """The number."""
        text = _scalar(node, "a whole number")
        if not re.fullmatch(r"[+-]?[0-9]{1,20}|0x[0-9a-fA-F]{1,16}", text):
            raise node.place.wrong(f'expected a whole number, found "{text}"')
        value = int(text, 16 if text.startswith("0x") else 10)
        _within(node, value, self.minimum, self.maximum)
        return value

    def json_schema(self) -> dict[str, object]:
        """The JSON Schema; hexadecimal numbers are strings to an editor."""
        whole = {"type": "integer", **_bounds(self.minimum, self.maximum)}
        return {"anyOf": [whole, {"type": "string", "pattern": "^0x[0-9a-fA-F]+$"}]}


@dataclass(frozen=True, slots=True)
class Number:
    """A number, with or without a fraction, within bounds."""

    minimum: float | None = None
    maximum: float | None = None

    def read(self, node: Node) -> float:
        """The number."""
        text = _scalar(node, "a number")
        if not re.fullmatch(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?", text):
            raise node.place.wrong(f'expected a number, found "{text}"')
        value = float(text)
        _within(node, value, self.minimum, self.maximum)
        return value

    def json_schema(self) -> dict[str, object]:
        """The JSON Schema."""
        return {"type": "number", **_bounds(self.minimum, self.maximum)}


def _within(node: Node, value: float, minimum: float | None, maximum: float | None) -> None:
    if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
        low = "any" if minimum is None else f"{minimum}"
        high = "any" if maximum is None else f"{maximum}"
        raise node.place.wrong(f"expected a number from {low} to {high}, found {value}")


def _bounds(minimum: float | None, maximum: float | None) -> dict[str, object]:
    bounds = {"minimum": minimum, "maximum": maximum}
    return {key: value for key, value in bounds.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """One of some words, each with the value that it stands for."""

    words: Mapping[str, T]

    def read(self, node: Node) -> T:
        """The value of the word."""
        text = _scalar(node, "a word")
        if text not in self.words:
            known = ", ".join(self.words)
            raise node.place.wrong(f'expected one of {known}; found "{text}"', near=nearest(text, self.words))
        return self.words[text]

    def json_schema(self) -> dict[str, object]:
        """The JSON Schema: an enumeration."""
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Converted(Generic[T]):
    """Text that ``convert`` turns into a value; its ValueError becomes the file's error.

    ``what`` names the thing for messages ("an address"), ``schema`` is the JSON Schema.
    """

    what: str
    convert: Callable[[str], T]
    schema: Mapping[str, object] = field(default_factory=lambda: TEXT.json_schema())
    known: tuple[str, ...] = ()

    def read(self, node: Node) -> T:
        """The converted value."""
        text = _scalar(node, self.what)
        try:
            return self.convert(text)
        except ValueError as reason:
            detail = f": {reason}" if str(reason) else ""
            raise node.place.wrong(
                f'expected {self.what}, found "{text}"{detail}', near=nearest(text, self.known)
            ) from reason

    def json_schema(self) -> dict[str, object]:
        """The JSON Schema that was given."""
        return dict(self.schema)


@dataclass(frozen=True, slots=True)
class ListOf(Generic[T]):
    """A list of one kind of thing."""

    item: Kind[T]
    minimum: int = 0

    def read(self, node: Node) -> tuple[T, ...]:
        """The items."""
        if not isinstance(node, SequenceNode):
            raise node.place.wrong(f"expected a list, found {_noun(node)}")
        if len(node.items) < self.minimum:
            raise node.place.wrong(f"expected at least {self.minimum} items, found {len(node.items)}")
        return tuple(self.item.read(item) for item in node.items)

    def json_schema(self) -> dict[str, object]:
        """The JSON Schema."""
        schema: dict[str, object] = {"type": "array", "items": self.item.json_schema()}
        return {**schema, "minItems": self.minimum} if self.minimum else schema


@dataclass(frozen=True, slots=True)
class MappingOf(Generic[T]):
    """A mapping with free keys and one kind of value."""

    value: Kind[T]
    pattern: str = r".+"

    def read(self, node: Node) -> dict[str, T]:
        """The entries, in the order written."""
        if not isinstance(node, MappingNode):
            raise node.place.wrong(f"expected a mapping, found {_noun(node)}")
        for key, _ in node.entries:
            if not re.fullmatch(self.pattern, key.text):
                raise key.place.wrong(f'"{key.text}" is not a name that fits here ({self.pattern})')
        return {key.text: self.value.read(value) for key, value in node.entries}

    def json_schema(self) -> dict[str, object]:
        """The JSON Schema."""
        return {
            "type": "object",
            "patternProperties": {f"^{self.pattern}$": self.value.json_schema()},
            "additionalProperties": False,
        }


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a :class:`Record`; without it the constructor's own default holds."""

    kind: Kind[object]
    required: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Record(Generic[T]):
    """A mapping with fixed keys, handed to ``make`` as keyword arguments."""

    make: Callable[..., T]
    keys: Mapping[str, Key]

    def read(self, node: Node) -> T:
        """What ``make`` builds of the values; its ValueError becomes the file's error."""
        values = self.values(node)
        try:
            return self.make(**values)
        except ValueError as reason:
            raise node.place.wrong(str(reason)) from reason

    def values(self, node: Node) -> dict[str, Any]:
        """The keyword arguments for ``make``."""
        if not isinstance(node, MappingNode):
            raise node.place.wrong(f"expected a mapping with {', '.join(self.keys)}; found {_noun(node)}")
        values: dict[str, Any] = {}
        for key, value in node.entries:
            if key.text not in self.keys:
                raise key.place.wrong(f'unknown key "{key.text}"', near=nearest(key.text, self.keys))
            values[_argument(key.text)] = self.keys[key.text].kind.read(value)
        for name, key_ in self.keys.items():
            if key_.required and _argument(name) not in values:
                raise node.place.wrong(f'key "{name}" is missing')
        return values

    def json_schema(self) -> dict[str, object]:
        """The JSON Schema."""
        properties = {
            name: {**key.kind.json_schema(), **({"description": key.description} if key.description else {})}
            for name, key in self.keys.items()
        }
        required = [name for name, key in self.keys.items() if key.required]
        schema: dict[str, object] = {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
        }
        return {**schema, "required": required} if required else schema


def _argument(key: str) -> str:
    name = key.replace("-", "_")
    return f"{name}_" if keyword.iskeyword(name) else name
