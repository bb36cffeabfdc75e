"""Event records: names, order, levels and texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import FileError
from opcross.hardening import (
    DcomEvent,
    DuplicateFilter,
    EventLevel,
    EventRecord,
    LaunchRight,
    operating_system,
)
from opcross.hardening.event_xml import from_xml, system_time, to_json, to_winevent, to_xml, to_xml_document
from opcross.hardening.events import (
    activation_below_integrity,
    class_denied,
    default_level_too_low,
    duplicates_suppressed,
    explicit_level_too_low,
    machine_limits_denied,
    run_as_logon_failed,
    server_unreachable,
)
from opcross.levels import AuthLevel
from tests.data_files import data_file

CLSID = UUID("6b3b8d23-fa8d-40b9-8dbd-b950333e2c52")
APP_ID = UUID("4839ddb7-58c2-48f5-8283-e1d1807d0d7d")
ADMINISTRATOR = "S-1-5-21-4172167730-1548360163-1099057067-500"
WINDOWS_10, SERVER_2019 = operating_system("windows-10-21h2"), operating_system("windows-server-2019")

# A real event 10036 of a Server 2019 (Microsoft Q&A, question 749374). Its thread number is a trap.
REAL_10036 = (
    '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>'
    '<Provider Name="Microsoft-Windows-DistributedCOM" Guid="{1B562E86-B7AA-4131-BADC-B6F3A001407E}"'
    ' EventSourceName="DCOM"/>'
    '<EventID Qualifiers="0">10036</EventID><Version>0</Version><Level>2</Level>'
    "<Task>0</Task>"
    "<Opcode>0</Opcode>"
    '<Keywords>0x8080000000000000</Keywords><TimeCreated SystemTime="2022-02-28T05:47:26.303038600Z"/>'
    "<EventRecordID>1001267</EventRecordID>"
    '<Correlation/><Execution ProcessID="1408" ThreadID="10036"/><Channel>System</Channel>'
    "<Computer>PDC2019.nasco.local</Computer>"
    f'<Security UserID="{ADMINISTRATOR}"/></System>'
    '<EventData><Data Name="Domain Name">NASCO</Data><Data Name="User Name">Administrator</Data>'
    f'<Data Name="SID">{ADMINISTRATOR}</Data><Data Name="Client IP Address">192.168.21.100</Data></EventData>'
    "</Event>"
)
REAL_TIME = 132_905_008_463_030_386
RECORD = EventRecord(
    activation_below_integrity("NASCO", "Administrator", ADMINISTRATOR, "192.168.21.100"),
    record_id=1001267,
    time=REAL_TIME,
    computer="PDC2019.nasco.local",
    process_id=1408,
    thread_id=10036,
)


def test_a_real_10036_is_written_letter_by_letter() -> None:
    assert to_xml(RECORD) == REAL_10036


def test_a_real_10036_is_read() -> None:
    assert from_xml(REAL_10036) == RECORD


def test_10036_tells_who_from_where_and_nothing_of_class_or_level() -> None:
    assert RECORD.event.message == (
        "The server-side authentication level policy does not allow the user NASCO\\Administrator"
        f" SID ({ADMINISTRATOR}) from address 192.168.21.100 to activate DCOM server. Please raise the"
        " activation authentication level at least to RPC_C_AUTHN_LEVEL_PKT_INTEGRITY in client application."
    )


@pytest.mark.parametrize(
    ("make", "event_id", "word"),
    [
        (explicit_level_too_low, 10037, "explicitly set"),
        (default_level_too_low, 10038, "default activation"),
    ],
)
def test_the_client_events_name_program_class_computer_and_level(
    make: Callable[..., DcomEvent], event_id: int, word: str
) -> None:
    event = make(r"C:\OPC\client.exe", 3852, CLSID, "LINE1", AuthLevel.CONNECT, ADMINISTRATOR)
    assert (event.event_id, event.level) == (event_id, EventLevel.ERROR)
    assert [text for _, text in event.data] == [
        r"C:\OPC\client.exe",
        "3852",
        "{6B3B8D23-FA8D-40B9-8DBD-B950333E2C52}",
        "LINE1",
        "2",
    ]
    assert word in event.message
    assert "5(RPC_C_AUTHN_LEVEL_PKT_INTEGRITY)" in event.message


def test_10028_shows_the_process_in_hexadecimal() -> None:
    event = server_unreachable(
        WINDOWS_10, "LINE1", 0xF0C, r"C:\Windows\system32\ServerManager.exe", CLSID, ADMINISTRATOR
    )
    assert event.event_id == 10028
    assert r"requested by PID      f0c (C:\Windows\system32\ServerManager.exe)" in event.message


@pytest.mark.parametrize(("os", "qualifiers"), [("windows-server-2019", 0), ("windows-7", 0xC000)])
def test_an_identity_that_cannot_log_on_is_event_10004(os: str, qualifiers: int) -> None:
    event = run_as_logon_failed(operating_system(os), 1326, "PLANT", "opc", CLSID)
    assert (event.event_id, event.level, event.qualifiers) == (10004, EventLevel.ERROR, qualifiers)
    assert event.message == (
        'DCOM got error "1326" and was unable to logon PLANT\\opc in order to run the server: '
        f"{{{str(CLSID).upper()}}}"
    )


def test_up_to_windows_7_an_unreachable_server_is_event_10009() -> None:
    event = server_unreachable(operating_system("windows-7"), "LINE1", 1, "a.exe", CLSID, ADMINISTRATOR)
    assert (event.event_id, event.qualifiers, event.data) == (10009, 0xC000, (("param1", "LINE1"),))


def denied(os: str) -> DcomEvent:
    return class_denied(
        operating_system(os),
        right=LaunchRight.LAUNCH,
        machine_default=False,
        clsid=CLSID,
        app_id=APP_ID,
        domain="PLANT",
        user="OPERATOR",
        sid=ADMINISTRATOR,
        address="127.0.3.2",
    )


@pytest.mark.parametrize(
    ("os", "level", "size"),
    [
        ("windows-xp-sp3", EventLevel.ERROR, 8),
        ("windows-server-2008-r2", EventLevel.ERROR, 8),
        ("windows-server-2012", EventLevel.ERROR, 11),
        ("windows-server-2019", EventLevel.ERROR, 11),
        ("windows-10-1909", EventLevel.WARNING, 11),
        ("windows-11-22h2", EventLevel.WARNING, 11),
    ],
)
def test_10016_follows_the_system(os: str, level: EventLevel, size: int) -> None:
    event = denied(os)
    assert (event.level, len(event.data)) == (level, size)
    assert "%" not in event.message
    assert "PLANT\\OPERATOR" in event.message


def test_10027_names_no_class() -> None:
    event = machine_limits_denied(
        LaunchRight.ACTIVATION, "NT AUTHORITY", "ANONYMOUS LOGON", "S-1-5-7", "127.0.3.2"
    )
    assert [text for _, text in event.data] == [
        "Remote",
        "Activation",
        "NT AUTHORITY",
        "ANONYMOUS LOGON",
        "S-1-5-7",
        "127.0.3.2",
        "Unavailable",
        "Unavailable",
    ]
    assert [name for name, _ in event.data] == [f"param{n}" for n in range(1, 9)]


@pytest.mark.parametrize("name", ["evtx/omerbenamram_system.evtx", "evtx/omerbenamram_2-vss_7-System.evtx"])
def test_real_10016_have_our_structure(name: str) -> None:
    evtx = pytest.importorskip("evtx")
    found = 0
    for item in evtx.PyEvtxParser(str(data_file(name))).records():
        text = item["data"].removeprefix('<?xml version="1.0" encoding="utf-8"?>\n')
        if ">10016</EventID>" not in text or "DistributedCOM" not in text:
            continue
        found += 1
        real = from_xml(text)
        ours = denied("windows-server-2019")
        assert real.event.level is ours.level
        assert [key for key, _ in real.event.data] == [key for key, _ in ours.data]
        assert from_xml(to_xml(real)) == real
        assert _elements(text) == _elements(to_xml(real))
    assert found


def _elements(text: str) -> list[tuple[str, dict[str, str]]]:
    """Tags and attributes in order; a reader that shows microseconds has lost the rest of the time."""
    found = [(element.tag, dict(element.attrib)) for element in ET.fromstring(text).iter()]
    for _, attributes in found:
        if "SystemTime" in attributes:
            attributes["SystemTime"] = attributes["SystemTime"].removesuffix("Z")[:26]
    return found


@given(st.integers(0, 2_650_467_743_999_999_999))
def test_times_survive(ticks: int) -> None:
    record = EventRecord(RECORD.event, 1, ticks, "A")
    assert from_xml(to_xml(record)).time == ticks
    assert len(system_time(ticks)) == 30


@given(st.text(), st.text())
def test_whatever_a_caller_calls_himself_stays_data(domain: str, user: str) -> None:
    record = EventRecord(activation_below_integrity(domain, user, "S-1-5-7", "127.0.0.1"), 1, 0, "A")
    parsed = from_xml(to_xml(record))
    assert [name for name, _ in parsed.event.data] == [name for name, _ in record.event.data]
    assert parsed.event.value("SID") == "S-1-5-7"
    to_xml(record).encode("utf-8")


@given(st.text())
def test_what_is_no_event_is_refused(text: str) -> None:
    with pytest.raises(FileError):
        from_xml(text)


def test_declarations_are_refused() -> None:
    with pytest.raises(FileError, match="entity"):
        from_xml('<!DOCTYPE a [<!ENTITY b "c">]>' + REAL_10036)


def test_a_document_holds_many_events() -> None:
    document = to_xml_document([RECORD, RECORD])
    assert document.count("<Event xmlns") == 2
    assert document.endswith("</Events>\n")


def test_the_json_has_the_names_of_get_winevent() -> None:
    shown = json.loads(to_json(RECORD))
    assert shown == to_winevent(RECORD)
    assert shown["Id"] == 10036
    assert shown["Keywords"] == -9187343239835811840
    assert shown["LevelDisplayName"] == "Error"
    assert [part["Value"] for part in shown["Properties"]][3] == "192.168.21.100"


def test_duplicates_are_suppressed_after_one_notice() -> None:
    sieve = DuplicateFilter(seconds=60)
    first, other = RECORD.event, machine_limits_denied(LaunchRight.LAUNCH, "A", "B", "S", "127.0.0.1")
    second = 10_000_000
    assert sieve.offer(first, 0) == (first,)
    assert sieve.offer(other, 0) == (other,)
    assert sieve.offer(first, second) == (duplicates_suppressed(60),)
    assert sieve.offer(first, 2 * second) == ()
    assert sieve.offer(first, 60 * second) == (first,)


def test_without_a_duration_nothing_is_suppressed() -> None:
    sieve = DuplicateFilter()
    assert [sieve.offer(RECORD.event, now) for now in range(3)] == [(RECORD.event,)] * 3


def test_the_memory_for_duplicates_has_a_bound() -> None:
    sieve = DuplicateFilter(seconds=60)
    for number in range(3000):
        sieve.offer(activation_below_integrity("A", str(number), "S", "127.0.0.1"), 0)
    latest = activation_below_integrity("A", "2999", "S", "127.0.0.1")
    oldest = activation_below_integrity("A", "0", "S", "127.0.0.1")
    assert sieve.offer(latest, 1) == (duplicates_suppressed(60),)
    assert sieve.offer(oldest, 1) == (oldest,)
