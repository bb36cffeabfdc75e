"""``cut`` and ``mend``: the cable between two hosts of the simulated net."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from opcross.yaml_files import Key
from opcross_harness.cast.base import Actor
from opcross_harness.nets import CABLES
from opcross_harness.verbs.base import Arguments, Deed, someone

if TYPE_CHECKING:
    from opcross_harness.stage import Stage

__all__ = ["Cut", "Mend"]

_KEYS = MappingProxyType({"from": Key(someone(), required=True), "to": Key(someone(), required=True)})


def _hosts(stage: Stage, arguments: Arguments) -> tuple[str, str]:
    return (
        stage.actor(arguments["from_"], Actor).address,
        stage.actor(arguments["to"], Actor).address,
    )


class _Cable(Deed):
    keys = _KEYS

    def needs(self, arguments: Arguments) -> frozenset[str]:
        """A net with cables."""
        return frozenset({CABLES})


class Cut(_Cable):
    """Cut a cable."""

    name = "cut"
    summary = "The cable between two members is cut: what they send is lost, and nobody is told."

    async def do(self, stage: Stage, arguments: Arguments) -> None:
        """Cut it."""
        stage.venue.cut(*_hosts(stage, arguments))


class Mend(_Cable):
    """Mend a cable."""

    name = "mend"
    summary = "The cable between two members carries again."

    async def do(self, stage: Stage, arguments: Arguments) -> None:
        """Mend it."""
        stage.venue.mend(*_hosts(stage, arguments))
