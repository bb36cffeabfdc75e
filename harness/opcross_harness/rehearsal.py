"""Rehearsal: a case gets its types; whatever is wrong with a scenario shows here, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opcross.yaml_files import MappingNode, Node, Scalar, nearest
from opcross_harness.cast.base import CastKind
from opcross_harness.model import Case, Scenario, Step
from opcross_harness.verbs.base import Member, Verb
from opcross_harness.vocabulary import STANDARD, Vocabulary

__all__ = ["Part", "Rehearsed", "RehearsedStep", "check", "rehearse"]


@dataclass(frozen=True, slots=True)
class Part:
    """A cast member with its settings typed."""

    name: str
    kind: CastKind
    settings: Any


@dataclass(frozen=True, slots=True)
class RehearsedStep:
    """A step with its arguments typed; ``step`` is how the scenario said it."""

    step: Step
    verb: Verb
    arguments: Mapping[str, Any]
    expect: Any = None


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A case that makes sense: every word known, every name on the cast."""

    case: Case
    parts: tuple[Part, ...]
    steps: tuple[RehearsedStep, ...]
    needs: frozenset[str] = field(default_factory=frozenset)
    """What a net must be able to do."""


def check(scenario: Scenario, vocabulary: Vocabulary = STANDARD) -> None:
    """Rehearse every case; raises :class:`~opcross_harness.errors.ScenarioError`."""
    for case in scenario.cases():
        rehearse(case, vocabulary)


def rehearse(case: Case, vocabulary: Vocabulary = STANDARD) -> Rehearsed:
    """Give a case its types; raises :class:`~opcross_harness.errors.ScenarioError`."""
    parts: dict[str, Part] = {}
    for name, member in case.cast.items():
        kind = vocabulary.cast.get(member.kind)
        if kind is None:
            raise member.place.wrong(
                f'no kind of cast member is called "{member.kind}"',
                near=nearest(member.kind, vocabulary.cast),
            )
        settings = kind.settings.read(member.settings)
        for key, other in kind.names(settings).items():
            if other not in parts:
                node = member.settings.get(key) or member.settings
                raise node.place.wrong(
                    f'"{other}" is no cast member that stands above {name}', near=nearest(other, parts)
                )
        parts[name] = Part(name, kind, settings)
    steps = tuple(_rehearse_step(step, parts, vocabulary) for step in case.steps)
    needs = frozenset[str]().union(
        *(part.kind.needs for part in parts.values()),
        *(step.verb.needs(dict(step.arguments)) for step in steps),
    )
    return Rehearsed(case, tuple(parts.values()), steps, needs)


def _rehearse_step(step: Step, parts: Mapping[str, Part], vocabulary: Vocabulary) -> RehearsedStep:
    verb = vocabulary.verbs.get(step.verb)
    if verb is None:
        raise step.place.wrong(f'unknown verb "{step.verb}"', near=nearest(step.verb, vocabulary.verbs))
    arguments = verb.arguments.read(step.arguments)
    assert isinstance(step.arguments, MappingNode)  # a Record reads nothing else
    for key, value in step.arguments.entries:
        kind = verb.keys[key.text].kind
        if isinstance(kind, Member):
            _see_cast(value, kind, parts)
    if step.expect is None:
        return RehearsedStep(step, verb, arguments)
    if verb.expect is None:
        raise step.expect.place.wrong(f'"{step.verb}" says all itself; it takes no "expect"')
    return RehearsedStep(step, verb, arguments, verb.expect.read(step.expect))


def _see_cast(node: Node, kind: Member, parts: Mapping[str, Part]) -> None:
    assert isinstance(node, Scalar)  # the kind has read it
    part = parts.get(node.text)
    if part is None:
        raise node.place.wrong(f'"{node.text}" is not on the cast', near=nearest(node.text, parts))
    if not part.kind.plays(kind.role):
        raise node.place.wrong(f'"{node.text}" is of the kind {part.kind.name}, which is no {kind.role}')
