"""Event records as text: Event XML as Event Viewer shows it, and JSON in the shape of Get-WinEvent.

Event XML is what ``wevtutil qe /f:xml`` and Event Viewer's "Copy as XML" give. The JSON is what
``Get-WinEvent | ConvertTo-Json`` gives, with ISO 8601 times in place of the old ``/Date(...)/``.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from opcross.errors import FileError
from opcross.hardening.events import (
    CHANNEL,
    EVENT_SOURCE,
    KEYWORDS,
    PROVIDER,
    PROVIDER_GUID,
    DcomEvent,
    EventLevel,
    EventRecord,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "XML_END",
    "XML_START",
    "from_xml",
    "system_time",
    "to_json",
    "to_winevent",
    "to_xml",
    "to_xml_document",
]

NAMESPACE: Final = "http://schemas.microsoft.com/win/2004/08/events/event"
XML_START: Final = '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<Events>\n'
"""What stands before the events of a document, for those who write one as events come."""
XML_END: Final = "</Events>\n"
"""What stands behind them."""
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)
_LAST_TICK: Final = int((datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH).total_seconds()) * 10_000_000
_FORBIDDEN: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAX_XML: Final = 1 << 20
_DISPLAY: Final = {
    EventLevel.ERROR: "Error",
    EventLevel.WARNING: "Warning",
    EventLevel.INFORMATION: "Information",
}


def system_time(ticks: int) -> str:
    """A time in ticks of 100 ns since 1601 as Event XML writes it, with nine digits of a second."""
    whole, rest = divmod(max(0, min(ticks, _LAST_TICK)), 10_000_000)
    moment = _EPOCH + timedelta(seconds=whole)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest:07d}00Z"


def _ticks(text: str) -> int:
    """The inverse of :func:`system_time`; takes any number of digits."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    moment = datetime.fromisoformat(whole).replace(tzinfo=UTC)
    seconds = (moment - _EPOCH) // timedelta(seconds=1)
    return seconds * 10_000_000 + int((fraction or "0").ljust(7, "0")[:7])


def _guid() -> str:
    return f"{{{PROVIDER_GUID}}}".upper()


def to_xml(record: EventRecord) -> str:
    """One Event element, on one line."""
    event = record.event
    data = "".join(f"<Data Name={quoteattr(name)}>{_text(value)}</Data>" for name, value in event.data)
    return (
        f'<Event xmlns="{NAMESPACE}"><System>'
        f'<Provider Name="{PROVIDER}" Guid="{_guid()}" EventSourceName="{EVENT_SOURCE}"/>'
        f'<EventID Qualifiers="{event.qualifiers}">{event.event_id}</EventID><Version>0</Version>'
        f"<Level>{int(event.level)}</Level><Task>0</Task><Opcode>0</Opcode>"
        f"<Keywords>0x{KEYWORDS:x}</Keywords>"
        f'<TimeCreated SystemTime="{system_time(record.time)}"/>'
        f"<EventRecordID>{record.record_id}</EventRecordID><Correlation/>"
        f'<Execution ProcessID="{record.process_id}" ThreadID="{record.thread_id}"/>'
        f"<Channel>{CHANNEL}</Channel><Computer>{_text(record.computer)}</Computer>"
        f"<Security UserID={quoteattr(event.user_sid)}/></System>"
        f"<EventData>{data}</EventData></Event>"
    )


def _text(value: str) -> str:
    """Escaped text; what XML forbids and a caller can send all the same becomes U+FFFD."""
    return escape(_FORBIDDEN.sub("\ufffd", value))


def to_xml_document(records: Iterable[EventRecord]) -> str:
    """A document of many: the root element is Events, as Event Viewer saves it."""
    return XML_START + "".join(f"{to_xml(record)}\n" for record in records) + XML_END


def to_winevent(record: EventRecord) -> dict[str, object]:
    """The object that Get-WinEvent gives, in the names and types of ConvertTo-Json."""
    event = record.event
    return {
        "Message": event.message,
        "Id": event.event_id,
        "Version": 0,
        "Qualifiers": event.qualifiers,
        "Level": int(event.level),
        "Task": 0,
        "Opcode": 0,
        "Keywords": KEYWORDS - (1 << 64),  # PowerShell shows the 64 bits as a signed number
        "RecordId": record.record_id,
        "ProviderName": PROVIDER,
        "ProviderId": str(PROVIDER_GUID),
        "LogName": CHANNEL,
        "ProcessId": record.process_id,
        "ThreadId": record.thread_id,
        "MachineName": record.computer,
        "UserId": {"Value": event.user_sid},
        "TimeCreated": system_time(record.time),
        "LevelDisplayName": _DISPLAY[event.level],
        "OpcodeDisplayName": "Info",
        "KeywordsDisplayNames": ["Classic"],
        "Properties": [{"Value": value} for _, value in event.data],
    }


def to_json(record: EventRecord) -> str:
    """The record as one line of JSON."""
    return json.dumps(to_winevent(record), ensure_ascii=False)


def from_xml(text: str) -> EventRecord:
    """Read one Event element of DCOM back; the message is not in it, and the data may be unnamed.

    Raises :class:`~opcross.errors.FileError` when the text is not such an element.
    """
    if len(text) > _MAX_XML or "<!" in text:
        raise FileError("an Event element is short and declares no document type or entity")
    try:
        root = ET.fromstring(text)  # noqa: S314  (no declarations: nothing can expand)
    except ET.ParseError as error:
        raise FileError(f"not XML: {error}") from error
    try:
        return _record(root)
    except (KeyError, ValueError, TypeError, OverflowError) as error:
        raise FileError(f"not an Event element of DCOM: {error!r}") from error


def _record(root: ET.Element) -> EventRecord:
    names = {"e": NAMESPACE}

    def part(path: str) -> ET.Element:
        found = root.find(path, names)
        if found is None:
            raise KeyError(path)
        return found

    def number(path: str) -> int:
        return int(part(path).text or "")

    data = tuple(
        (item.get("Name") or f"param{position}", item.text or "")
        for position, item in enumerate(root.iterfind("e:EventData/e:Data", names), 1)
    )
    event_id = part("e:System/e:EventID")
    execution = part("e:System/e:Execution")
    event = DcomEvent(
        int(event_id.text or ""),
        EventLevel(number("e:System/e:Level")),
        data,
        part("e:System/e:Security").get("UserID", ""),
        int(event_id.get("Qualifiers", "0")),
    )
    return EventRecord(
        event,
        record_id=number("e:System/e:EventRecordID"),
        time=_ticks(part("e:System/e:TimeCreated").attrib["SystemTime"]),
        computer=part("e:System/e:Computer").text or "",
        process_id=int(execution.get("ProcessID", "0")),
        thread_id=int(execution.get("ThreadID", "0")),
    )
