"""Imports point one way; docs/explanation/architecture.md shows the picture."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {
    "opcross": ROOT / "opcross",
    "opcross_simulators": ROOT / "simulators" / "opcross_simulators",
    "opcross_harness": ROOT / "harness" / "opcross_harness",
}

# What each room may import of the house, besides itself and the floor that all stand on.
FLOOR = {"errors", "codes", "levels", "yaml_files"}
ROOMS: dict[str, set[str]] = {
    "ndr": set(),
    "rpc": {"ndr"},
    "dcom": {"ndr", "rpc"},
    "hardening": set(),
    "opc": {"ndr", "rpc", "dcom"},
    "net": {"ndr", "rpc", "dcom", "opc"},
    "provider_url": set(),
    "providers": {"ndr", "rpc", "dcom", "opc", "net", "provider_url"},
    "cli": {"ndr", "rpc", "dcom", "opc", "net", "hardening", "provider_url", "providers"},
}
# Only shells may touch these.
SHELL_MODULES = {
    "socket",
    "ssl",
    "selectors",
    "threading",
    "subprocess",
    "logging",
    "random",
    "secrets",
    "time",
}
QUIET = {"ndr", "rpc", "dcom", "hardening", "opc", "provider_url"}
# Never inside the wheel: a copyleft oracle.
FORBIDDEN = {"scapy"}


def modules() -> list[tuple[str, Path]]:
    found = []
    for package, folder in PACKAGES.items():
        for path in sorted(folder.rglob("*.py")):
            relative = path.relative_to(folder).with_suffix("")
            parts = [part for part in relative.parts if part != "__init__"]
            found.append((".".join([package, *parts]), path))
    return found


def imports(name: str, path: Path) -> set[str]:
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    result = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            result |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            result.add(".".join([*base, *([node.module] if node.module else [])]))
    return result


@pytest.mark.parametrize(("name", "path"), modules(), ids=[name for name, _ in modules()])
def test_imports_point_one_way(name: str, path: Path) -> None:
    found = imports(name, path)
    top, _, rest = name.partition(".")
    room = rest.partition(".")[0]
    assert not {i.partition(".")[0] for i in found} & FORBIDDEN
    if top == "opcross":
        assert not {i for i in found if i.startswith(("opcross_simulators", "opcross_harness"))}
        if room in ROOMS:
            allowed = ROOMS[room] | FLOOR | {room, ""}
            used = {i.split(".")[1] if "." in i else "" for i in found if i.split(".")[0] == "opcross"}
            assert used <= allowed, f"{name} imports {sorted(used - allowed)}"
        if room in QUIET:
            assert not {i.partition(".")[0] for i in found} & SHELL_MODULES
    if top == "opcross_simulators":
        assert not {i for i in found if i.startswith("opcross_harness")}


def test_help_imports_nothing_heavy() -> None:
    """``--help`` answers at once, also on a small machine."""
    script = (
        "import sys\n"
        "from opcross.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'cryptography', 'ruamel', 'impacket', 'pcapng'} & set(sys.modules)\n"
        "sys.exit(f'imported {sorted(heavy)}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
