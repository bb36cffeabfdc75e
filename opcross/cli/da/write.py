"""``opcross da write``: values into items, where the user said that it may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opcross.cli.da._output import Output, Tone
from opcross.cli.da._session import EXIT_FAILED, run_session
from opcross.cli.da._values import (
    ErrorTexts,
    cell_of,
    error_record,
    json_of,
    parse_quality,
    parse_time,
    parse_type,
    type_word,
)
from opcross.codes import failed
from opcross.errors import BadValue, FileError
from opcross.ndr import Variant, VariantColumn, VarType
from opcross.opc.codes import code_name
from opcross.opc.da.batch import WriteBatch
from opcross.opc.da.model import ItemDefinition
from opcross.opc.variant_text import guess, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opcross.cli.da._connection import Connection
    from opcross.opc.da.service import DaSession

__all__ = ["write_items"]


def write_items(
    url: str,
    words: Sequence[str],
    connection: Connection,
    *,
    type_name: str,
    quality: str,
    time_stamp: str,
    allowed: bool,
) -> int:
    """Write, item by item as the server takes it; the exit code.

    Nothing is written unless every value could be understood and every item is there.
    """
    if not words or len(words) % 2:
        raise FileError("write pairs: an item and its value, another item and its value")
    items, values = words[::2], words[1::2]
    vartype = parse_type(type_name)
    quality_code = parse_quality(quality) if quality else None
    ticks = parse_time(time_stamp) if time_stamp else None
    if not allowed:
        raise FileError(
            "refused: a write changes the plant. Say --allow-write when that is what you want; "
            "nothing was sent"
        )
    output = Output(as_json=connection.json)

    async def work(session: DaSession) -> int:
        texts = ErrorTexts(session)
        types = await _types_of(session, items, vartype, texts, output)
        if types is None:
            return EXIT_FAILED
        variants = [
            _understood(item, value, vt) for item, value, vt in zip(items, values, types, strict=True)
        ]
        batch = WriteBatch(
            VariantColumn.of(variants),
            quality_code or 0,
            quality_code is not None,
            ticks or 0,
            ticks is not None,
        )
        errors = await session.write(items, batch)
        with output.rows("ITEM", "VALUE", "TYPE", "RESULT") as rows:
            for item, variant, error in zip(items, variants, errors.tolist(), strict=True):
                rows.add(*_row(item, variant, error, await texts.of(error) if error else ""))
        return EXIT_FAILED if any(map(failed, errors.tolist())) else 0

    return run_session(url, connection, work, writing=True)


async def _types_of(
    session: DaSession, items: Sequence[str], vartype: int, texts: ErrorTexts, output: Output
) -> list[int] | None:
    """The type in which each value is written; None, and said why, when an item is not there."""
    results = await session.validate([ItemDefinition(item_id=item) for item in items])
    errors = results.errors.tolist()
    if not any(map(failed, errors)):
        types: list[int] = results.types.tolist()
        return types if vartype == VarType.EMPTY else [vartype] * len(items)
    with output.rows("ITEM", "VALUE", "TYPE", "RESULT") as rows:
        for item, error in zip(items, errors, strict=True):
            text = await texts.of(error) if failed(error) else "not written: another item is not there"
            record = {"item": item, "written": False, "message": text}
            if failed(error):
                record |= error_record(error, text)
            rows.add((item, "", "", text), record, Tone.BAD)
    return None


def _understood(item: str, text: str, vartype: int) -> Variant:
    if vartype == VarType.EMPTY:
        return guess(text)
    try:
        return parse(text, vartype)
    except BadValue as error:
        raise FileError(f"{item}: {error.reason}; nothing was written") from None


def _row(item: str, variant: Variant, error: int, text: str) -> tuple[tuple[str, ...], dict[str, Any], str]:
    record: dict[str, Any] = {
        "item": item,
        "written": not failed(error),
        "value": json_of(variant),
        "type": type_word(variant.vt),
    }
    result = "written"
    tone = Tone.PLAIN
    if failed(error):
        result, tone = f"error: {text}", Tone.BAD
    elif error:
        result, tone = f"written; {code_name(error)}: {text.partition(': ')[2] or text}", Tone.UNSURE
    if error:
        record |= error_record(error, text)
    return (item, cell_of(variant), type_word(variant.vt), result), record, tone
