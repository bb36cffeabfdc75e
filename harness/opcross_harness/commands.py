"""The commands ``opcross run`` and ``opcross schema``; what is heavy is imported when they run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

__all__ = ["run", "schema"]


def run(
    *targets: str,
    expression: Annotated[str, Parameter(name=["-k", "--expression"])] = "",
    list_: Annotated[bool, Parameter(name="--list")] = False,
    net: Literal["auto", "simulated", "loopback"] = "auto",
    seed: int = 0,
    jobs: Annotated[int, Parameter(name=["-j", "--jobs"])] = 1,
    strict: bool = False,
    junit: Path | None = None,
    json: Annotated[Path | None, Parameter(allow_leading_hyphen=True)] = None,
    captures: Path | None = None,
) -> int:
    """Play scenarios and judge them.

    Without targets the whole suite is played. A known-good scenario runs first and last on each net, and is
    reported apart: when it does not pass, the bench is broken. "unsupported" fails a run with --strict only.

    Parameters
    ----------
    targets
        Files, folders, ids (hardening/h1), ids of single cases, or the first words of ids (hardening).
    expression
        Only cases whose id or title fits: words with and, or, not and brackets.
    list_
        Say what would be played, and play nothing.
    net
        simulated (virtual time), loopback (real sockets), or auto (the default): loopback only for what
        the simulated net can't play.
    seed
        The seed of the run (default 0); the same seed replays the simulated net exactly.
    jobs
        How many processes play at the same time (default 1).
    strict
        Let unsupported cases fail the run.
    junit
        Write a JUnit report to this file.
    json
        Write a JSON report to this file; - writes it to standard output.
    captures
        Write a capture file (pcapng) of each case into this folder.
    """
    from opcross_harness.runner import Options, run_command

    return run_command(
        Options(
            targets=targets,
            expression=expression,
            listing=list_,
            net=net,
            seed=seed,
            jobs=jobs,
            strict=strict,
            junit=junit,
            json=json,
            captures=captures,
        )
    )


def schema() -> None:
    """Print the JSON Schema of scenario files."""
    from opcross_harness.loader import scenario_schema

    print(json.dumps(scenario_schema(), indent=2, ensure_ascii=False))  # noqa: T201  (this is its output)
