"""Where Node.js and node-opc-da are on this machine.

``tools/setup`` installs the package beside the virtual environment; ``OPCROSS_NODE_MODULES`` names another
``node_modules`` folder.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

__all__ = ["NODE_OPTIONS", "NodeOpcDa", "find_node_opc_da"]

NODE_OPTIONS: Final = "--openssl-legacy-provider"
"""The package takes MD4 and DES from OpenSSL, which keeps them behind this switch since Node.js 17."""


@dataclass(frozen=True, slots=True)
class NodeOpcDa:
    """An interpreter and a ``node_modules`` folder with node-opc-da in it."""

    node: str
    modules: Path

    @property
    def command(self) -> tuple[str, ...]:
        """The program that takes orders, line by line."""
        program = files(__package__) / "node_opc_da_client.js"
        return (self.node, str(program), str(self.modules))

    @property
    def environment(self) -> dict[str, str]:
        """What the program needs beside the environment of this process."""
        return {**os.environ, "NODE_OPTIONS": NODE_OPTIONS}


def find_node_opc_da() -> NodeOpcDa | str:
    """Where it is; or, in words, what is missing."""
    node = shutil.which("node")
    if node is None:
        return "Node.js is not installed (Debian: apt-get install nodejs npm)"
    named = os.environ.get("OPCROSS_NODE_MODULES")
    modules = Path(named) if named else Path(sys.prefix) / "strangers" / "node_modules"
    if not (modules / "node-opc-da" / "package.json").is_file():
        return f"node-opc-da is not in {modules} (npm install --prefix {modules.parent} node-opc-da@1.0.6)"
    return NodeOpcDa(node, modules)
