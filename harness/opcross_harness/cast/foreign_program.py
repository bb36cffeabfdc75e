"""A program of other people in a process of its own: an order is a line, and so is its answer."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final

from opcross_harness.errors import BenchError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["PATIENCE", "ForeignProgram"]

PATIENCE: Final = 20.0
"""Seconds that one order may take; the programs' own sockets give up earlier."""
_LIMIT: Final = 4 * 1024 * 1024
_GOODBYE: Final = 5.0


class ForeignProgram:
    """One process; ``name`` is what errors call it."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self._name = name
        self._process = process

    @classmethod
    async def start(
        cls, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> ForeignProgram:
        """Start it; it waits for orders."""
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
            limit=_LIMIT,
        )
        return cls(name, process)

    async def ask(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Give an order; its answer. Raises :class:`BenchError` for a program that hangs or has ended."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(order).encode() + b"\n")
        try:
            async with asyncio.timeout(PATIENCE):
                await process.stdin.drain()
                line = await process.stdout.readline()
        except TimeoutError:
            raise BenchError(
                f'{self._name} has not carried out "{order["do"]}" in {PATIENCE:g} seconds'
            ) from None
        if not line:
            assert process.stderr is not None
            told = (await process.stderr.read()).decode(errors="replace").strip().splitlines()
            raise BenchError(f"{self._name}'s program ended: {told[-1] if told else 'without a word'}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def close(self) -> None:
        """Its orders end, and so does it; one that does not is killed."""
        process = self._process
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(_GOODBYE):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
