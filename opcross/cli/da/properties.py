"""``opcross da properties``: what a server tells of items besides their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from opcross.cli.da._output import Output, Tone
from opcross.cli.da._session import EXIT_FAILED, run_session
from opcross.cli.da._values import ErrorTexts, cell_of, error_record, json_of, type_word
from opcross.codes import failed
from opcross.errors import FileError
from opcross.opc.da.model import AccessRights
from opcross.opc.quality import quality_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opcross.cli.da._connection import Connection
    from opcross.opc.da.model import ItemProperties, ItemProperty
    from opcross.opc.da.service import DaSession

_TYPE: Final = 1
_QUALITY: Final = 3
_RIGHTS: Final = 5

__all__ = ["tell_properties"]


def tell_properties(url: str, items: Sequence[str], ids: Sequence[int], connection: Connection) -> int:
    """Print properties of items; the exit code."""
    if not items:
        raise FileError("name at least one item")
    for number in ids:
        if not 0 < number <= 0xFFFFFFFF:
            raise FileError(f"--id {number}: the number of a property, such as 2 for the value")
    output = Output(as_json=connection.json)

    async def work(session: DaSession) -> int:
        texts = ErrorTexts(session)
        errors = 0
        with output.rows("ITEM", "ID", "PROPERTY", "TYPE", "VALUE") as rows:
            for item, found in zip(items, await session.properties(items, ids), strict=True):
                if failed(found.error):
                    text = await texts.of(found.error)
                    record = {"item": item, **error_record(found.error, text)}
                    rows.add((item, "", "", "", f"error: {text}"), record, Tone.BAD)
                    errors += 1
                for one in _known(found):
                    text = await texts.of(one.error) if failed(one.error) else ""
                    rows.add(*_row(item, one, text))
                    errors += bool(text)
        return EXIT_FAILED if errors else 0

    return run_session(url, connection, work)


def _known(found: ItemProperties) -> Sequence[ItemProperty]:
    return () if failed(found.error) else found.properties


def _row(item: str, one: ItemProperty, error: str) -> tuple[tuple[str, ...], dict[str, Any], str]:
    record: dict[str, Any] = {"item": item, "id": one.id, "description": one.description}
    if error:
        record |= error_record(one.error, error)
        return (item, str(one.id), one.description, "", f"error: {error}"), record, Tone.BAD
    word = type_word(one.data_type if one.value is None else one.value.vt)
    record |= {"type": word, "value": json_of(one.value), "property_item": one.item_id or None}
    return (item, str(one.id), one.description, word, _cell(one)), record, Tone.PLAIN


def _cell(one: ItemProperty) -> str:
    """The value; numbers that stand for something say for what ([OPC DA] 3.0, 6.7.2)."""
    text = cell_of(one.value)
    number = None if one.value is None else one.value.value
    if not isinstance(number, int):
        return text
    if one.id == _TYPE:
        return f"{text} ({type_word(number & 0xFFFF)})"
    if one.id == _QUALITY:
        return f"{text} ({quality_text(number & 0xFFFF)})"
    if one.id == _RIGHTS:
        words = [right.name.lower() for right in AccessRights if right and number & right and right.name]
        return f"{text} ({', '.join(words) or 'none'})"
    return text
