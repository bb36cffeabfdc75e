"""What every check stands on: sessions and groups that are cleared away, and expectations in words.

What has to come is waited for with patience, what must not come for the subject's ``settle`` only, both on
the loop's own time; so a check means the same on a virtual clock and on real sockets.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from opcross.codes import Hresult
from opcross.errors import HResultError, OpcrossError
from opcross.ndr import Variant, VarType
from opcross.opc.codes import code_name
from opcross.opc.da.batch import Batch, ItemValue, WriteBatch
from opcross.opc.da.conformance.model import (
    Certainty,
    ConformanceError,
    DaCheck,
    DaSubject,
    NotApplicable,
    Role,
)
from opcross.opc.da.conformance.watcher import Watcher
from opcross.opc.da.model import GroupSettings, ItemDefinition, ItemResults
from opcross.opc.quality import is_bad, is_good, quality_text

if TYPE_CHECKING:
    from opcross.opc.da.service import DaGroup, DaSession

__all__ = ["ABSENT", "CHOSEN", "OBSERVED", "SPECIFIED", "CheckFunction", "Play", "rule"]

SPECIFIED: Final = Certainty.SPECIFIED
OBSERVED: Final = Certainty.OBSERVED
CHOSEN: Final = Certainty.CHOSEN

ABSENT: Final = 0x7EDCBA98
"""A server handle that no group gave."""

CheckFunction: TypeAlias = "Callable[[Play], Awaitable[None]]"


def rule(name: str, certainty: Certainty) -> Callable[[CheckFunction], DaCheck]:
    """Make a check of a function; its docstring is the summary."""

    def make(function: CheckFunction) -> DaCheck:
        async def run(subject: DaSubject) -> None:
            async with Play.begin(name, subject) as play:
                await function(play)

        return DaCheck(name, (function.__doc__ or "").strip(), certainty, run)

    return make


class Play:
    """One check being played: a session is open, and whatever was opened is closed at the end."""

    def __init__(self, check: str, subject: DaSubject, session: DaSession, stack: AsyncExitStack) -> None:
        self.check = check
        self.subject = subject
        self.session = session
        self._stack = stack

    @classmethod
    @asynccontextmanager
    async def begin(cls, check: str, subject: DaSubject) -> AsyncGenerator[Play]:
        """Open a session for a check."""
        async with AsyncExitStack() as stack:
            session = await subject.service.open(subject.caller)
            stack.push_async_callback(session.close)
            yield cls(check, subject, session, stack)

    # -- the cast

    def item(self, role: Role) -> str:
        """The item that plays this part. Raises :class:`NotApplicable` where there is none."""
        found: str | None = getattr(self.subject, role)
        if found is None:
            raise NotApplicable(f"{self.check}: the subject has no item for {role}")
        return found

    def need(self, able: bool, capability: str) -> None:
        """Raises :class:`NotApplicable` unless the subject can do this."""
        if not able:
            raise NotApplicable(f"{self.check}: the subject has no {capability}")

    def need_writing(self) -> None:
        """The check writes values."""
        self.need(self.subject.writable, "right to write")

    def need_da3(self) -> None:
        """The check is about something that came with DA 3.0."""
        self.need(self.subject.da3, "DA 3.0")

    # -- sessions, groups and items

    async def another_session(self) -> DaSession:
        """A second session of the same caller."""
        session = await self.subject.service.open(self.subject.caller)
        self._stack.push_async_callback(session.close)
        return session

    async def group(
        self,
        name: str = "",
        *,
        active: bool = True,
        rate: int | None = None,
        deadband: float = 0.0,
        session: DaSession | None = None,
    ) -> DaGroup:
        """A new group at the subject's rate, unless another is wanted."""
        settings = GroupSettings(
            name=name,
            active=active,
            update_rate=self.subject.rate if rate is None else rate,
            deadband=deadband,
        )
        return await (session or self.session).add_group(settings)

    async def add(
        self,
        group: DaGroup,
        *item_ids: str,
        active: bool = True,
        requested_type: int = VarType.EMPTY,
        first_client: int = 1,
    ) -> np.ndarray:
        """Add items, of which nothing may fail; client handles count from ``first_client``. Their handles."""
        definitions = [
            ItemDefinition(
                item_id=item_id, active=active, client=first_client + index, requested_type=requested_type
            )
            for index, item_id in enumerate(item_ids)
        ]
        results = await group.add_items(definitions)
        self.codes(
            results.errors, [Hresult.S_OK] * len(definitions), f"errors of adding {', '.join(item_ids)}"
        )
        return results.handles

    async def prepare(self, role: Role, value: Variant) -> None:
        """Write a value to an item through a group of its own."""
        self.need_writing()
        group = await self.group(active=False)
        await self.write(group, await self.add(group, self.item(role)), value)
        await group.remove()

    async def write(self, group: DaGroup, handles: np.ndarray, *values: Variant) -> None:
        """Write values, of which nothing may fail."""
        errors = await group.write(handles, WriteBatch.of(*values))
        self.codes(errors, [Hresult.S_OK] * len(values), "errors of writing")

    async def device_value(self, group: DaGroup, handle: int) -> ItemValue:
        """One item, read from the device."""
        return self.row(await group.read(np.array([handle], np.uint32), 0))

    @asynccontextmanager
    async def watch(self, group: DaGroup) -> AsyncGenerator[Watcher]:
        """Subscribe, and collect what comes."""
        stream = await group.subscribe()
        watcher = Watcher(self.check, stream, self.subject)
        try:
            yield watcher
        finally:
            await watcher.close()

    async def wait(self, seconds: float | None = None) -> None:
        """Let time pass, by default until whatever was going to happen has happened."""
        await asyncio.sleep(self.subject.settle if seconds is None else seconds)

    # -- expectations

    def fail(self, what: str, expected: str, actual: str) -> ConformanceError:
        """The error of this check."""
        return ConformanceError(self.check, what, expected, actual)

    def expect(self, condition: bool, what: str, expected: str, actual: object) -> None:
        """Something holds."""
        if not condition:
            raise self.fail(what, expected, str(actual))

    def equal(self, actual: object, expected: object, what: str) -> None:
        """Two values are the same."""
        if actual != expected:
            raise self.fail(what, repr(expected), repr(actual))

    def codes(self, errors: np.ndarray, expected: Sequence[int], what: str) -> None:
        """A column of HRESULTs is this one."""
        actual = [int(code) for code in errors]
        if actual != [int(code) for code in expected]:
            raise self.fail(what, _names(expected), _names(actual))

    def one_of(self, code: int, allowed: Sequence[int], what: str) -> None:
        """An HRESULT is one of these."""
        if int(code) not in [int(one) for one in allowed]:
            raise self.fail(what, " or ".join(code_name(int(one)) for one in allowed), _name(code))

    def good(self, row: ItemValue, what: str) -> None:
        """A row has no error and a good quality."""
        self.expect(row.error == Hresult.S_OK, what, "no error", _name(row.error))
        self.expect(is_good(row.quality), what, "good quality", quality_text(row.quality))

    def failed_row(self, row: ItemValue, allowed: Sequence[int], what: str) -> None:
        """A row failed with one of these codes: it has VT_EMPTY and a bad quality."""
        self.one_of(row.error, allowed, f"error of {what}")
        vartype = VarType.EMPTY if row.value is None else row.value.vt
        self.equal(int(vartype), int(VarType.EMPTY), f"type of {what}")
        self.expect(is_bad(row.quality), f"quality of {what}", "bad", quality_text(row.quality))

    def row(self, batch: Batch) -> ItemValue:
        """The only row of a batch."""
        self.equal(len(batch), 1, "number of rows")
        found: ItemValue = batch[0]
        return found

    def result(self, results: ItemResults) -> tuple[int, int, int, int]:
        """The only row of results: handle, type, rights, error."""
        self.equal(len(results), 1, "number of results")
        columns = (results.handles, results.types, results.rights, results.errors)
        handle, vartype, rights, error = (int(column[0]) for column in columns)
        return handle, vartype, rights, error

    async def refused(self, call: Awaitable[Any], allowed: Sequence[int], what: str) -> None:
        """A call as a whole fails with one of these codes."""
        try:
            await call
        except HResultError as error:
            self.one_of(error.code, allowed, what)
            return
        raise self.fail(what, " or ".join(code_name(int(one)) for one in allowed), "success")

    async def fails(self, call: Awaitable[Any], what: str) -> None:
        """A call as a whole fails, with whatever error of the tree."""
        try:
            await call
        except OpcrossError:
            return
        raise self.fail(what, "an error", "success")


def _name(code: int) -> str:
    return f"{code_name(int(code))} (0x{int(code):08X})"


def _names(codes: Sequence[int]) -> str:
    return f"[{', '.join(code_name(int(code)) for code in codes)}]"
