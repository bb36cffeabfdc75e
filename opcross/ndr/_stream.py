"""Packer and Unpacker: a Writer and a Reader that know what NDR has to remember on the way.

That is: the next referent id, the aliases of full pointers, a conformance that was hoisted and not
yet used, a count that the enclosing construct expects, and how deep the pointers have led.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from opcross.errors import LimitExceeded
from opcross.ndr._octets import Buffer, Reader, Writer

__all__ = ["DEFAULT_LIMITS", "FIRST_REFERENT", "USER_MARK", "Limits", "Packer", "Unpacker", "Value"]

Value: TypeAlias = Any
"""What a codec takes and gives: the type depends on the codec, so only the edges can name it."""

FIRST_REFERENT: Final = 0x00020000
"""Windows numbers the referents of a stub from here, in steps of four."""

USER_MARK: Final = 0x72657355
"""``User`` in ASCII: the referent id in front of user-marshalled types."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a peer may claim; all of it is checked before memory is taken.

    ``elements`` bounds each array, ``depth`` the pointers that lead into one another, ``size`` the
    octets of the whole. The size is that of the largest request that Windows puts together.
    """

    elements: int = 0x100000
    depth: int = 32
    size: int = 0x400000


DEFAULT_LIMITS: Final = Limits()

_BLOCK: Final = 4_096
"""From this size on octets are a block; copying fewer is cheaper than one more piece."""


class Packer(Writer):
    """A writer of NDR; ``buffer`` continues what another writer began.

    Large blocks, the columns of arrays, are not copied into the buffer: they wait beside it until all is
    joined once. A buffer that grew by them would be moved about in memory over and over.
    """

    __slots__ = ("_before", "_blocks", "aliases", "depth", "kept", "limits", "maximum", "referent", "written")

    def __init__(
        self,
        *,
        little: bool = True,
        origin: int = 0,
        buffer: bytearray | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__(little=little, origin=origin)
        self._before = 0
        # Who shares its buffer with a plain writer has to put everything there.
        self._blocks: list[Buffer] | None = [] if buffer is None else None
        if buffer is not None:
            self.buffer = buffer
        self.limits = limits
        self.depth = 0
        self.referent = FIRST_REFERENT
        self.maximum: int | None = None
        self.aliases: dict[int, int] = {}
        self.written: set[int] = set()
        self.kept: list[Value] = []

    @classmethod
    def over(cls, writer: Writer, limits: Limits = DEFAULT_LIMITS) -> Packer:
        """A packer that appends to ``writer``."""
        if isinstance(writer, Packer):
            return writer
        return cls(little=writer.little, origin=writer.origin, buffer=writer.buffer, limits=limits)

    @property
    def offset(self) -> int:
        """How many octets were written."""
        return self._before + len(self.buffer)

    def put_block(self, octets: Buffer) -> None:
        """These octets as they are; nobody may change them before :meth:`getvalue`."""
        size = len(octets)
        if self._blocks is None or size < _BLOCK:
            self.buffer += octets
            return
        self._blocks += [self.buffer, octets]
        self._before += len(self.buffer) + size
        self.buffer = bytearray()

    def patch(self, offset: int, code: str, value: int) -> None:
        """Overwrite a number that was written before its value was known."""
        start = self._before
        if offset >= start:
            super().patch(offset - start, code, value)
            return
        for block in reversed(self._blocks or ()):
            start -= len(block)
            if offset >= start:
                self._table[code].pack_into(block, offset - start, value)
                return

    def getvalue(self) -> bytes:
        """What was written."""
        return b"".join((*self._blocks, self.buffer)) if self._blocks else bytes(self.buffer)

    def next_referent(self) -> int:
        """A referent id not used before in this stub."""
        referent = self.referent
        self.referent = referent + 4
        return referent

    def descend(self) -> None:
        """Enter a pointee; values nested deeper than the limit are refused."""
        self.depth += 1
        if self.depth > self.limits.depth:
            raise LimitExceeded(f"pointers nest deeper than {self.limits.depth}", offset=self.offset)

    def take_maximum(self, count: int) -> int:
        """The max_count that the caller asked for, or ``count``."""
        maximum, self.maximum = self.maximum, None
        return count if maximum is None else maximum


class Unpacker(Reader):
    """A reader of NDR within limits."""

    __slots__ = ("aliases", "blame", "depth", "expected", "hoisted", "limits", "maxima")

    def __init__(
        self,
        data: Buffer,
        *,
        little: bool = True,
        offset: int = 0,
        end: int | None = None,
        origin: int = 0,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__(data, little=little, offset=offset, end=end, origin=origin)
        if self.end - origin > limits.size:
            raise LimitExceeded(f"{self.end - origin} octets, at most {limits.size} accepted", offset=offset)
        self.limits = limits
        self.depth = 0
        self.hoisted: tuple[int, int] | None = None
        self.expected: tuple[str, int] | None = None
        self.blame = ""
        self.maxima: dict[int, tuple[int, int]] = {}
        self.aliases: dict[int, Value] = {}

    @classmethod
    def over(cls, reader: Reader, limits: Limits = DEFAULT_LIMITS) -> Unpacker:
        """An unpacker of what ``reader`` has left; the caller moves the reader afterwards."""
        if isinstance(reader, Unpacker):
            return reader
        return cls(
            reader.data,
            little=reader.little,
            offset=reader.offset,
            end=reader.end,
            origin=reader.origin,
            limits=limits,
        )

    def descend(self) -> None:
        """Enter a pointee."""
        self.depth += 1
        if self.depth > self.limits.depth:
            raise LimitExceeded(f"pointers nest deeper than {self.limits.depth}", offset=self.offset)
