"""A server in a process of its own, as benches start it, ask it, and end it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

__all__ = ["ServerProcess"]

ROOT = Path(__file__).resolve().parents[1]


class ServerProcess:
    """The server under load."""

    def __init__(self, *arguments: str, module: str = "benches.rpc_server_process") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self.line())

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def memory(self) -> tuple[int, ...]:
        """Resident octets, and what else the process counts."""
        assert self.process.stdin is not None
        self.process.stdin.write("memory\n")
        self.process.stdin.flush()
        return tuple(int(word) for word in self.line().split())

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()
