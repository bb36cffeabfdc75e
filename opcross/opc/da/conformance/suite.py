"""All checks, and the ways to play them."""

from __future__ import annotations

import asyncio
from typing import Final

from opcross.errors import OpcrossError
from opcross.opc.da.conformance.browsing import BROWSING
from opcross.opc.da.conformance.conversion import CONVERSION
from opcross.opc.da.conformance.deadbands import DEADBANDS
from opcross.opc.da.conformance.groups import GROUPS
from opcross.opc.da.conformance.items import ITEMS
from opcross.opc.da.conformance.model import (
    Certainty,
    ConformanceError,
    DaCheck,
    DaOutcome,
    DaSubject,
    MakeSubject,
    NotApplicable,
    Verdict,
)
from opcross.opc.da.conformance.properties import PROPERTIES
from opcross.opc.da.conformance.reads import READS
from opcross.opc.da.conformance.sampling import SAMPLING
from opcross.opc.da.conformance.sessions import SESSIONS
from opcross.opc.da.conformance.streams import STREAMS
from opcross.opc.da.conformance.writes import WRITES

__all__ = ["DA_CHECKS", "check_da_service", "run_check", "survey"]


async def _errors_tree(subject: DaSubject) -> None:
    """Nothing but errors of the tree comes out of a provider.

    Every check sees to that. Here the arguments are such that a careless provider trips over them.
    """
    session = await subject.service.open(subject.caller)
    try:
        for item_id in ("", "\0", "\ud800", "x" * 10_000, "..", "[", "*"):
            try:
                await session.properties([item_id])
                await session.validate([])
                await session.read([item_id], 0)
                await session.access_paths(item_id)
            except OpcrossError:
                continue
    finally:
        await session.close()


_ERRORS: Final = (
    DaCheck("errors-tree", "Nothing but errors of the tree comes out.", Certainty.CHOSEN, _errors_tree),
)

DA_CHECKS: Final[tuple[DaCheck, ...]] = (
    *SESSIONS,
    *BROWSING,
    *PROPERTIES,
    *ITEMS,
    *CONVERSION,
    *READS,
    *WRITES,
    *GROUPS,
    *STREAMS,
    *DEADBANDS,
    *SAMPLING,
    *_ERRORS,
)
"""Every point of ``docs/reference/semantics.md`` that can be seen through a service, in its order."""


async def run_check(check: DaCheck, make: MakeSubject) -> None:
    """Play one check on a subject of its own.

    Raises :class:`ConformanceError` where the service broke the point, hung, or raised what it should not
    have, and :class:`NotApplicable` where the subject lacks what the check needs.
    """
    async with make() as subject:
        try:
            async with asyncio.timeout(subject.patience):
                await check.function(subject)
        except (ConformanceError, NotApplicable):
            raise
        except TimeoutError as error:
            raise _broken(check, f"an end within {subject.patience:g} s", "none") from error
        except OpcrossError as error:
            raise _broken(check, "success", f"{type(error).__name__}: {error}") from error
        except Exception as error:  # whatever a provider's mistake looks like, it is the finding
            raise _broken(check, "errors of opcross.errors only", repr(error)) from error


def _broken(check: DaCheck, expected: str, actual: str) -> ConformanceError:
    return ConformanceError(check.id, "the course of the check", expected, actual)


async def survey(make: MakeSubject) -> tuple[DaOutcome, ...]:
    """Play every check, each on a subject of its own; nothing is raised for one that fails."""
    outcomes = []
    for check in DA_CHECKS:
        try:
            await run_check(check, make)
        except ConformanceError as error:
            outcomes.append(DaOutcome(check, Verdict.FAILED, error))
        except NotApplicable as error:
            outcomes.append(DaOutcome(check, Verdict.NOT_APPLICABLE, error))
        else:
            outcomes.append(DaOutcome(check, Verdict.PASSED))
    return tuple(outcomes)


async def check_da_service(make: MakeSubject) -> None:
    """Hold a provider to the contract of :class:`~opcross.opc.da.service.DaService`.

    ``make`` gives a subject for one check, and is called once for each. Raises one :class:`ExceptionGroup`
    with a :class:`ConformanceError` for every point that was broken.
    """
    failures = [outcome.error for outcome in await survey(make) if outcome.verdict is Verdict.FAILED]
    if failures:
        broken = [failure for failure in failures if failure is not None]
        raise ExceptionGroup(f"{len(broken)} points of the DA contract are broken", broken)
