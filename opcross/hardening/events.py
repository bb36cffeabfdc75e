"""Event records of DCOM in the System log: 10004, 10009, 10016, 10026, 10027, 10028, 10036, 10037, 10038.

The names and the order of the data are what readers rely on. Those of 10036 and 10016 were seen in real
logs; the names in 10037 and 10038 are inferred from the message's own words, so read them by position.
The message of an event is filled into the template of its kind, as Windows does it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opcross.hardening.operating_systems import OperatingSystem
    from opcross.levels import AuthLevel

__all__ = [
    "CHANNEL",
    "EVENT_SOURCE",
    "KEYWORDS",
    "PROVIDER",
    "PROVIDER_GUID",
    "UNAVAILABLE",
    "DcomEvent",
    "EventLevel",
    "EventRecord",
    "LaunchRight",
    "activation_below_integrity",
    "class_denied",
    "default_level_too_low",
    "duplicates_suppressed",
    "explicit_level_too_low",
    "machine_limits_denied",
    "run_as_logon_failed",
    "server_unreachable",
]

PROVIDER = "Microsoft-Windows-DistributedCOM"
PROVIDER_GUID = UUID("1b562e86-b7aa-4131-badc-b6f3a001407e")
EVENT_SOURCE = "DCOM"
CHANNEL = "System"
KEYWORDS = 0x8080000000000000
"""The classic event log, and the System channel's own bit."""
UNAVAILABLE = "Unavailable"
"""What stands for an application container where there is none."""


class EventLevel(IntEnum):
    """How grave an event is."""

    ERROR = 2
    WARNING = 3
    INFORMATION = 4


class LaunchRight(Enum):
    """What was denied: starting a server, or attaching to one that runs."""

    LAUNCH = "Launch"
    ACTIVATION = "Activation"

    @property
    def word(self) -> str:
        """As English systems write it."""
        return self.value


