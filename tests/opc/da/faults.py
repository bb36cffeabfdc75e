"""Services that break one rule each, and the check that has to find it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.ndr import Variant, VariantColumn, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import NO_ROWS, Batch, WriteBatch
from opcross.opc.da.model import ALWAYS_CACHE, Change, GroupChange
from tests.opc.da.faulty import Fault

# -- sessions


async def one_too_few_groups(session: Any) -> Any:
    status = await session.status()
    return replace(status, group_count=max(status.group_count - 1, 0))


async def never_started(session: Any) -> Any:
    return replace(await session.status(), start_time=0)


async def no_end(session: Any, *arguments: Any) -> Any:
    await asyncio.Event().wait()


async def speechless(session: Any, code: int, locale: int | None = None) -> str:
    return "" if code == 0x8BADF00D else await session.error_text(code, locale)


async def any_locale(session: Any, locale: int) -> None:
    with suppress(HResultError):
        await session.set_locale(locale)


async def goes_at_once(session: Any) -> str:
    return "for no reason"


async def stumbles(session: Any, item_ids: Any, ids: Any = (), *, values: bool = True) -> Any:
    known = {"Tank.Set.Number": 1, "Tank.Level": 2}
    return [known[item_id] for item_id in item_ids]


# -- browsing and properties


async def loses_the_last_of_a_page(session: Any, request: Any) -> Any:
    page = await session.browse(request)
    return replace(page, elements=page.elements[:-1]) if page.continuation else page


async def starts_over(session: Any, request: Any) -> Any:
    try:
        return await session.browse(request)
    except HResultError:
        return await session.browse(replace(request, continuation=""))


async def matches_everything(session: Any, request: Any) -> Any:
    return await session.browse(replace(request, name_filter=""))


async def all_or_nothing(session: Any, item_ids: Any, ids: Any = (), *, values: bool = True) -> Any:
    found = await session.properties(item_ids, ids, values=values)
    for item in found:
        for one in item.properties:
            if one.error:
                raise HResultError(one.error)
    return found


# -- items


async def adds_when_validating(group: Any, items: Any) -> Any:
    return await group.add_items(items)


async def fails_altogether(group: Any, handles: Any) -> Any:
    errors = await group.remove_items(handles)
    if errors.any():
        raise HResultError(int(errors.max()))
    return errors


async def requested_type_is_canonical(group: Any, items: Any) -> Any:
    added = await group.add_items(items)
    types = [item.requested_type or own for item, own in zip(items, added.types, strict=True)]
    return replace(added, types=np.array(types, np.uint16))


async def unknown_is_invalid(group: Any, items: Any) -> Any:
    added = await group.add_items(items)
    errors = np.where(added.errors == DaCode.E_UNKNOWNITEMID, DaCode.E_INVALIDITEMID, added.errors)
    return replace(added, errors=errors.astype(np.uint32))


async def changes_type_all_the_same(group: Any, handles: Any, types: Any) -> Any:
    errors = await group.set_types(handles, types)
    if errors.any():
        await group.set_types(handles, np.zeros(len(handles), np.uint16))
    return errors


# -- reads and writes


async def cache_of_inactive_is_good(group: Any, handles: Any, max_ages: Any = None) -> Batch:
    found: Batch = await group.read(handles, 0 if max_ages is None else max_ages)
    return found


async def device_needs_active(group: Any, handles: Any, max_ages: Any = None) -> Batch:
    found: Batch = await group.read(handles, None if isinstance(max_ages, int) and not max_ages else max_ages)
    return found


async def sorted_rows(group: Any, handles: Any, max_ages: Any = None) -> Batch:
    found: Batch = await group.read(handles, max_ages)
    return found.take(np.argsort(found.handles, kind="stable"))


async def no_failures(group: Any, handles: Any, max_ages: Any = None) -> Batch:
    found: Batch = await group.read(handles, max_ages)
    return Batch(found.handles, found.values, found.qualities, found.time_stamps, 0)


async def keeps_quality_of_failures(group: Any, handles: Any, max_ages: Any = None) -> Batch:
    found: Batch = await group.read(handles, max_ages)
    return Batch(found.handles, found.values, 0xC0, found.time_stamps, found.errors)


async def never_too_old(group: Any, handles: Any, max_ages: Any = None) -> Batch:
    found: Batch = await group.read(
        handles, max_ages if max_ages is None or not np.any(max_ages) else ALWAYS_CACHE
    )
    return found


async def always_too_old(group: Any, handles: Any, max_ages: Any = None) -> Batch:
    found: Batch = await group.read(handles, max_ages if max_ages is None else 0)
    return found


async def one_age_for_all(group: Any, handles: Any, max_ages: Any = None) -> Batch:
    found: Batch = await group.read(
        handles, int(np.max(max_ages)) if isinstance(max_ages, np.ndarray) else max_ages
    )
    return found


async def clamps_instead_of_overflow(group: Any, handles: Any, max_ages: Any = None) -> Batch:
    found: Batch = await group.read(handles, max_ages)
    values = [Variant(VarType.I4, 0x7FFFFFFF) if row.error else row.value for row in found]
    return Batch(found.handles, VariantColumn.of(values), 0xC0, found.time_stamps, 0)


async def says_yes(group: Any, handles: Any, values: WriteBatch) -> Any:
    return np.zeros_like(await group.write(handles, values))


async def drops_quality(group: Any, handles: Any, values: WriteBatch) -> Any:
    return await group.write(handles, WriteBatch(values.values))


async def first_write_wins(group: Any, handles: Any, values: WriteBatch) -> Any:
    order = np.arange(len(handles))[::-1]
    return (await group.write(np.asarray(handles)[order], values.take(order)))[::-1]


# -- groups


async def makes_names_unique(session: Any, settings: Any) -> Any:
    try:
        return await session.add_group(settings)
    except HResultError:
        return await session.add_group(replace(settings, name=f"{settings.name} (2)"))


async def takes_any_deadband(session: Any, settings: Any) -> Any:
    return await session.add_group(replace(settings, deadband=min(max(settings.deadband, 0.0), 100.0)))


async def active_clone(group: Any, name: str) -> Any:
    clone = await group.clone(name)
    await clone.set_state(GroupChange(active=True))
    return clone


async def empty_clone(group: Any, name: str) -> Any:
    clone = await group.clone(name)
    await clone.remove_items(np.array([item.server for item in await clone.items()], np.uint32))
    return clone


async def grants_every_rate(group: Any, change: GroupChange) -> int:
    revised: int = await group.set_state(change)
    return revised if change.update_rate is None else change.update_rate


async def forgets_the_client(group: Any, change: GroupChange) -> int:
    revised: int = await group.set_state(replace(change, client=change.client or 0))
    return revised


async def stays_active(group: Any, change: GroupChange) -> int:
    revised: int = await group.set_state(replace(change, active=change.active or None))
    return revised


async def no_keep_alive(group: Any, milliseconds: int) -> int:
    return milliseconds


async def keep_alive_for_ever(group: Any, milliseconds: int) -> int:
    revised: int = await group.set_keep_alive(milliseconds or 500)
    return revised if milliseconds else 0


async def deadband_for_everybody(group: Any, handles: Any, percents: Any) -> Any:
    errors = await group.set_deadbands(handles, percents)
    return np.where(errors == DaCode.E_DEADBANDNOTSUPPORTED, 0, errors)


# -- refreshes and streams


async def refreshes_the_inactive(group: Any, max_age: int | None = None) -> Batch:
    handles = np.array([item.server for item in await group.items()], np.uint32)
    found: Batch = await group.read(handles, max_age or 0)
    return found


async def refreshes_nothing(group: Any, max_age: int | None = None) -> Batch:
    try:
        found: Batch = await group.refresh(max_age)
    except HResultError:
        return NO_ROWS
    return found


async def refreshes_the_cache_only(group: Any, max_age: int | None = None) -> Batch:
    found: Batch = await group.refresh(ALWAYS_CACHE)
    return found


async def refreshes_what_has_no_row(group: Any, max_age: int | None = None) -> Batch:
    found: Batch = await group.refresh(max_age)
    first: Batch = found[:1]
    return first


class Altered:
    """A stream; what is sent is decided by :meth:`alter`, None sending nothing."""

    def __init__(self, group: Any, stream: Any) -> None:
        self.group = group
        self.stream = stream

    async def next(self) -> Change:
        while True:
            change = self.alter(await self.stream.next())
            if change is not None:
                return change

    def alter(self, change: Change) -> Change | None:
        return change

    async def close(self) -> None:
        await self.stream.close()


class SendsNoValueTwice(Altered):
    """An item that was activated is not sent if its value is the one sent last."""

    def __init__(self, group: Any, stream: Any) -> None:
        super().__init__(group, stream)
        self.sent: dict[int, Any] = {}

    def alter(self, change: Change) -> Change | None:
        rows = [index for index, row in enumerate(change.batch) if self.sent.get(row.handle) != row.value]
        self.sent.update({row.handle: row.value for row in change.batch})
        return Change(change.batch.take(np.array(rows, np.int64))) if rows else None


class GoodOnly(Altered):
    """What is bad is not sent."""

    def alter(self, change: Change) -> Change | None:
        good = np.flatnonzero(change.batch.qualities >= 0xC0)
        return Change(change.batch.take(good)) if len(good) or change.keep_alive else None


class NewestFirst(Altered):
    """Samples come in the wrong order."""

    def alter(self, change: Change) -> Change | None:
        return Change(change.batch[::-1])


class AllSamples(Altered):
    """Every row comes twice, as if samples were always buffered."""

    def alter(self, change: Change) -> Change | None:
        return Change(Batch.concatenate([change.batch, change.batch]))


class FirstIsLate(Altered):
    """The first change holds one item only."""

    first = True

    def alter(self, change: Change) -> Change | None:
        self.first, was_first = False, self.first
        return Change(change.batch[:1]) if was_first else change


class EndsSilently(Altered):
    """The end of a stream looks like another failure."""

    async def next(self) -> Change:
        try:
            found: Change = await self.stream.next()
        except HResultError as error:
            raise HResultError(Hresult.E_FAIL) from error
        return found


class Everything(Altered):
    """Whoever is slow gets every change that he missed."""

    def __init__(self, group: Any, stream: Any) -> None:
        super().__init__(group, stream)
        self.queue: asyncio.Queue[Any] = asyncio.Queue()
        self.task = asyncio.get_running_loop().create_task(self.pull())

    async def pull(self) -> None:
        try:
            while True:
                self.queue.put_nowait(await self.stream.next())
        except HResultError as error:
            self.queue.put_nowait(error)

    async def next(self) -> Change:
        found = await self.queue.get()
        if isinstance(found, HResultError):
            raise found
        assert isinstance(found, Change)
        return found


class TimeStampsCount(Altered):
    """A new time stamp is a change."""

    def __init__(self, group: Any, stream: Any) -> None:
        super().__init__(group, stream)
        self.stamps: dict[int, int] = {}

    async def next(self) -> Change:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(0.1):
                    change: Change = await self.stream.next()
                self.stamps.update({row.handle: row.time_stamp for row in change.batch})
                return change
            batch = await self.group.refresh(0)
            if any(self.stamps.get(row.handle, row.time_stamp) != row.time_stamp for row in batch):
                self.stamps.update({row.handle: row.time_stamp for row in batch})
                return Change(batch)


class Repeats(Altered):
    """Everything is sent again and again, changed or not."""

    async def next(self) -> Change:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                change: Change = await self.stream.next()
            return change
        return Change(await self.group.refresh())


# -- deadbands: the real server is told of none, and a faulty one takes its place


class _Banded(Altered):
    """Holds back what lies within 10 % of a range of 100."""

    def __init__(self, group: Any, stream: Any) -> None:
        super().__init__(group, stream)
        self.last: dict[int, float] = {}

    def alter(self, change: Change) -> Change | None:
        rows = []
        for index, row in enumerate(change.batch):
            number = row.value.value if row.value is not None else 0.0
            if row.handle not in self.last or self.passes(abs(number - self.last[row.handle])):
                rows.append(index)
                self.last[row.handle] = number
            else:
                self.held(row.handle, number)
        return Change(change.batch.take(np.array(rows, np.int64))) if rows else None

    def passes(self, distance: float) -> bool:
        return distance > 10.0

    def held(self, handle: int, number: float) -> None:
        pass


class FromLastSample(_Banded):
    """Measured from the value sampled last: a slow drift is never sent."""

    def held(self, handle: int, number: float) -> None:
        self.last[handle] = number


class AtLeast(_Banded):
    """A difference of exactly the deadband is enough."""

    def passes(self, distance: float) -> bool:
        return distance >= 10.0


async def without_deadband(session: Any, settings: Any) -> Any:
    return await session.add_group(replace(settings, deadband=0.0))


FAULTS = [
    ("no-status", Fault(session={"status": no_end}), "status-running"),
    ("group-count", Fault(session={"status": one_too_few_groups}), "status-group-count"),
    ("start-time", Fault(session={"status": never_started}), "status-times"),
    ("speechless", Fault(session={"error_text": speechless}), "error-text"),
    ("any-locale", Fault(session={"set_locale": any_locale}), "locale-unknown"),
    ("leaves", Fault(session={"shutdown": goes_at_once}), "shutdown-waits"),
    ("stumbles", Fault(session={"properties": stumbles}), "errors-tree"),
    ("short-page", Fault(session={"browse": loses_the_last_of_a_page}), "browse-paging"),
    ("starts-over", Fault(session={"browse": starts_over}), "browse-continuation-unknown"),
    ("any-name", Fault(session={"browse": matches_everything}), "browse-name-filter"),
    ("no-sets", Fault(session={"browse": matches_everything}), "browse-name-filter-sets"),
    ("all-or-nothing", Fault(session={"properties": all_or_nothing}), "properties-unknown-id"),
    ("adds-when-validating", Fault(group={"validate_items": adds_when_validating}), "items-validate"),
    ("fails-altogether", Fault(group={"remove_items": fails_altogether}), "items-unknown-handle"),
    ("requested-type", Fault(group={"add_items": requested_type_is_canonical}), "items-canonical-type"),
    ("invalid-not-unknown", Fault(group={"add_items": unknown_is_invalid}), "items-unknown-id"),
    ("half-set-types", Fault(group={"set_types": changes_type_all_the_same}), "items-set-types"),
    ("good-inactive-item", Fault(group={"read": cache_of_inactive_is_good}), "read-cache-inactive"),
    ("good-inactive-group", Fault(group={"read": cache_of_inactive_is_good}), "read-cache-inactive-group"),
    ("device-inactive", Fault(group={"read": device_needs_active}), "read-device-inactive"),
    ("sorted", Fault(group={"read": sorted_rows}), "read-order"),
    ("no-failures", Fault(group={"read": no_failures}), "read-failures-counted"),
    ("s-ok-of-unreadable", Fault(group={"read": no_failures}), "read-unreadable"),
    ("good-failures", Fault(group={"read": keeps_quality_of_failures}), "read-bad-quality"),
    ("never-old", Fault(group={"read": never_too_old}), "read-max-age-old"),
    ("always-old", Fault(group={"read": always_too_old}), "read-max-age-young"),
    ("no-always-cache", Fault(group={"read": always_too_old}), "read-always-cache"),
    ("one-age", Fault(group={"read": one_age_for_all}), "read-mixed-ages"),
    ("clamped", Fault(group={"read": clamps_instead_of_overflow}), "convert-overflow"),
    ("says-yes", Fault(group={"write": says_yes}), "write-read-only"),
    ("says-yes-to-errors", Fault(group={"write": says_yes}), "write-refused-by-device"),
    ("says-yes-to-words", Fault(group={"write": says_yes}), "convert-write-fails"),
    ("drops-quality", Fault(group={"write": drops_quality}), "write-vqt"),
    ("first-wins", Fault(group={"write": first_write_wins}), "write-in-order"),
    ("unique-names", Fault(session={"add_group": makes_names_unique}), "group-name-taken"),
    ("any-deadband", Fault(session={"add_group": takes_any_deadband}), "group-deadband-range"),
    ("active-clone", Fault(group={"clone": active_clone}), "group-clone"),
    ("empty-clone", Fault(group={"clone": empty_clone}), "group-clone-extras"),
    ("any-rate", Fault(group={"set_state": grants_every_rate}), "group-rate-revised"),
    ("forgets-client", Fault(group={"set_state": forgets_the_client}), "group-set-state"),
    ("stays-active", Fault(group={"set_state": stays_active}), "stream-inactive-group"),
    ("no-keep-alive", Fault(group={"set_keep_alive": no_keep_alive}), "keep-alive"),
    ("no-keep-alive-state", Fault(group={"set_keep_alive": no_keep_alive}), "group-keep-alive"),
    ("keep-alive-for-ever", Fault(group={"set_keep_alive": keep_alive_for_ever}), "keep-alive-off"),
    ("deadband-for-all", Fault(group={"set_deadbands": deadband_for_everybody}), "item-deadband-errors"),
    ("refresh-inactive", Fault(group={"refresh": refreshes_the_inactive}), "refresh-inactive-group"),
    ("refresh-all", Fault(group={"refresh": refreshes_the_inactive}), "refresh"),
    ("refresh-nothing", Fault(group={"refresh": refreshes_nothing}), "refresh-no-active-items"),
    ("refresh-cache", Fault(group={"refresh": refreshes_the_cache_only}), "refresh-device"),
    ("refresh-old", Fault(group={"refresh": refreshes_the_cache_only}), "refresh-max-age"),
    ("refresh-one", Fault(group={"refresh": refreshes_what_has_no_row}), "refresh"),
    ("activation", Fault(stream=SendsNoValueTwice), "stream-group-activation"),
    ("item-activation", Fault(stream=SendsNoValueTwice), "stream-item-activation"),
    ("good-only", Fault(stream=GoodOnly), "stream-quality"),
    ("newest-first", Fault(stream=NewestFirst), "buffering-samples"),
    ("all-samples", Fault(stream=AllSamples), "sampling-newest"),
    ("first-is-late", Fault(stream=FirstIsLate), "stream-first"),
    ("e-fail", Fault(stream=EndsSilently), "stream-close"),
    ("e-fail-of-group", Fault(stream=EndsSilently), "group-remove-ends-streams"),
    ("e-fail-of-session", Fault(stream=EndsSilently), "session-close-ends-streams"),
    ("everything", Fault(stream=Everything), "stream-slow"),
    ("time-stamps", Fault(stream=TimeStampsCount), "stream-time-stamp-alone"),
    ("repeats", Fault(stream=Repeats), "stream-silent"),
    ("no-deadband", Fault(session={"add_group": without_deadband}), "deadband"),
    ("no-deadband-state", Fault(session={"add_group": without_deadband}), "group-state"),
    (
        "last-sample",
        Fault(session={"add_group": without_deadband}, stream=FromLastSample),
        "deadband-last-sent",
    ),
    ("at-least", Fault(session={"add_group": without_deadband}, stream=AtLeast), "deadband"),
    ("all-banded", Fault(stream=FromLastSample), "deadband-analog-only"),
    ("banded-without-deadband", Fault(stream=FromLastSample), "deadband-zero"),
]
