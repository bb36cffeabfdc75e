"""Scenario files: one strict reading, from YAML to a checked :class:`~opcross_harness.model.Scenario`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opcross.yaml_files import (
    TEXT,
    Integer,
    Key,
    ListOf,
    MappingNode,
    MappingOf,
    Node,
    Record,
    Scalar,
    SequenceNode,
    load,
    load_file,
    nearest,
)
from opcross_harness.cast.base import CastKind
from opcross_harness.errors import ScenarioError
from opcross_harness.model import NAME, CastMember, Scenario, Step
from opcross_harness.rehearsal import check
from opcross_harness.verbs.base import Verb
from opcross_harness.vocabulary import STANDARD, Vocabulary

__all__ = ["FORMAT", "SUFFIX", "load_scenario", "parse_scenario", "scenario_schema"]

FORMAT = 1
"""The format that this release writes, and the newest that it reads."""

SUFFIX = ".scenario.yaml"


def load_scenario(path: Path | str, vocabulary: Vocabulary = STANDARD) -> Scenario:
    """Read and check a scenario file; raises :class:`~opcross_harness.errors.ScenarioError`."""
    return _scenario(load_file(path, error=ScenarioError), vocabulary)


def parse_scenario(text: str, vocabulary: Vocabulary = STANDARD, *, file: str = "<text>") -> Scenario:
    """Read and check the text of a scenario; ``file`` is the name that errors give."""
    return _scenario(load(text, file=file, error=ScenarioError), vocabulary)


@dataclass(frozen=True, slots=True)
class _CastMemberKind:
    """A cast member: ``is`` says its kind, the rest are its settings."""

    vocabulary: Vocabulary

    def read(self, node: Node) -> CastMember:
        if not isinstance(node, MappingNode):
            raise node.place.wrong('expected a mapping with "is" and the settings of a cast member')
        kind = node.get("is")
        if kind is None:
            raise node.place.wrong('key "is" is missing: it says what kind of cast member this is')
        rest = tuple(entry for entry in node.entries if entry[0].text != "is")
        return CastMember(TEXT.read(kind), MappingNode(rest, node.place), kind.place)

    def json_schema(self) -> dict[str, object]:
        return {"oneOf": [_member_schema(kind) for kind in self.vocabulary.cast.values()]}


@dataclass(frozen=True, slots=True)
class _StepKind:
    """A step: one verb with its arguments, and perhaps ``expect``."""

    vocabulary: Vocabulary

    def read(self, node: Node) -> Step:
        if not isinstance(node, MappingNode):
            raise node.place.wrong("expected a step: a verb with its arguments, and perhaps what to expect")
        verbs = []
        for key, _ in node.entries:
            if key.text in self.vocabulary.verbs:
                verbs.append(key)
            elif key.text != "expect":
                raise key.place.wrong(
                    f'unknown verb "{key.text}"',
                    near=nearest(key.text, [*self.vocabulary.verbs, "expect"]),
                )
        if len(verbs) != 1:
            found = " and ".join(verb.text for verb in verbs) or "none"
            raise node.place.wrong(f"expected one verb in a step, found {found}")
        arguments = node.get(verbs[0].text)
        assert arguments is not None
        return Step(verbs[0].text, arguments, node.get("expect"), verbs[0].place)

    def json_schema(self) -> dict[str, object]:
        return {"oneOf": [_step_schema(verb) for verb in self.vocabulary.verbs.values()]}


@dataclass(frozen=True, slots=True)
class _ChoicesKind:
    """The values of one axis of the matrix."""

    def read(self, node: Node) -> tuple[Scalar, ...]:
        if not isinstance(node, SequenceNode):
            raise node.place.wrong("expected a list of words")
        for item in node.items:
            TEXT.read(item)
        return tuple(item for item in node.items if isinstance(item, Scalar))

    def json_schema(self) -> dict[str, object]:
        return {"type": "array", "minItems": 1, "items": {"type": ["string", "number"]}}


def _file(vocabulary: Vocabulary) -> Record[dict[str, Any]]:
    return Record(
        dict,
        {
            "format": Key(Integer(FORMAT, FORMAT), required=True),
            "id": Key(TEXT, required=True, description="a stable name such as hardening/h1"),
            "title": Key(TEXT, required=True, description="what holds when this passes, in one line"),
            "why": Key(TEXT, required=True, description="why it matters"),
            "source": Key(TEXT, required=True, description="where this is known from"),
            "row": Key(TEXT, description="the row of the catalogue of field failures"),
            "matrix": Key(MappingOf(_ChoicesKind(), NAME), description="axes, for $name below"),
            "cast": Key(MappingOf(_CastMemberKind(vocabulary), NAME), required=True),
            "steps": Key(ListOf(_StepKind(vocabulary), minimum=1), required=True),
        },
    )


def _scenario(node: Node, vocabulary: Vocabulary) -> Scenario:
    if isinstance(node, MappingNode):
        _check_format(node)
    values = _file(vocabulary).read(node)
    del values["format"]
    scenario = Scenario(**values, place=_place_of(node, "id"))
    check(scenario, vocabulary)
    return scenario


def scenario_schema(vocabulary: Vocabulary = STANDARD) -> dict[str, object]:
    """The JSON Schema of scenario files, for editors (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Opcross scenario",
        "$defs": {"reference": {"type": "string", "pattern": r"\$", "description": "$name, from the matrix"}},
        **_file(vocabulary).json_schema(),
    }


def _member_schema(kind: CastKind) -> dict[str, object]:
    schema = _with_references(kind.settings.json_schema())
    properties = {"is": {"const": kind.name}, **schema["properties"]}
    required = ["is", *schema.get("required", [])]
    return {**schema, "description": kind.summary, "properties": properties, "required": required}


def _step_schema(verb: Verb) -> dict[str, object]:
    properties = {verb.name: _with_references(verb.arguments.json_schema())}
    if verb.expect is not None:
        properties["expect"] = _or_reference(verb.expect.json_schema())
    return {
        "type": "object",
        "description": verb.summary,
        "properties": properties,
        "required": [verb.name],
        "additionalProperties": False,
    }


def _with_references(schema: dict[str, Any]) -> dict[str, Any]:
    """The same, but each value may be a reference to the matrix."""
    properties = {name: _or_reference(value) for name, value in schema.get("properties", {}).items()}
    return {**schema, "properties": properties}


def _or_reference(schema: dict[str, Any]) -> dict[str, Any]:
    inner = {key: value for key, value in schema.items() if key != "description"}
    told = {"description": schema["description"]} if "description" in schema else {}
    return {"anyOf": [inner, {"$ref": "#/$defs/reference"}], **told}


def _check_format(node: MappingNode) -> None:
    """First of all: a file of a later format may hold anything."""
    said = node.get("format")
    if said is None:
        raise node.place.wrong(f'key "format" is missing (write "format: {FORMAT}")')
    if TEXT.read(said) != str(FORMAT):
        raise said.place.wrong(f'expected format {FORMAT}, found "{TEXT.read(said)}"')


def _place_of(node: Node, key: str) -> Any:  # noqa: ANN401
    value = node.get(key) if isinstance(node, MappingNode) else None
    return value.place if value is not None else node.place
