"""Errors of the test bench, in the tree of :mod:`opcross.errors`."""

from __future__ import annotations

from opcross.errors import FileError, OpcrossError

__all__ = ["BenchError", "ScenarioError", "Unsupported"]


class ScenarioError(FileError):
    """A scenario is wrong: file and line where it came from one, and the nearest known word."""


class Unsupported(OpcrossError):
    """This bench lacks what a scenario needs; ``needs`` names it (``port 135``, ``virtual time``)."""

    def __init__(self, needs: str, reason: str = "") -> None:
        self.needs = needs
        self.reason = reason
        super().__init__(f"needs {needs}" + (f": {reason}" if reason else ""))


class BenchError(OpcrossError):
    """The bench itself could not do its work; the scenario says nothing about the subject then."""
