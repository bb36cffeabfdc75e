"""What came of a case: the verdict, and the play with times, so that a failure explains itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Line", "LineState", "Result", "Verdict"]


class Verdict(Enum):
    """``passed`` and ``failed`` tell of the subject; the other two tell of the bench."""

    PASSED = "passed"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    """This bench lacks what the scenario needs."""
    BROKEN = "broken"
    """The bench itself did not work."""


class LineState(Enum):
    """How far a line of the play came."""

    DONE = "done"
    WRONG = "wrong"
    UNDECIDED = "undecided"
    """The play stopped here, and not by the subject's fault."""
    NOT_REACHED = "not reached"


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the play; times in seconds on the net's clock since the stage was set."""

    text: str
    state: LineState
    file: str = ""
    line: int | None = None
    began: float | None = None
    ended: float | None = None
    expected: str = ""
    actual: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One case, played or not.

    ``seconds`` are real, ``virtual_seconds`` those of the net's clock; ``seed`` is the run's, from which
    the case's own derives; ``reason`` says why a verdict is not *passed*.
    """

    id: str
    title: str
    why: str
    source: str
    row: str | None
    net: str
    seed: int
    verdict: Verdict
    rerun: str
    reason: str = ""
    seconds: float = 0.0
    virtual_seconds: float = 0.0
    cast: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    traceback: str = ""
    capture: str = ""

    @property
    def wrong_line(self) -> Line | None:
        """The line at which the play stopped."""
        stopped = (LineState.WRONG, LineState.UNDECIDED)
        return next((line for line in self.lines if line.state in stopped), None)
