"""The simulated servers that ``sim:NAME`` names: the entry point ``sim`` of ``opcross.providers``.

Each is made anew in the process that asks for it, and ends with it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from opcross.errors import FileError
from opcross.net import wall_time
from opcross.yaml_files import nearest
from opcross_simulators.plant import generated, standard_plant
from opcross_simulators.servers.da import SimulatedDaService

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opcross_simulators.plant import SimulatedPlant

__all__ = ["da_service", "names"]

_PLANTS: Final[Mapping[str, Callable[[], SimulatedPlant]]] = MappingProxyType(
    {"standard": standard_plant, "mixed": lambda: generated(10_000)}
)
"""``standard`` is what ``opcross simulate`` serves; ``mixed`` has 10,000 items of many types."""


def names() -> tuple[str, ...]:
    """The names that there are."""
    return tuple(_PLANTS)


def da_service(name: str) -> SimulatedDaService:
    """A Data Access service over the plant of that name, on the loop that runs.

    Raises :class:`~opcross.errors.FileError` for a name that there is not.
    """
    make = _PLANTS.get(name)
    if make is None:
        raise FileError(
            f'no simulated server is called "{name}"; there are {", ".join(_PLANTS)}',
            near=nearest(name, _PLANTS),
        )
    return SimulatedDaService(make(), wall_time=wall_time)
