"""Drives the program in which node-opc-da is the client: orders in, answers out."""

from __future__ import annotations

import json
import subprocess
import threading
from typing import TYPE_CHECKING, Any

from tests.strangers.hosting import CLSID, PASSWORD, USER

if TYPE_CHECKING:
    from opcross_harness.strangers.node import NodeOpcDa

__all__ = ["NodeProgram"]

_PATIENCE = 20.0


class NodeProgram:
    """A context manager: one process, which ends with it."""

    def __init__(self, node: NodeOpcDa) -> None:
        self._node = node

    def __enter__(self) -> NodeProgram:
        self._program = subprocess.Popen(
            self._node.command,
            env=self._node.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # the library prints there what it thinks
            text=True,
        )
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
            self._program.stdout.close()

    def ask(self, what: str, **details: Any) -> dict[str, Any]:
        """The answer to an order, whatever it is; a program that does not answer is ended."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        watchdog = threading.Timer(_PATIENCE, self._program.kill)
        watchdog.start()
        try:
            self._program.stdin.write(json.dumps({"do": what, **details}) + "\n")
            self._program.stdin.flush()
            line = self._program.stdout.readline()
        finally:
            watchdog.cancel()
        assert line, f"no answer to {what} {details}"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def do(self, what: str, **details: Any) -> dict[str, Any]:
        """The answer to an order that succeeds."""
        answer = self.ask(what, **details)
        assert answer["error"] is None, (what, details, answer)
        return answer

    def connect(self, address: str, *, password: str = PASSWORD) -> dict[str, Any]:
        """Activate the simulated server there; the answer, whatever it is."""
        return self.ask(
            "connect",
            address=address,
            clsid=str(CLSID),
            user=USER,
            password=password,
            domain="OPCSRV",
            timeout=10,
        )
