"""The wildcards of name filters: MatchPattern of [OPC DA] 2.05a appendix and 3.0, VB's ``Like``.

=============  =====================================================================
``*``          any run of characters, an empty one too
``?``          one character
``#``          one digit, 0 to 9
``[list]``     one character of the list; ``a-z`` in it is a range
``[!list]``    one character that is not in the list
=============  =====================================================================

Everything else stands for itself. A ``-`` at the start or the end of a list is a member of it. Chosen,
because implementations differ: ``[]`` matches no character and ``[!]`` any, a range that runs backwards
none. Case is ignored unless asked for.

A filter comes from a peer. Each run between two stars is looked for once, and stays where it matched first;
so the time grows with the length of the pattern times the length of the name, whatever they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from opcross.errors import HResultError
from opcross.opc.codes import DaCode

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PATTERN_LIMIT", "matcher"]

PATTERN_LIMIT: Final = 1_024
"""Characters of a pattern."""

_NEVER: Final = "[^\\s\\S]"
_ANY: Final = "[\\s\\S]"


def matcher(pattern: str, *, case_sensitive: bool = False) -> Callable[[str], bool]:
    """A function that says whether a name matches; an empty pattern matches every name.

    Raises :class:`~opcross.errors.HResultError` with OPC_E_INVALIDFILTER for a list without its end and for a
    pattern of more than :data:`PATTERN_LIMIT` characters.
    """
    if len(pattern) > PATTERN_LIMIT:
        raise _invalid(f"{len(pattern)} characters, at most {PATTERN_LIMIT} accepted")
    if not pattern.strip("*"):
        return lambda _: True
    program = re.compile(_expression(pattern if case_sensitive else _folded(pattern)))
    if case_sensitive:
        return lambda name: program.fullmatch(name) is not None
    return lambda name: program.fullmatch(_folded(name)) is not None


def _invalid(reason: str) -> HResultError:
    return HResultError(DaCode.E_INVALIDFILTER, reason)


def _folded(text: str) -> str:
    """Lower case, one character for one: ``?`` has to count what the name holds."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _expression(pattern: str) -> str:
    """The pattern as a regular expression without backtracking into a run once found."""
    runs: list[list[str]] = [[]]
    at = 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "*":
            runs.append([])
        elif character == "?":
            runs[-1].append(_ANY)
        elif character == "#":
            runs[-1].append("[0-9]")
        elif character == "[":
            end = pattern.find("]", at)
            if end < 0:
                raise _invalid(f'the list that begins with "{pattern[at - 1 : at + 20]}" has no end')
            runs[-1].append(_list(pattern[at:end]))
            at = end + 1
        else:
            runs[-1].append(re.escape(character))
    first, *middle = ["".join(run) for run in runs]
    if not middle:
        return first
    last = middle.pop()
    found = "".join(f"(?>{_ANY}*?{run})" for run in middle if run)
    return f"{first}{found}{_ANY}*{last}"


def _list(members: str) -> str:
    """One list as a class of the regular expression; every member is written as its number."""
    inverted = members.startswith("!")
    if inverted:
        members = members[1:]
    ranges = []
    at = 0
    while at < len(members):
        low = high = members[at]
        at += 1
        if members[at : at + 1] == "-" and at + 1 < len(members):
            high = members[at + 1]
            at += 2
        if low <= high:
            ranges.append(f"\\U{ord(low):08x}-\\U{ord(high):08x}")
    if not ranges:
        return _ANY if inverted else _NEVER
    return f"[{'^' if inverted else ''}{''.join(ranges)}]"
