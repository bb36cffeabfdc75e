"""``MatchPattern``: the wildcards of name filters ([OPC DA] 3.0, appendix on MatchPattern; 2.05a, too).

``*`` is any text, ``?`` one character, ``#`` one digit, ``[list]`` one character of a list with ranges,
``[!list]`` one that is not in it. Case does not count. The time taken is in proportion to the lengths of
pattern and name, multiplied; there is no pattern that takes for ever.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Pattern"]


@dataclass(frozen=True, slots=True)
class _One:
    """One place of a pattern: any character, a digit, one of a list, or one not in a list."""

    digit: bool = False
    ranges: tuple[tuple[str, str], ...] | None = None
    negated: bool = False

    def takes(self, character: str) -> bool:
        if self.digit:
            return character.isdecimal()
        if self.ranges is None:
            return True
        return self.negated != any(low <= character <= high for low, high in self.ranges)


class Pattern:
    """A pattern, ready to be compared. An empty one takes every name."""

    def __init__(self, text: str) -> None:
        self._parts = _parse(text.casefold()) if text else [None]

    def matches(self, name: str) -> bool:
        """Whether the whole name fits."""
        name = name.casefold()
        parts = self._parts
        here = place = 0
        retry_place, retry_here = -1, 0
        while here < len(name):
            part = parts[place] if place < len(parts) else _END
            if part is None:
                retry_place, retry_here = place, here
                place += 1
            elif part is not _END and part.takes(name[here]):
                here, place = here + 1, place + 1
            elif retry_place >= 0:
                retry_here += 1
                here, place = retry_here, retry_place + 1
            else:
                return False
        return all(part is None for part in parts[place:])


_END = _One(ranges=())


def _parse(text: str) -> list[_One | None]:
    """The places of a pattern; None is the star."""
    parts: list[_One | None] = []
    at = 0
    while at < len(text):
        character = text[at]
        at += 1
        if character == "*":
            if not parts or parts[-1] is not None:
                parts.append(None)
        elif character == "?":
            parts.append(_One())
        elif character == "#":
            parts.append(_One(digit=True))
        elif character == "[" and (end := text.find("]", at + 1)) >= 0:
            parts.append(_list(text[at:end]))
            at = end + 1
        else:
            parts.append(_One(ranges=((character, character),)))
    return parts


def _list(text: str) -> _One:
    negated = text.startswith("!")
    text = text[1:] if negated else text
    ranges = []
    at = 0
    while at < len(text):
        if at + 2 < len(text) and text[at + 1] == "-":
            ranges.append((text[at], text[at + 2]))
            at += 3
        else:
            ranges.append((text[at], text[at]))
            at += 1
    return _One(ranges=tuple(ranges), negated=negated)
