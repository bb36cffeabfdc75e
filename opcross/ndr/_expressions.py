"""Size expressions of the tables: ``dwCount``, ``*pdwCount``, ``(size+7)&~7``.

A few operators of C over one name. They are parsed here, never evaluated as Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

__all__ = ["SizeExpression"]

_TOKEN: Final = re.compile(r"\s*(?:(\d+)|([A-Za-z_]\w*)|(<<|>>|[-+*/&|^~()]))")
_NOT, _POINTEE, _OPEN = "~*("
_LEVELS: Final = (("|",), ("^",), ("&",), ("<<", ">>"), ("+", "-"), ("*", "/"))
_OPERATORS: Final[dict[str, Callable[[int, int], int]]] = {
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "&": lambda a, b: a & b,
    "<<": lambda a, b: a << min(b, 64),
    ">>": lambda a, b: a >> min(b, 64),
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a // b if b else 0,
}

_Evaluate = Callable[[int], int]


class SizeExpression:
    """A size in terms of one parameter or member; ``dereferenced`` tells of a ``*`` in front of it.

    Raises :class:`ValueError` for text that is no such expression.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.name = ""
        self.dereferenced = False
        self._tokens = self._split(text)
        self._at = 0
        self._evaluate = self._level(0)
        if self._at != len(self._tokens) or not self.name:
            raise ValueError(f"not a size expression: {text!r}")
        self.direct = len(self._tokens) == 1 + self.dereferenced

    def __call__(self, count: int) -> int:
        """The size for a value of the name."""
        return self._evaluate(count)

    @staticmethod
    def _split(text: str) -> list[str]:
        tokens, at = [], 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise ValueError(f"not a size expression: {text!r}")
            tokens.append(match.group().strip())
            at = match.end()
        return tokens

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise ValueError(f"not a size expression: {self.text!r}")
        self._at += 1
        return self._tokens[self._at - 1]

    def _level(self, level: int) -> _Evaluate:
        if level == len(_LEVELS):
            return self._unary()
        left = self._level(level + 1)
        while self._at < len(self._tokens) and self._tokens[self._at] in _LEVELS[level]:
            left = _combine(_OPERATORS[self._next()], left, self._level(level + 1))
        return left

    def _unary(self) -> _Evaluate:
        token = self._next()
        if token == _NOT:
            inner = self._unary()
            return lambda count: ~inner(count)
        if token == _POINTEE:
            self.dereferenced = True
            token = self._next()
        elif token == _OPEN:
            inside = self._level(0)
            if self._next() != ")":
                raise ValueError(f"not a size expression: {self.text!r}")
            return inside
        elif token.isdigit():
            number = int(token)
            return lambda _count: number
        if not token.isidentifier() or self.name not in ("", token):
            raise ValueError(f"not a size expression of one name: {self.text!r}")
        self.name = token
        return lambda count: count


def _combine(operator: Callable[[int, int], int], left: _Evaluate, right: _Evaluate) -> _Evaluate:
    return lambda count: operator(left(count), right(count))
