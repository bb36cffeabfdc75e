"""Wire names to Python names: ``pdwRevisedUpdateRate`` to ``revised_update_rate``.

The prefixes that tell C programmers of types are dropped, the rest is put in snake case. Where two
names of one structure or method would then be the same, or a keyword, they keep their prefix.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from keyword import iskeyword
from typing import Final

__all__ = ["python_names", "snake_case"]

_PREFIXES: Final = (
    "ppsz", "ppdw", "ppft", "ppwsz", "ppvt", "pphr", "ppdsa", "ppIID", "ppb", "ppv", "pph", "ppw", "pp",
    "pcelt", "psz", "pdw", "pft", "pwsz", "pvt", "phr", "pdsa", "pvar", "pc", "pb", "pv", "ph", "pw", "pipid",
    "sz", "dw", "ft", "wsz", "vt", "hr", "bstr", "ul", "ab", "rg", "rgsz", "ar", "ap", "ht", "cl",
    "p", "b", "h", "w", "v", "c", "f", "r", "a", "l", "as",
)  # fmt: skip
_PREFIX: Final = re.compile(
    "(?:" + "|".join(sorted(map(re.escape, _PREFIXES), key=len, reverse=True)) + r")(?=[A-Z])"
)
_WORD: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+\d*|[A-Z]+\d*|\d+")
_COUNT: Final = re.compile("c[A-Z]")
_WHOLE: Final = {
    "CLSIDs": "Clsids", "IIDs": "Iids", "IDs": "Ids", "SCs": "Scs", "OPCItem": "OpcItem", "ORPC": "Orpc",
    "QIResults": "QiResults", "COMVersion": "ComVersion", "IEnumString": "EnumString",
}  # fmt: skip
_PLAIN: Final = {
    "ppenum": "enumerator", "enum": "enumerator", "ppenum_category_info": "category_info",
    "ppenum_catid": "enum_catid", "ppenum_clsid": "enum_clsid", "rgelt": "elements", "rgcd": "connect_data",
    "rgvarg": "arguments", "rgdispid_named_args": "named_argument_ids", "rgsabound": "bounds",
    "rgcatid_impl": "implemented_categories", "rgcatid_req": "required_categories",
}  # fmt: skip
_TAKEN: Final = frozenset(
    {"bytes", "int", "str", "float", "bool", "tuple", "object", "hresult", "result", "self"}
)


def snake_case(name: str) -> str:
    """``BrowseOPCItemIDs`` to ``browse_opc_item_ids``."""
    for word, plain in _WHOLE.items():
        name = name.replace(word, plain)
    words = [word.lower() for word in _WORD.findall(name.replace("_", " "))]
    return "_".join(words)


def _without_prefix(name: str) -> str:
    match = _PREFIX.match(name)
    return name[match.end() :] if match else name


def _usable(name: str) -> bool:
    return name.isidentifier() and not iskeyword(name) and name not in _TAKEN


def python_names(wire_names: Iterable[str]) -> tuple[str, ...]:
    """Python names for the members of one structure, or the parameters of one method."""
    wire = list(wire_names)
    full = [snake_case(name) for name in wire]
    names = [_PLAIN.get(name, name) for name in map(snake_case, map(_without_prefix, wire))]
    for index, name in enumerate(names):
        if not _usable(name):
            names[index] = full[index]
    for only_counts in (True, False):
        before = tuple(names)
        for index, name in enumerate(before):
            if before.count(name) > 1 and (not only_counts or _COUNT.match(wire[index])):
                names[index] = full[index]
    return tuple(name if names.count(name) == 1 else f"{name}_{i}" for i, name in enumerate(names))
