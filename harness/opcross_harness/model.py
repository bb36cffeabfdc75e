"""The scenario model: what a scenario file says, and what a Python playbook builds.

A :class:`Scenario` holds words only (nodes of :mod:`opcross.yaml_files`); the verbs and the cast give
them their types. So the two spellings give equal objects::

    Scenario(
        id="hardening/below-integrity",
        title="activation below packet integrity is refused",
        why="A hardened server refuses every authenticated activation below packet integrity.",
        source="KB5004442",
        matrix={"level": ["connect", "pkt"]},
        cast={
            "server": member("opc-da-server", phase="2023-03"),
            "client": member("opc-da-client", user="OPERATOR", level="$level"),
        },
        steps=[
            step("activate", by="client", class_="Opcross.Simulation.1", at="server", expect="access-denied"),
            step("logged", at="server", event=10036, user="OPERATOR", address="client"),
        ],
    )

``matrix`` is the only repetition, ``$name`` from it the only substitution.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from opcross.yaml_files import MappingNode, Node, Place, Scalar, SequenceNode, nearest, node_of
from opcross_harness.errors import ScenarioError

__all__ = ["CASE_LIMIT", "NAME", "Case", "CastMember", "Scenario", "Step", "member", "seed_of", "step"]

CASE_LIMIT = 1000
"""Cases that one matrix may give."""

_IN_PYTHON = Place("", None, ScenarioError)
_ID = re.compile(r"[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*)*")
NAME = r"[a-z][a-z0-9-]*"
"""The pattern of names that a scenario gives: axes of the matrix, cast members."""

_CHOICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:/\\@+-]*")
_REFERENCE = re.compile(rf"\$(\$|{NAME})")


@dataclass(frozen=True, slots=True)
class CastMember:
    """One who takes part: a kind of the cast, and its settings."""

    kind: str
    settings: MappingNode = field(default_factory=lambda: MappingNode(()))
    place: Place = field(default=_IN_PYTHON, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done or checked; ``expect`` is what must come of it (None: the verb's own default)."""

    verb: str
    arguments: Node
    expect: Node | None = None
    place: Place = field(default=_IN_PYTHON, compare=False, repr=False)


def member(kind: str, /, **settings: object) -> CastMember:
    """A cast member of ``kind``; ``event_log=...`` is the key ``event-log``."""
    return CastMember(kind, _arguments(settings))


def step(verb: str, /, *, expect: object = None, **arguments: object) -> Step:
    """A step; ``class_=...`` is the key ``class``, ``event_log=...`` the key ``event-log``."""
    return Step(
        verb,
        _arguments(arguments),
        None if expect is None else node_of(expect, _IN_PYTHON),
    )


def _arguments(arguments: Mapping[str, object]) -> MappingNode:
    pairs = ((name.removesuffix("_").replace("_", "-"), value) for name, value in arguments.items())
    return MappingNode(
        tuple((Scalar(name, _IN_PYTHON), node_of(value, _IN_PYTHON)) for name, value in pairs), _IN_PYTHON
    )


