"""``opcross da read``: values of items, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from opcross.cli.da._output import Output
from opcross.cli.da._session import EXIT_FAILED, run_session
from opcross.cli.da._values import VALUE_COLUMNS, ErrorTexts, parse_type, value_row
from opcross.codes import failed
from opcross.errors import FileError
from opcross.ndr import VariantColumn, VarType
from opcross.opc.da.batch import Batch
from opcross.opc.da.model import ALWAYS_CACHE, GroupSettings, ItemDefinition
from opcross.opc.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opcross.cli.da._connection import Connection
    from opcross.opc.da.service import DaSession

__all__ = ["read_items"]


def read_items(
    url: str,
    items: Sequence[str],
    connection: Connection,
    *,
    max_age: int | None,
    device: bool,
    type_word: str,
) -> int:
    """Read and print; the exit code."""
    if not items:
        raise FileError("name at least one item")
    if device and max_age is not None:
        raise FileError("--device and --max-age say two things: --device is --max-age 0")
    if max_age is not None and not 0 <= max_age <= ALWAYS_CACHE:
        raise FileError(f"--max-age {max_age}: milliseconds, from 0 to {ALWAYS_CACHE}")
    age = 0 if device else ALWAYS_CACHE if max_age is None else max_age
    vartype = parse_type(type_word)
    output = Output(as_json=connection.json)

    async def work(session: DaSession) -> int:
        if vartype == VarType.EMPTY:
            batch = await session.read(items, age)
        else:
            batch = await _read_as(session, items, age, vartype)
        texts = ErrorTexts(session)
        with output.rows(*VALUE_COLUMNS) as rows:
            for row in batch:
                text = await texts.of(row.error) if row.error else ""
                rows.add(*value_row(items[row.handle], row, text))
        return EXIT_FAILED if any(map(failed, batch.errors.tolist())) else 0

    return run_session(url, connection, work)


async def _read_as(session: DaSession, items: Sequence[str], age: int, vartype: int) -> Batch:
    """Read in a type other than the items' own, which takes a group; handles are positions."""
    group = await session.add_group(GroupSettings(active=False))
    try:
        results = await group.add_items(
            [
                ItemDefinition(item_id=item, client=number, requested_type=vartype)
                for number, item in enumerate(items)
            ]
        )
        bad = results.errors >= np.uint32(0x80000000)
        missing = np.flatnonzero(bad)
        nothing = VariantColumn(np.zeros(len(missing), np.uint16))
        lost = Batch(missing, nothing, Quality.BAD, 0, results.errors[missing])
        if bad.all():
            return lost
        both = Batch.concatenate([await group.read(results.handles[~bad], age), lost])
        return both.take(np.argsort(both.handles, kind="stable"))
    finally:
        await group.remove()
