"""The versions of Windows that met the hardening, and what differs between them.

Sources: KB5004442; the builds of CVE-2021-26414; [MS-DCOM] appendix B, notes 40, 42, 80, 81 and 93.
Where support ended before March 2023 a system never leaves the phase it had reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum

from opcross.errors import FileError
from opcross.hardening.months import Month

__all__ = ["OPERATING_SYSTEMS", "Generation", "OperatingSystem", "operating_system"]


_EVENTS = Month(2021, 9)
_ESU_END = Month(2023, 1)  # the last updates of Windows 7 and 8.1


class Generation(IntEnum):
    """How old the DCOM of a system is; later generations have what earlier ones have."""

    CLASSIC = 0
    """NT 4, 2000, XP before service pack 2: no machine limits, activation fixed at CONNECT."""
    XP_SP2 = 1
    """XP SP2, 2003 SP1: machine limits; activation follows LegacyAuthenticationLevel."""
    VISTA = 2
    """Vista to Windows 7 and 2008 R2: ports from 49152, log-ons of services split from users."""
    WINDOWS_8 = 3
    """Windows 8 to 10 1809: event 10028 instead of 10009, application containers in event 10016."""
    WINDOWS_10_1903 = 4
    """From 1903: event 10016 is a warning, no longer an error."""


@dataclass(frozen=True, slots=True)
class OperatingSystem:
    """A version of Windows.

    ``name`` is what users type, ``build`` the number before the point. ``first_month`` is the month of
    the state in which it shipped, where that is later than the first phase. ``last_month`` is that of
    its last update; None while updates go on past March 2023. ``serviced`` is False where support had
    ended before the first phase, so that no update for CVE-2021-26414 exists. ``events_from`` is the
    month whose updates brought events 10036 to 10038; None where they never came.
    """

    name: str
    title: str
    build: int
    generation: Generation
    aliases: tuple[str, ...] = ()
    serviced: bool = True
    first_month: Month | None = None
    last_month: Month | None = None
    events_from: Month | None = _EVENTS

    @property
    def has_machine_limits(self) -> bool:
        """Whether MachineLaunchRestriction and MachineAccessRestriction exist (XP SP2, 2003 SP1)."""
        return self.generation >= Generation.XP_SP2

    @property
    def dynamic_ports(self) -> range:
        """The ports from which RPC servers get theirs when none is fixed."""
        return range(49152, 65536) if self.generation >= Generation.VISTA else range(1025, 5001)

    @property
    def has_containers(self) -> bool:
        """Whether events tell of application containers, and 10028 stands for 10009 (Windows 8)."""
        return self.generation >= Generation.WINDOWS_8

    @property
    def event_10016_is_error(self) -> bool:
        """Whether event 10016 has level 2 (up to 1809 and Server 2019) and not level 3."""
        return self.generation < Generation.WINDOWS_10_1903


def _never(name: str, title: str, build: int, generation: Generation, *aliases: str) -> OperatingSystem:
    return OperatingSystem(name, title, build, generation, aliases, serviced=False, events_from=None)


OPERATING_SYSTEMS: tuple[OperatingSystem, ...] = (
    _never("windows-nt4", "Windows NT 4.0", 1381, Generation.CLASSIC),
    _never("windows-2000", "Windows 2000", 2195, Generation.CLASSIC),
    _never("windows-xp-sp1", "Windows XP SP1", 2600, Generation.CLASSIC),
    _never("windows-xp-sp2", "Windows XP SP2", 2600, Generation.XP_SP2),
    _never("windows-xp-sp3", "Windows XP SP3", 2600, Generation.XP_SP2, "windows-xp", "xp"),
    _never("windows-server-2003-rtm", "Windows Server 2003", 3790, Generation.CLASSIC),
    _never(
        "windows-server-2003",
        "Windows Server 2003 SP2",
        3790,
        Generation.XP_SP2,
        "windows-server-2003-sp1",
        "windows-server-2003-sp2",
    ),
    _never("windows-vista", "Windows Vista SP2", 6002, Generation.VISTA, "windows-vista-sp2"),
    _never("windows-8", "Windows 8", 9200, Generation.WINDOWS_8),
    OperatingSystem(
        "windows-server-2008",
        "Windows Server 2008 SP2",
        6003,
        Generation.VISTA,
        ("windows-server-2008-sp2",),
        events_from=None,
    ),
    OperatingSystem(
        "windows-7",
        "Windows 7 SP1",
        7601,
        Generation.VISTA,
        ("windows-7-sp1",),
        last_month=_ESU_END,
        events_from=None,
    ),
    OperatingSystem(
        "windows-server-2008-r2",
        "Windows Server 2008 R2 SP1",
        7601,
        Generation.VISTA,
        ("windows-server-2008-r2-sp1",),
        events_from=None,
    ),
    OperatingSystem(
        "windows-server-2012", "Windows Server 2012", 9200, Generation.WINDOWS_8, events_from=None
    ),
    OperatingSystem(
        "windows-8.1",
        "Windows 8.1",
        9600,
        Generation.WINDOWS_8,
        ("windows-8-1",),
        last_month=_ESU_END,
        events_from=Month(2021, 10),
    ),
    OperatingSystem(
        "windows-server-2012-r2",
        "Windows Server 2012 R2",
        9600,
        Generation.WINDOWS_8,
        events_from=Month(2021, 10),
    ),
    OperatingSystem("windows-10-1507", "Windows 10 1507", 10240, Generation.WINDOWS_8),
    OperatingSystem("windows-10-1607", "Windows 10 1607", 14393, Generation.WINDOWS_8),
    OperatingSystem("windows-server-2016", "Windows Server 2016", 14393, Generation.WINDOWS_8),
    OperatingSystem(
        "windows-10-1809", "Windows 10 1809", 17763, Generation.WINDOWS_8, events_from=Month(2021, 8)
    ),
    OperatingSystem(
        "windows-server-2019", "Windows Server 2019", 17763, Generation.WINDOWS_8, events_from=Month(2021, 8)
    ),
    OperatingSystem(
        "windows-10-1909",
        "Windows 10 1909",
        18363,
        Generation.WINDOWS_10_1903,
        last_month=Month(2022, 6),
        events_from=Month(2021, 8),
    ),
    OperatingSystem("windows-10-20h2", "Windows 10 20H2", 19042, Generation.WINDOWS_10_1903),
    OperatingSystem(
        "windows-10-21h1",
        "Windows 10 21H1",
        19043,
        Generation.WINDOWS_10_1903,
        last_month=Month(2022, 12),
    ),
    OperatingSystem("windows-10-21h2", "Windows 10 21H2", 19044, Generation.WINDOWS_10_1903),
    OperatingSystem("windows-10-22h2", "Windows 10 22H2", 19045, Generation.WINDOWS_10_1903, ("windows-10",)),
    OperatingSystem(
        "windows-server-2022",
        "Windows Server 2022",
        20348,
        Generation.WINDOWS_10_1903,
        first_month=Month(2021, 8),
    ),
    OperatingSystem(
        "windows-11-21h2",
        "Windows 11 21H2",
        22000,
        Generation.WINDOWS_10_1903,
        first_month=Month(2021, 10),
    ),
    OperatingSystem(
        "windows-11-22h2",
        "Windows 11 22H2",
        22621,
        Generation.WINDOWS_10_1903,
        ("windows-11",),
        first_month=Month(2022, 9),
    ),
    OperatingSystem(
        "windows-server-2025",
        "Windows Server 2025",
        26100,
        Generation.WINDOWS_10_1903,
        first_month=Month(2024, 11),
    ),
)

_BY_NAME = {word: system for system in OPERATING_SYSTEMS for word in (system.name, *system.aliases)}


def operating_system(name: str) -> OperatingSystem:
    """The system of this name or alias; case and blanks do not matter.

    Raises :class:`~opcross.errors.FileError` with the nearest known name.
    """
    word = "-".join(name.casefold().split())
    system = _BY_NAME.get(word) or _BY_NAME.get(f"windows-{word}")
    if system is None:
        near = get_close_matches(word, _BY_NAME, n=1, cutoff=0.4)
        raise FileError(f'no operating system is called "{name}"', near=near[0] if near else None)
    return system