@dataclass(frozen=True, slots=True)
class DcomEvent:
    """What happened, before a log gives it a number and a time.

    ``data`` keeps the wire's order; ``user_sid`` is that of the user in whose name it happened.
    """

    event_id: int
    level: EventLevel
    data: tuple[tuple[str, str], ...]
    user_sid: str = "S-1-5-18"
    qualifiers: int = 0

    @property
    def message(self) -> str:
        """The text that Windows shows for it, in English."""
        template = _TEMPLATES.get((self.event_id, len(self.data))) or _TEMPLATES.get((self.event_id, 0), "")
        return re.sub(r"%(\d+)", self._insert, template)

    def _insert(self, match: re.Match[str]) -> str:
        position = int(match[1]) - 1
        return self.data[position][1] if position < len(self.data) else match[0]

    def value(self, name: str) -> str | None:
        """The first data of this name."""
        return next((text for key, text in self.data if key == name), None)


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event in a log: ``time`` in ticks of 100 ns since 1601, UTC; ``record_id`` counts from 1."""

    event: DcomEvent
    record_id: int
    time: int
    computer: str
    process_id: int = 0
    thread_id: int = 0


def _params(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"param{number}", value) for number, value in enumerate(values, 1))


def _braced(uuid: UUID) -> str:
    return f"{{{uuid}}}".upper()


def activation_below_integrity(domain: str, user: str, sid: str, address: str) -> DcomEvent:
    """Event 10036, on the server: an authenticated activation came below packet integrity.

    It names neither the class nor the level; correlate by time and address with 10037 and 10038.
    """
    data = (("Domain Name", domain), ("User Name", user), ("SID", sid), ("Client IP Address", address))
    return DcomEvent(10036, EventLevel.ERROR, data, sid)


def _client_event(
    event_id: int, application: str, process_id: int, clsid: UUID, computer: str, level: AuthLevel, sid: str
) -> DcomEvent:
    data = (
        ("Application Path", application),
        ("PID", str(process_id)),
        ("CLSID", _braced(clsid)),
        ("Computer Name", computer),
        ("Authentication Level", str(int(level))),
    )
    return DcomEvent(event_id, EventLevel.ERROR, data, sid)


def explicit_level_too_low(
    application: str, process_id: int, clsid: UUID, computer: str, level: AuthLevel, sid: str
) -> DcomEvent:
    """Event 10037, on the client: the application itself set a level below packet integrity."""
    return _client_event(10037, application, process_id, clsid, computer, level, sid)


def default_level_too_low(
    application: str, process_id: int, clsid: UUID, computer: str, level: AuthLevel, sid: str
) -> DcomEvent:
    """Event 10038, on the client: the default level is below packet integrity."""
    return _client_event(10038, application, process_id, clsid, computer, level, sid)


def machine_limits_denied(right: LaunchRight, domain: str, user: str, sid: str, address: str) -> DcomEvent:
    """Event 10027, on the server: the machine-wide limits deny the user, whatever the class."""
    data = _params("Remote", right.word, domain, user, sid, address, UNAVAILABLE, UNAVAILABLE)
    return DcomEvent(10027, EventLevel.ERROR, data, sid)


def class_denied(
    os: OperatingSystem,
    *,
    right: LaunchRight,
    machine_default: bool,
    clsid: UUID,
    app_id: UUID,
    domain: str,
    user: str,
    sid: str,
    address: str,
) -> DcomEvent:
    """Event 10016, on the server: the permissions of the class deny the user.

    ``machine_default`` says that the class has none of its own. Up to Windows 7 the event names no
    application and no container; since 1903 it is a warning.
    """
    scope = "machine-default" if machine_default else "application-specific"
    if os.has_containers:
        who = [_braced(app_id), domain, user, sid, address, UNAVAILABLE, UNAVAILABLE]
    else:
        who = [domain, user, sid, address]
    level = EventLevel.ERROR if os.event_10016_is_error else EventLevel.WARNING
    return DcomEvent(10016, level, _params(scope, "Remote", right.word, _braced(clsid), *who), sid)


def run_as_logon_failed(
    os: OperatingSystem, error: int, domain: str, user: str, clsid: UUID, sid: str = "S-1-5-18"
) -> DcomEvent:
    """Event 10004, on the server: the identity of a server application could not log on.

    ``error`` is a Win32 code (1326: wrong name or password). What stands for the user where nobody sits at
    the console is inferred; the activation fails with CO_E_RUNAS_LOGON_FAILURE.
    """
    qualifiers = 0 if os.has_containers else 0xC000
    data = _params(str(error), domain, user, _braced(clsid))
    return DcomEvent(10004, EventLevel.ERROR, data, sid, qualifiers)


def server_unreachable(
    os: OperatingSystem, computer: str, process_id: int, application: str, clsid: UUID, sid: str
) -> DcomEvent:
    """Event 10028, on the client: no protocol reached the computer; event 10009 up to Windows 7.

    The process number is hexadecimal and right-aligned, as real logs show it.
    """
    if not os.has_containers:
        return DcomEvent(10009, EventLevel.ERROR, _params(computer), sid, qualifiers=0xC000)
    data = _params(computer, f"{process_id:8x}", application, _braced(clsid))
    return DcomEvent(10028, EventLevel.ERROR, data, sid)


def duplicates_suppressed(seconds: int) -> DcomEvent:
    """Event 10026: duplicates of earlier events will not be logged for so many seconds."""
    data = _params(str(seconds), "SuppressDuplicateDuration", r"Software\Microsoft\Ole\EventLog")
    return DcomEvent(10026, EventLevel.INFORMATION, data)


_ADVICE = " This security permission can be modified using the Component Services administrative tool."
_LOWEST = (
    " The lowest activation authentication level required by DCOM is 5(RPC_C_AUTHN_LEVEL_PKT_INTEGRITY)."
    " To raise the activation authentication level, please contact the application vendor."
)
_CONTAINER = "running in the application container %{0} SID (%{1})."

# By event and number of data; 0 stands for any number.
_TEMPLATES: Mapping[tuple[int, int], str] = MappingProxyType(
    {
        (10004, 0): 'DCOM got error "%1" and was unable to logon %2\\%3 in order to run the server: %4',
        (
            10009,
            0,
        ): "DCOM was unable to communicate with the computer %1 using any of the configured protocols.",
        (10016, 11): (
            "The %1 permission settings do not grant %2 %3 permission for the COM Server application"
            " with CLSID %4 and APPID %5 to the user %6\\%7 SID (%8) from address %9 "
            + _CONTAINER.format(10, 11)
            + _ADVICE
        ),
        (10016, 8): (
            "The %1 permission settings do not grant %2 %3 permission for the COM Server application"
            " with CLSID %4 to the user %5\\%6 SID (%7) from address %8." + _ADVICE
        ),
        (10026, 0): (
            "The COM sub system is suppressing duplicate event log entries for a duration of %1 seconds."
            " The suppression timeout can be controlled by a REG_DWORD value named %2 under the following"
            " registry key: HKLM\\%3."
        ),
        (10027, 0): (
            "The machine wide limit settings do not grant %1 %2 permission for COM Server applications to the"
            " user %3\\%4 SID (%5) from address %6 " + _CONTAINER.format(7, 8) + _ADVICE
        ),
        (10028, 0): (
            "DCOM was unable to communicate with the computer %1 using any of the configured protocols;"
            " requested by PID %2 (%3), while activating CLSID %4."
        ),
        (10036, 0): (
            "The server-side authentication level policy does not allow the user %1\\%2 SID (%3)"
            " from address %4 to activate DCOM server. Please raise the activation authentication level"
            " at least to RPC_C_AUTHN_LEVEL_PKT_INTEGRITY in client application."
        ),
        (10037, 0): (
            "Application %1 with PID %2 is requesting to activate CLSID %3 on computer %4 with explicitly set"
            " authentication level at %5." + _LOWEST
        ),
        (10038, 0): (
            "Application %1 with PID %2 is requesting to activate CLSID %3 on computer %4 with default"
            " activation authentication level at %5." + _LOWEST
        ),
    }
)
