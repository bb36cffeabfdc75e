"""Drives the program of the cast's impacket member as the bench does: orders in, answers out."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.strangers.hosting import PASSWORD, USER

__all__ = ["converse"]


def converse(address: str, source: str, *orders: dict[str, Any], **settings: Any) -> list[dict[str, Any]]:
    """The answers to ``orders``; the last one is the first refusal, behind which nothing is asked."""
    first = {
        "do": "settings",
        "address": address,
        "source": source,
        "user": USER,
        "password": PASSWORD,
        "timeout": 10,
        **settings,
    }
    answers = []
    with subprocess.Popen(
        [sys.executable, "-m", "opcross_harness.strangers.impacket_client"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        for order in (first, *orders):
            program.stdin.write(json.dumps(order) + "\n")
            program.stdin.flush()
            answers.append(json.loads(program.stdout.readline()))
            if answers[-1]["form"] != "result":
                break
    return answers[1:]
