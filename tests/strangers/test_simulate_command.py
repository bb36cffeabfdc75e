"""``opcross simulate`` as users start it, with a foreign client in front of it and its event log on disk."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from opcross.levels import AuthLevel
from tests.strangers.hosting import IID_IOPCSERVER, PASSWORD, USER, unused_address
from tests.strangers.impacket_program import converse

pytestmark = [pytest.mark.strangers("impacket"), pytest.mark.usefixtures("port_135")]
pytest.importorskip("impacket")


@contextmanager
def simulated(*options: str) -> Iterator[dict[str, object]]:
    """The command, from its ready line until it has closed in order."""
    start = "import sys; from opcross.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", start, "simulate", "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        line = program.stdout.readline()
        try:
            assert line, program.stderr and program.stderr.read()
            yield json.loads(line)
        finally:
            program.send_signal(signal.SIGTERM)
            assert program.wait(20) == 0


def test_impacket_is_refused_and_served_by_the_command_and_the_log_tells_of_it(tmp_path: Path) -> None:
    address, source, log = unused_address(), unused_address(), tmp_path / "system.jsonl"
    options = ("--address", address, "--phase", "2023-03", "--user", USER, "--password", PASSWORD)
    with simulated(*options, "--event-log", str(log)) as ready:
        classes = {row["prog_id"]: row["clsid"] for row in ready["classes"]}  # type: ignore[attr-defined]
        activate = {
            "do": "activate",
            "clsid": classes["Opcross.Simulation.1"],
            "iid": str(IID_IOPCSERVER),
        }
        status = {"do": "call", "iid": str(IID_IOPCSERVER), "opnum": 6}
        (refusal,) = converse(address, source, activate, level=int(AuthLevel.CONNECT))
        served = converse(address, source, activate, status, {"do": "release"}, level=int(AuthLevel.PRIVACY))
    assert (refusal["form"], refusal["code"]) == ("fault", 5)
    assert [answer["form"] for answer in served] == ["result"] * 3
    (event,) = (json.loads(line) for line in log.read_text().splitlines())
    text = json.dumps(event)
    assert "10036" in text
    assert source in text
    assert USER in text


def test_another_port_works_where_135_is_taken(tmp_path: Path) -> None:
    """impacket is told the port; the bindings of the host then name it, too."""
    address = unused_address()
    options = ("--address", address, "--port", "0", "--user", USER, "--password", PASSWORD)
    with simulated(*options) as ready:
        (clsid, *_) = (row["clsid"] for row in ready["classes"])  # type: ignore[attr-defined]
        activate = {"do": "activate", "clsid": clsid, "iid": str(IID_IOPCSERVER)}
        served = converse(address, unused_address(), activate, {"do": "ping"}, port=ready["port"], level=5)
    assert ready["port"] != 135
    assert [answer["form"] for answer in served] == ["result"] * 2
