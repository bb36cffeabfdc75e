"""Port 135 without privileges: the same run once more, in a user and network namespace of its own.

In a fresh network namespace the process is alone with its loopback interface and may bind any port.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

__all__ = ["INSIDE", "can_enter", "run_inside"]

INSIDE = "OPCROSS_NAMESPACE"
"""Set in the environment of a run that is inside, so that it never tries again."""

_UNSHARE = ("unshare", "--user", "--net", "--map-root-user")


def _ip() -> str | None:
    """Where ``ip`` is: outside the search path of ordinary users on some systems."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    return shutil.which("ip", path=path)


def can_enter() -> bool:
    """Whether such a namespace can be had here (Linux, ``unshare`` and ``ip``, not forbidden)."""
    if os.environ.get(INSIDE) or not shutil.which("unshare") or not _ip():
        return False
    probe = subprocess.run([*_UNSHARE, "true"], capture_output=True, check=False)  # noqa: S603  (fixed words)
    return probe.returncode == 0


def run_inside(arguments: Sequence[str]) -> int:
    """Run ``opcross`` with these arguments inside; its exit code."""
    script = '"$0" link set lo up && exec "$@"'
    command = [*_UNSHARE, "sh", "-c", script, _ip() or "ip", sys.executable, "-m", "opcross", *arguments]
    done = subprocess.run(command, env={**os.environ, INSIDE: "1"}, check=False)  # noqa: S603  (our own words)
    return done.returncode
