"""Spells the words of a scenario, and commands that run it, for people to read and to paste."""

from __future__ import annotations

import os
import re

from opcross.yaml_files import Node, Scalar, SequenceNode
from opcross_harness.model import CastMember, Step

__all__ = ["quoted", "rerun_command", "spell", "spell_member", "spell_step"]

_PLAIN = re.compile(r"[A-Za-z0-9{$][A-Za-z0-9 ._:/\\@+${}()-]*")
_SHELL_SAFE = re.compile(r"[A-Za-z0-9_./:=@%+-]+")


def spell(node: Node) -> str:
    """A node in YAML's flow style."""
    if isinstance(node, Scalar):
        plain = _PLAIN.fullmatch(node.text) and ": " not in node.text and not node.text.startswith("{")
        return node.text if plain else "'" + node.text.replace("'", "''") + "'"
    if isinstance(node, SequenceNode):
        return "[" + ", ".join(map(spell, node.items)) + "]"
    return "{" + ", ".join(f"{spell(key)}: {spell(value)}" for key, value in node.entries) + "}"


def spell_member(name: str, member: CastMember) -> str:
    """A line of the cast."""
    settings = "".join(f", {spell(key)}: {spell(value)}" for key, value in member.settings.entries)
    return f"{name}: {{is: {member.kind}{settings}}}"


def spell_step(step: Step) -> str:
    """A step, with what it expects in the same line."""
    expect = f", expect: {spell(step.expect)}" if step.expect is not None else ""
    return f"{step.verb}: {spell(step.arguments)}{expect}"


def quoted(word: str) -> str:
    """A word of a command line; bash and PowerShell read it alike, as long as it holds no quote."""
    if _SHELL_SAFE.fullmatch(word):
        return word
    inner = word.replace("'", "''" if os.name == "nt" else "'\\''")
    return f"'{inner}'"


def rerun_command(case_id: str, *, seed: int, net: str, file: str = "") -> str:
    """The command that plays one case again; ``file`` where the scenario is not of the suite."""
    target = f"{quoted(file)} -k {quoted(case_id)}" if file else quoted(case_id)
    return f"opcross run {target} --seed {seed} --net {net}"