@dataclass(frozen=True, init=False)
class Scenario:
    """A scenario, before its matrix is spread out.

    Raises :class:`~opcross_harness.errors.ScenarioError` for an id, matrix or reference that is wrong;
    verbs and cast are checked by :func:`opcross_harness.rehearsal.check`.
    """

    id: str
    title: str
    why: str
    source: str
    steps: tuple[Step, ...]
    cast: tuple[tuple[str, CastMember], ...]
    matrix: tuple[tuple[str, tuple[Scalar, ...]], ...]
    row: str | None
    place: Place = field(compare=False, repr=False)

    def __init__(
        self,
        *,
        id: str,  # noqa: A002  (the word of the file format)
        title: str,
        why: str,
        source: str,
        cast: Mapping[str, CastMember] | Iterable[tuple[str, CastMember]],
        steps: Iterable[Step],
        matrix: Mapping[str, Iterable[object]] | Iterable[tuple[str, Iterable[object]]] = (),
        row: str | None = None,
        place: Place = _IN_PYTHON,
    ) -> None:
        values = {
            "id": id,
            "title": title,
            "why": why,
            "source": source,
            "steps": tuple(steps),
            "cast": tuple(cast.items() if isinstance(cast, Mapping) else cast),
            "matrix": tuple(
                (name, tuple(_choice(value, place) for value in choices))
                for name, choices in (matrix.items() if isinstance(matrix, Mapping) else matrix)
            ),
            "row": row,
            "place": place,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        self._check()

    def _check(self) -> None:
        if not _ID.fullmatch(self.id):
            raise self.place.wrong(f'id "{self.id}" must be words of a-z, 0-9, "." and "-" parted by "/"')
        if not self.steps:
            raise self.place.wrong("expected at least one step")
        count = 1
        for name, choices in self.matrix:
            count *= len(choices)
            if not re.fullmatch(NAME, name):
                raise self.place.wrong(f'"{name}" is no name for an axis of the matrix ({NAME})')
            if not choices:
                raise self.place.wrong(f'the axis "{name}" of the matrix is empty')
            texts = [choice.text for choice in choices]
            if len(set(texts)) != len(texts):
                raise choices[0].place.wrong(f'the axis "{name}" of the matrix names a value twice')
        if count > CASE_LIMIT:
            raise self.place.wrong(f"the matrix gives {count} cases, at most {CASE_LIMIT} are allowed")
        used = set(self._references())
        for name, _ in self.matrix:
            if name not in used:
                raise self.place.wrong(f'the axis "{name}" of the matrix is never used (write ${name})')

    def _references(self) -> Iterator[str]:
        axes = dict(self.matrix)
        for node in self._nodes():
            for text in _scalars(node):
                for name in _REFERENCE.findall(text.text):
                    if name == "$":
                        continue
                    if name not in axes:
                        raise text.place.wrong(f"${name} is no axis of the matrix", near=nearest(name, axes))
                    yield name

    def _nodes(self) -> Iterator[Node]:
        for _, one in self.cast:
            yield one.settings
        for one_step in self.steps:
            yield one_step.arguments
            if one_step.expect is not None:
                yield one_step.expect

    def cases(self) -> tuple[Case, ...]:
        """One case for each point of the matrix, in the order written."""
        axes = [[(name, choice) for choice in choices] for name, choices in self.matrix]
        return tuple(self._case(dict(point)) for point in itertools.product(*axes))

    def _case(self, point: Mapping[str, Scalar]) -> Case:
        label = ",".join(f"{name}={choice.text}" for name, choice in point.items())
        values = {name: choice.text for name, choice in point.items()}
        cast = tuple(
            (name, replace(one, settings=_substitute(one.settings, values))) for name, one in self.cast
        )
        steps = tuple(
            replace(
                one,
                arguments=_substitute(one.arguments, values),
                expect=None if one.expect is None else _substitute(one.expect, values),
            )
            for one in self.steps
        )
        return Case(f"{self.id}[{label}]" if label else self.id, self, dict(cast), steps)


@dataclass(frozen=True, slots=True)
class Case:
    """A scenario at one point of its matrix: what is played. ``id`` is a stable name."""

    id: str
    scenario: Scenario
    cast: Mapping[str, CastMember]
    steps: tuple[Step, ...]


def seed_of(run_seed: int, case_id: str) -> int:
    """The seed of one case: from the run's seed and the id alone, never from the order."""
    digest = hashlib.blake2b(f"{run_seed}:{case_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def _choice(value: object, place: Place) -> Scalar:
    node = node_of(value, place)
    if not isinstance(node, Scalar) or not _CHOICE.fullmatch(node.text):
        raise node.place.wrong("a matrix holds short words and numbers only")
    return node


def _scalars(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from _scalars(item)
    else:
        for _, value in node.entries:
            yield from _scalars(value)


_N = TypeVar("_N", Scalar, SequenceNode, MappingNode, Node)


def _substitute(node: _N, values: Mapping[str, str]) -> _N:
    if isinstance(node, Scalar):
        text = _REFERENCE.sub(lambda found: values.get(found[1], "$"), node.text)
        return replace(node, text=text)
    if isinstance(node, SequenceNode):
        return replace(node, items=tuple(_substitute(item, values) for item in node.items))
    return replace(node, entries=tuple((key, _substitute(value, values)) for key, value in node.entries))
