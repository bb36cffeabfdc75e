"""Is this a :class:`~opcross.opc.da.service.DaService`? One check for each point of the contract.

``docs/reference/semantics.md`` has the points in words; a check has the same id. A provider's own tests call
:func:`check_da_service`, or play :data:`DA_CHECKS` one by one with :func:`run_check`::

    @pytest.mark.parametrize("check", DA_CHECKS, ids=str)
    async def test_the_service_conforms(check: DaCheck) -> None:
        try:
            await run_check(check, make_subject)
        except NotApplicable as reason:
            pytest.skip(str(reason))
"""

from __future__ import annotations

from opcross.opc.da.conformance.model import (
    Certainty,
    ConformanceError,
    DaCheck,
    DaOutcome,
    DaSubject,
    MakeSubject,
    NotApplicable,
    Role,
    Verdict,
)
from opcross.opc.da.conformance.suite import DA_CHECKS, check_da_service, run_check, survey

__all__ = [
    "DA_CHECKS",
    "Certainty",
    "ConformanceError",
    "DaCheck",
    "DaOutcome",
    "DaSubject",
    "MakeSubject",
    "NotApplicable",
    "Role",
    "Verdict",
    "check_da_service",
    "run_check",
    "survey",
]
