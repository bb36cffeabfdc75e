"""Rows of values as the user sees them, and values, qualities and times as he writes them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from opcross.cli.da._output import Tone
from opcross.codes import failed
from opcross.errors import BadValue, FileError, OpcrossError
from opcross.ndr import VarType
from opcross.net import wall_time
from opcross.opc.codes import code_name, code_text
from opcross.opc.filetime import filetime_of, to_text
from opcross.opc.quality import Quality, is_bad, is_good, quality_text
from opcross.opc.variant_text import to_json as value_json
from opcross.opc.variant_text import to_text as value_text
from opcross.opc.variant_text import vartype_of, vartype_word

if TYPE_CHECKING:
    from opcross.ndr import Variant
    from opcross.opc.da.batch import ItemValue
    from opcross.opc.da.service import DaSession

__all__ = [
    "VALUE_COLUMNS",
    "ErrorTexts",
    "cell_of",
    "error_record",
    "json_of",
    "parse_quality",
    "parse_time",
    "parse_type",
    "type_word",
    "value_row",
]

VALUE_COLUMNS: Final = ("ITEM", "VALUE", "TYPE", "QUALITY", "TIME")


class ErrorTexts:
    """Words for HRESULTs: our own where the code is known, else the server's, asked for once."""

    def __init__(self, session: DaSession) -> None:
        self._session = session
        self._known: dict[int, str] = {}

    async def of(self, code: int) -> str:
        """A sentence for a code."""
        text = self._known.get(code)
        if text is None:
            text = code_text(code)
            if code_name(code) == "HRESULT":
                with suppress(OpcrossError):  # without words the number has to do
                    text = f"{await self._session.error_text(code)} (0x{code:08X})"
            if len(self._known) < 1_000:  # a server may have a new code for every row
                self._known[code] = text
        return text


def value_row(item_id: str, row: ItemValue, error_text: str) -> tuple[tuple[str, ...], dict[str, Any], str]:
    """Cells, JSON object and tone of a row of values; ``error_text`` counts where the row has an error."""
    record: dict[str, Any] = {"item": item_id}
    if failed(row.error):
        record |= error_record(row.error, error_text)
        return (item_id, f"error: {error_text}", "", "", ""), record, Tone.BAD
    variant = row.value
    word = "" if variant is None else type_word(variant.vt)
    quality = quality_text(row.quality)
    record |= {
        "value": json_of(variant),
        "type": word,
        "quality": quality,
        "quality_code": row.quality,
        "time": to_text(row.time_stamp) or None,
    }
    if row.error:
        record |= error_record(row.error, error_text)
        quality = f"{quality}; {code_name(row.error)}"
    tone = Tone.PLAIN if is_good(row.quality) else Tone.BAD if is_bad(row.quality) else Tone.UNSURE
    cells = (item_id, cell_of(variant), word, quality, to_text(row.time_stamp))
    return cells, record, tone


def error_record(code: int, text: str) -> dict[str, Any]:
    """What JSON says of an HRESULT."""
    return {"error": f"0x{code:08x}", "error_name": code_name(code), "message": text}


def cell_of(variant: Variant | None) -> str:
    """A value in a table."""
    return "" if variant is None else value_text(variant)


def json_of(variant: Variant | None) -> Any:  # noqa: ANN401  (whatever JSON can hold)
    """A value in JSON."""
    return None if variant is None else value_json(variant)


def type_word(vartype: int) -> str:
    """A VARTYPE in the words of ``--type``; empty for none."""
    return "" if vartype == VarType.EMPTY else vartype_word(vartype)


def parse_type(word: str) -> int:
    """The VARTYPE of ``--type``; empty is VT_EMPTY. Raises :class:`~opcross.errors.FileError`."""
    if not word:
        return VarType.EMPTY
    try:
        return vartype_of(word)
    except BadValue as error:
        raise FileError(f"--type {word}: {error.reason}") from None


def parse_quality(text: str) -> int:
    """A quality as a word (``good``, ``"bad: sensor failure"``, ``sensor-failure``) or a number.

    Raises :class:`~opcross.errors.FileError`.
    """
    plain = re.sub(r"[\s_-]+", "-", text.strip().lower())
    if re.fullmatch(r"0x[0-9a-f]{1,4}|\d{1,5}", plain):
        number = int(plain, 0) if plain.startswith("0x") else int(plain)
        if number <= 0xFFFF:
            return number
    names = {quality.name.lower().replace("_", "-"): quality for quality in Quality}
    found = names.get(re.sub(r"^(bad|uncertain|good):-?", "", plain))
    if found is None:
        raise FileError(f"--quality {text}: a number from 0 to 65535, or one of {', '.join(names)}")
    return found


def parse_time(text: str) -> int:
    """A time in ISO 8601, UTC unless it says otherwise, or ``now``; in ticks.

    Raises :class:`~opcross.errors.FileError`.
    """
    if text == "now":
        return wall_time()
    try:
        moment = datetime.fromisoformat(text)
        return filetime_of(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        reason = str(error) if isinstance(error, BadValue) else "write it as 2026-01-31T12:00:00Z, or now"
        raise FileError(f"--time-stamp {text}: {reason}") from None
