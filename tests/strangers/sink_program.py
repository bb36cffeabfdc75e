"""Runs :mod:`tests.strangers.impacket_sink` as a process of its own and hears what it says."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["SinkProgram"]

_PATIENCE = 10.0


class SinkProgram:
    """A context manager: the process ends with it. ``said`` is all that it said until now."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._lines: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.said: list[dict[str, Any]] = []
        self.objref = b""

    def __enter__(self) -> SinkProgram:
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.strangers.impacket_sink", self._address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, name="what the sink says", daemon=True)
        self._reader.start()
        try:
            self.objref = bytes.fromhex(self.wait(lambda told: "objref" in told)["objref"])
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        try:
            self._program.stdin.close()
            self._program.wait(10)
        finally:
            self._program.kill()
            self._program.wait(10)
            self._reader.join(10)
            self._program.stdout.close()

    def _read(self) -> None:
        assert self._program.stdout is not None
        for line in self._program.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def wait(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next thing that it says of this kind."""
        while True:
            told = self._lines.get(timeout=_PATIENCE)
            assert told is not None, f"the sink ended; it had said {self.said}"
            self.said.append(told)
            if wanted(told):
                return told

    def callback(self, word: str) -> dict[str, Any]:
        """The next callback of this kind."""
        return self.wait(lambda told: told.get("callback") == word)

    def hear_all(self) -> list[dict[str, Any]]:
        """All that it said until now, without waiting."""
        while not self._lines.empty():
            told = self._lines.get()
            if told is not None:
                self.said.append(told)
        return self.said
