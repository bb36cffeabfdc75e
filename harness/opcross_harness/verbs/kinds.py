"""Kinds of argument that several verbs and cast members share."""

from __future__ import annotations

import re

from opcross.codes import Hresult
from opcross.dcom.version import ComVersion
from opcross.levels import AuthLevel
from opcross.opc.codes import DISP_E_OVERFLOW, DISP_E_TYPEMISMATCH, DaCode
from opcross.opc.quality import Quality
from opcross.yaml_files import Choice, Converted

__all__ = ["COM_VERSION", "ITEM_ERROR", "LEVEL", "MONTH", "QUALITY", "VALUE"]

LEVEL = Choice({level.word: level for level in AuthLevel if level is not AuthLevel.DEFAULT})
"""An authentication level by its fixed word."""


def _version(text: str) -> ComVersion:
    found = re.fullmatch(r"([0-9]{1,3})\.([0-9]{1,3})", text)
    if not found:
        raise ValueError("write MAJOR.MINOR")
    return ComVersion(major=int(found[1]), minor=int(found[2]))


COM_VERSION = Converted("a COM version", _version, {"type": ["string", "number"], "pattern": r"^\d+\.\d+$"})
"""A COM version such as 5.7."""


def _month(text: str) -> str:
    if text != "unpatched" and not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", text):
        raise ValueError("write YYYY-MM, or unpatched")
    return text


MONTH = Converted(
    "a month of updates",
    _month,
    {"type": "string", "pattern": r"^(20\d{2}-(0[1-9]|1[0-2])|unpatched)$"},
    ("unpatched",),
)
"""The month of the last updates: ``YYYY-MM``, or ``unpatched``."""

QUALITY = Choice({quality.name.lower().replace("_", "-"): int(quality) for quality in Quality})
"""A quality with its substatus: ``good``, ``bad``, ``out-of-service``, ``comm-failure`` and so on."""

_ERRORS = {code.name.partition("_")[2].lower().replace("_", "-"): int(code) for code in DaCode} | {
    "ok": int(Hresult.S_OK),
    "fail": int(Hresult.E_FAIL),
    "type-mismatch": DISP_E_TYPEMISMATCH,
    "overflow": DISP_E_OVERFLOW,
}
ITEM_ERROR = Choice(_ERRORS)
"""The HRESULT of one item by a short word: ``ok``, ``unknownitemid``, ``badrights``, ``fail`` and so on."""

VALUE = Converted("a value", str, {"type": ["string", "number", "boolean"]})
"""A value of an item, as a person writes it."""
