"""What a verb is: a word, the arguments it takes, and what it does on a stage.

To add one: write a module beside this one with a :class:`Verb`, name it in the tuple of
``verbs/__init__.py``, and add a test to ``tests/harness/test_verbs.py``. Its arguments stand in
:attr:`Verb.arguments`; the JSON Schema, the checks at load time and the reference follow from that.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from opcross.yaml_files import Converted, Key, Kind, Record
from opcross_harness.outcomes import EXPECTATION, Expectation, Outcome

if TYPE_CHECKING:
    from opcross_harness.stage import Stage

__all__ = ["Action", "Check", "Deed", "Finding", "Member", "Verb", "judge"]

Arguments = dict[str, Any]
"""The typed arguments of a step, by Python name (``class_``, ``event_log``)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether a step went as expected, and both sides in words."""

    passed: bool
    expected: str
    actual: str


def judge(expectation: Expectation, outcome: Outcome) -> Finding:
    """Compare an outcome with what was expected."""
    return Finding(expectation.fits(outcome), str(expectation), str(outcome))


@dataclass(frozen=True, slots=True)
class Member(Converted[str]):
    """An argument that names a cast member, who must be able to play ``role`` (``client``, ``host``)."""

    role: str = ""


def client() -> Member:
    """The argument names a client."""
    return Member("a cast member that is a client", str, {"type": "string"}, (), "client")


def host() -> Member:
    """The argument names a host of the cast."""
    return Member("a cast member that is a host", str, {"type": "string"}, (), "host")


def server() -> Member:
    """The argument names a host that serves classes."""
    return Member("a cast member that is a server", str, {"type": "string"}, (), "server")


def someone() -> Member:
    """The argument names any cast member."""
    return Member("a cast member", str, {"type": "string"}, (), "")


class Verb(ABC):
    """One word of the scenario language; instances hold no state."""

    name: ClassVar[str]
    summary: ClassVar[str]
    keys: ClassVar[Mapping[str, Key]]
    expect: ClassVar[Kind[Any] | None] = None
    """The kind of the step's ``expect``; None where the step itself says all."""

    @property
    def arguments(self) -> Record[Arguments]:
        """The schema of the arguments."""
        return Record(dict, self.keys)

    def needs(self, arguments: Arguments) -> frozenset[str]:
        """What the net must be able to do for these arguments (``virtual time``)."""
        return frozenset()

    @abstractmethod
    async def perform(self, stage: Stage, arguments: Arguments, expect: Any) -> Finding:  # noqa: ANN401
        """Do it and judge it.

        An error of the tree that is an answer of the peer belongs into the finding; any other error
        leaves, and makes the verdict *broken*.
        """


class Action(Verb):
    """A verb that does something to a peer: its outcome is compared with ``expect`` (default ``ok``)."""

    expect: ClassVar[Kind[Any] | None] = EXPECTATION

    async def perform(self, stage: Stage, arguments: Arguments, expect: Any) -> Finding:  # noqa: ANN401
        """Act, then compare."""
        expectation = expect if isinstance(expect, Expectation) else Expectation.parse("ok")
        return judge(expectation, await self.act(stage, arguments))

    @abstractmethod
    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        """Do it; refusals of the peer are outcomes."""


class Deed(Verb):
    """A verb that changes the stage itself: there is no peer to say no, so nothing to expect."""

    async def perform(self, stage: Stage, arguments: Arguments, expect: Any) -> Finding:  # noqa: ANN401
        """Do it."""
        await self.do(stage, arguments)
        return Finding(passed=True, expected="done", actual="done")

    @abstractmethod
    async def do(self, stage: Stage, arguments: Arguments) -> None:
        """Do it; whatever is raised breaks the case."""


class Check(Verb):
    """A verb that looks at evidence."""

    async def perform(self, stage: Stage, arguments: Arguments, expect: Any) -> Finding:  # noqa: ANN401
        """Look."""
        return self.look(stage, arguments)

    @abstractmethod
    def look(self, stage: Stage, arguments: Arguments) -> Finding:
        """Compare the evidence with the arguments."""
