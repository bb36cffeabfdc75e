"""``opcross da browse``: the address space, page by page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from opcross.cli.da._output import Output, Progress, Rows, Tone, progress, tell
from opcross.cli.da._session import run_session
from opcross.cli.da._values import parse_type
from opcross.errors import FileError, PeerViolation
from opcross.opc.da.model import PAGE_SIZE, BrowseElement, BrowseFilter, BrowseRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from opcross.cli.da._connection import Connection
    from opcross.opc.da.service import DaSession

__all__ = ["DEPTH_LIMIT", "ELEMENT_LIMIT", "browse_branch"]

DEPTH_LIMIT: Final = 64
"""Branches inside each other that ``--recursive`` follows: an address space may have a ring in it."""


ELEMENT_LIMIT: Final = 1_000_000
"""Elements that a browse shows, unless ``--limit`` says otherwise; and elements of one branch."""


@dataclass(slots=True)
class _Walk:
    """A browse under way: what was asked for, and how much of it may still come."""

    session: DaSession
    request: BrowseRequest
    recursive: bool
    limit: int
    rows: Rows
    progress: Progress
    more: bool = False

    async def branch(self, branch: str, above: tuple[str, ...]) -> None:
        """Print a branch, and with ``--recursive`` what is below it."""
        below: list[str] = []
        two_ways = self.recursive and not _sees_every_branch(self.request)
        async for element in self.elements(replace(self.request, branch=branch)):
            if self.progress.count >= self.limit:
                self.more = True
                return
            self.progress.add(1)
            self.rows.add(*_row(element))
            if element.has_children and not two_ways:
                below.append(element.item_id)
        if not self.recursive:
            return
        if two_ways:
            every = BrowseRequest(branch=branch, filter=BrowseFilter.BRANCHES, limit=PAGE_SIZE)
            below = [element.item_id async for element in self.elements(every)]
        for name in below:
            if self.more:
                return
            if name in above or name == branch or len(above) >= DEPTH_LIMIT:
                tell(f"opcross: not followed, because it leads back or too deep: {name}")
                continue
            await self.branch(name, (*above, branch))

    async def elements(self, request: BrowseRequest) -> AsyncIterator[BrowseElement]:
        """Every element of a request, page after page, as long as there is an end to it."""
        seen = pages = 0
        while True:
            page = await self.session.browse(request)
            seen += len(page.elements)
            pages += 1
            for element in page.elements:
                yield element
            if not page.continuation:
                return
            if max(seen, pages) > max(ELEMENT_LIMIT, self.limit):
                raise PeerViolation(f"a branch does not end: {seen} elements came on {pages} pages")
            request = replace(request, continuation=page.continuation)


def browse_branch(
    url: str,
    branch: str,
    connection: Connection,
    *,
    which: BrowseFilter,
    recursive: bool,
    name_filter: str,
    type_word: str,
    limit: int | None,
) -> int:
    """Print what is in a branch; the exit code."""
    if limit is not None and limit < 1:
        raise FileError(f"--limit {limit}: at least 1")
    if recursive and which is BrowseFilter.FLAT:
        raise FileError("--flat already goes through every branch: leave --recursive out")
    request = BrowseRequest(
        filter=which,
        name_filter=name_filter,
        data_type=parse_type(type_word),
        limit=min(limit or PAGE_SIZE, PAGE_SIZE),
    )
    output = Output(as_json=connection.json)

    async def work(session: DaSession) -> int:
        with output.rows("KIND", "NAME", "ITEM ID") as rows, progress(output, "browsing") as shown:
            walk = _Walk(session, request, recursive, limit or ELEMENT_LIMIT, rows, shown)
            await walk.branch(branch, ())
        if walk.more:
            tell(f"opcross: there is more than these {walk.limit} elements; --limit asks for others")
        elif not shown.count:
            tell("opcross: nothing there that fits")
        return 0

    return run_session(url, connection, work)


def _sees_every_branch(request: BrowseRequest) -> bool:
    """Whether the elements that are asked for include every branch below."""
    return request.filter in (BrowseFilter.ALL, BrowseFilter.BRANCHES) and not request.name_filter


def _row(element: BrowseElement) -> tuple[tuple[str, ...], dict[str, object], str]:
    kind = "item" if element.is_item else "branch"
    if element.is_item and element.has_children:
        kind = "both"
    record = {
        "name": element.name,
        "item_id": element.item_id,
        "is_item": element.is_item,
        "has_children": element.has_children,
    }
    return (kind, element.name, element.item_id), record, Tone.PLAIN
