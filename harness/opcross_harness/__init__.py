"""The test bench: scenarios as data or as Python, one runner, one verdict, one report.

A test in Python needs no more than these names::

    from opcross_harness import Scenario, Verdict, member, play, step

They are loaded when they are first asked for, because pytest imports this package in every project that has
Opcross installed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opcross_harness.errors import ScenarioError
    from opcross_harness.loader import load_scenario, parse_scenario
    from opcross_harness.model import Case, Scenario, member, step
    from opcross_harness.nets import LoopbackNet, SimulatedNet
    from opcross_harness.playing import play
    from opcross_harness.result import Result, Verdict
    from opcross_harness.vocabulary import STANDARD, Vocabulary

__all__ = [
    "STANDARD",
    "Case",
    "LoopbackNet",
    "Result",
    "Scenario",
    "ScenarioError",
    "SimulatedNet",
    "Verdict",
    "Vocabulary",
    "load_scenario",
    "member",
    "parse_scenario",
    "play",
    "step",
]

_HOMES = {
    "errors": ("ScenarioError",),
    "loader": ("load_scenario", "parse_scenario"),
    "model": ("Case", "Scenario", "member", "step"),
    "nets": ("LoopbackNet", "SimulatedNet"),
    "playing": ("play",),
    "result": ("Result", "Verdict"),
    "vocabulary": ("STANDARD", "Vocabulary"),
}


def __getattr__(name: str) -> object:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
