"""Event files: readable while they grow, whole in the end."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from opcross.errors import FileError
from opcross.hardening.event_xml import from_xml
from opcross.hardening.events import activation_below_integrity
from opcross_simulators.windows.event_file import EventFile
from opcross_simulators.windows.event_log import SystemLog


def filled_log(path: Path) -> SystemLog:
    log = SystemLog("LINE1", wall_time=lambda: 0)
    with EventFile(path) as file:
        log.listen(file.write)
        for user in "ab":
            log.write(activation_below_integrity("LINE1", user, "S-1-5-7", "127.0.0.1"))
        assert "Client IP" in path.read_text() or "10036" in path.read_text()
    return log


def test_xml_is_a_document_of_events(tmp_path: Path) -> None:
    log = filled_log(tmp_path / "events.xml")
    text = (tmp_path / "events.xml").read_text(encoding="utf-8")
    assert len(ET.fromstring(text)) == 2
    lines = [line for line in text.splitlines() if line.startswith("<Event ")]
    assert [from_xml(line) for line in lines] == list(log)


def test_json_has_one_object_a_line(tmp_path: Path) -> None:
    filled_log(tmp_path / "events.jsonl")
    lines = (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["RecordId"] for line in lines] == [1, 2]


def test_a_file_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be written"):
        EventFile(tmp_path / "missing" / "events.xml")
