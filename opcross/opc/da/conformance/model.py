"""What the suite is given and what it says: the subject, the checks, and the two ways in which one ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal, TypeAlias

from opcross.errors import OpcrossError
from opcross.opc.caller import NOBODY, Caller

if TYPE_CHECKING:
    from opcross.opc.da.service import DaService

__all__ = [
    "Certainty",
    "ConformanceError",
    "DaCheck",
    "DaOutcome",
    "DaSubject",
    "MakeSubject",
    "NotApplicable",
    "Role",
    "Verdict",
]

Role: TypeAlias = Literal[
    "analog",
    "array",
    "changing",
    "enumerated",
    "failing",
    "integer",
    "number",
    "read_only",
    "text",
    "write_error",
    "write_only",
]
"""The parts that items play; see :class:`DaSubject`."""


class Certainty(Enum):
    """Where a point of ``docs/reference/semantics.md`` comes from."""

    SPECIFIED = "specified"
    OBSERVED = "observed"
    CHOSEN = "chosen"


class ConformanceError(AssertionError):
    """A service broke a point of the contract.

    ``check`` is the point's id, ``what`` was looked at, ``expected`` and ``actual`` are words.
    """

    def __init__(self, check: str, what: str, expected: str, actual: str) -> None:
        self.check = check
        self.what = what
        self.expected = expected
        self.actual = actual
        super().__init__(f"{check}: {what}: expected {expected}, found {actual}")


class NotApplicable(OpcrossError):
    """The subject has no item or no capability that this check needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaSubject:
    """A service to be checked, and what its address space has to offer.

    ``number`` is the only item that every subject needs: a VT_R8 without an EU range. ``analog`` is a VT_R8
    with the EU range 0 to 100, ``integer`` a VT_I4, ``text`` a VT_BSTR, ``array`` any array. Where
    ``writable`` is set, these five can be written, hold what was written, and change for no other reason.

    ``read_only`` can only be read, ``write_only`` only written; ``changing`` has another value at each
    sample; the quality of ``failing`` is bad; ``enumerated`` has labels; writing a number to ``write_error``
    fails. ``branch`` is the item id of a branch with items, ``unknown`` an item id that is not there.

    ``rate`` is an update rate in milliseconds that the server grants, a multiple of its own. ``settle`` is
    how many seconds to wait before saying that no change comes, at least four times the rate. ``patience``
    bounds the wait for what has to come, and a whole check.

    ``da3`` says whether maximum ages, writing of qualities, deadbands and sampling rates of items are there,
    ``buffering`` and ``keep_alive`` whether the server can do these, ``exact_rates`` whether multiples of
    ``rate`` are granted as they are, ``ignores_case`` whether item ids match whatever their case,
    ``knows_paths`` whether access paths are judged. ``shut_down`` makes the server ask its clients to leave,
    giving a reason.
    """

    service: DaService
    number: str
    caller: Caller = NOBODY
    analog: str | None = None
    integer: str | None = None
    text: str | None = None
    array: str | None = None
    read_only: str | None = None
    write_only: str | None = None
    changing: str | None = None
    failing: str | None = None
    enumerated: str | None = None
    write_error: str | None = None
    branch: str | None = None
    unknown: str = "opcross.no.such.item"
    writable: bool = True
    rate: int = 100
    settle: float = 1.0
    patience: float = 30.0
    da3: bool = True
    buffering: bool = True
    keep_alive: bool = True
    exact_rates: bool = True
    ignores_case: bool = True
    knows_paths: bool = True
    shut_down: Callable[[str], Awaitable[None]] | None = None


MakeSubject: TypeAlias = Callable[[], AbstractAsyncContextManager[DaSubject]]
"""Makes a subject for one check, and clears it away."""


@dataclass(frozen=True, slots=True)
class DaCheck:
    """One point of the contract.

    ``id`` is its name in ``docs/reference/semantics.md``. ``function`` plays it: it returns, or raises
    :class:`ConformanceError` or :class:`NotApplicable`.
    """

    id: str
    summary: str
    certainty: Certainty
    function: Callable[[DaSubject], Awaitable[None]]

    def __str__(self) -> str:
        return self.id


class Verdict(Enum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class DaOutcome:
    """A check that was played; ``error`` is what it raised."""

    check: DaCheck
    verdict: Verdict
    error: ConformanceError | NotApplicable | None = None
