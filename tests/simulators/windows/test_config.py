"""Host files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from opcross.errors import FileError
from opcross.hardening import AnonymousRule, Month, RefusalForm, Switches, operating_system
from opcross.levels import AuthLevel
from opcross_simulators.servers import OPC_DA, OPC_ENUM
from opcross_simulators.windows import (
    INTERACTIVE_USER,
    LOCAL_SYSTEM,
    ServerIdentity,
    WindowsHost,
    this_user,
)
from opcross_simulators.windows.config import (
    HOST,
    AccountConfig,
    ApplicationConfig,
    HostConfig,
    RegistryEntry,
    load_host,
)

WHOLE = r"""
format: 1
name: LINE1
os: windows-10-21h2
phase: 2022-06
address: 127.0.7.1
port: 1135
advertise: 135
domain: PLANT
accounts:
  - {user: OPERATOR, password: "12:30:45", domain: true, groups: [Users], enabled: false}
registry:
  - key: HKLM\SOFTWARE\Microsoft\Ole\AppCompat
    name: RequireIntegrityActivationAuthenticationLevel
    dword: 0
  - {key: HKLM\SOFTWARE\Microsoft\Ole, name: EnableDCOM, text: N}
switches: {refusal: hresult, anonymous: gated, gate-first: false, gate-resolver: true}
lenient: true
seed: 7
identity: interactive-user
logged-on: operator
applications:
  - {name: Opcross.Simulation.1, identity: {user: 'PLANT\OPERATOR', password: typed}, callback-level: connect}
  - {name: OPC.ServerList, identity: {user: OPERATOR}}
  - {name: Other.Server}
"""


def load(tmp_path: Path, text: str) -> HostConfig:
    path = tmp_path / "host.yaml"
    path.write_text(text, encoding="utf-8")
    return load_host(path)


def test_every_key_is_read(tmp_path: Path) -> None:
    config = load(tmp_path, WHOLE)
    assert config == HostConfig(
        name="LINE1",
        os=operating_system("windows-10-21h2"),
        phase=Month(2022, 6),
        address="127.0.7.1",
        port=1135,
        advertise=135,
        domain="PLANT",
        accounts=(AccountConfig("OPERATOR", "12:30:45", domain=True, groups=("Users",), enabled=False),),
        registry=(
            RegistryEntry(
                r"HKLM\SOFTWARE\Microsoft\Ole\AppCompat",
                "RequireIntegrityActivationAuthenticationLevel",
                dword=0,
            ),
            RegistryEntry(r"HKLM\SOFTWARE\Microsoft\Ole", "EnableDCOM", text="N"),
        ),
        switches=Switches(
            refusal=RefusalForm.HRESULT, anonymous=AnonymousRule.GATED, gate_first=False, gate_resolver=True
        ),
        lenient=True,
        seed=7,
        identity=INTERACTIVE_USER,
        logged_on="operator",
        applications=(
            ApplicationConfig(
                name="Opcross.Simulation.1",
                identity=this_user("PLANT\\OPERATOR", "typed"),
                callback_level=AuthLevel.CONNECT,
            ),
            ApplicationConfig(name="OPC.ServerList", identity=this_user("OPERATOR")),
            ApplicationConfig(name="Other.Server"),
        ),
    )
    assert config.make_registry().get(r"HKLM\SOFTWARE\Microsoft\Ole", "EnableDCOM") == "N"


def test_the_shortest_file_gives_a_hardened_server(tmp_path: Path) -> None:
    assert load(tmp_path, "format: 1\n") == HostConfig()


def test_passwords_do_not_show() -> None:
    assert "secret" not in repr(HostConfig(accounts=(AccountConfig("a", "secret"),)))


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("format: 1\nphase: 2022-6\n", 2, "YYYY-MM"),
        ("format: 1\nos: windows-server-2018\n", 2, "windows-server-2018"),
        ("format: 1\naddress: line1\n", 2, "address"),
        ("format: 1\n\nprot: 135\n", 3, "prot"),
        ("format: 2\n", 1, "1"),
        ("name: A\n", 1, "format"),
        ("format: 1\nname: A_B\n", 1, "hyphens"),
        ("just text\n", 1, "description of a host"),
        ("format: 1\nport: 65536\n", 2, "65535"),
        ("format: 1\naddress: 0.0.0.0\n", 1, "dial"),
        ("format: 1\nidentity: this-user\n", 2, "this-user"),
        ("format: 1\nidentity: {password: x}\n", 2, "user"),
        ('format: 1\nidentity: {user: ""}\n', 2, "identity"),
        ("format: 1\nlogged-on: nobody\n", 1, "nobody"),
        ("format: 1\napplications:\n  - {name: A, callback-level: default}\n", 3, "callback|default"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(tmp_path: Path, text: str, line: int, reason: str) -> None:
    with pytest.raises(FileError, match=reason) as caught:
        load(tmp_path, text)
    assert caught.value.line == line
    assert caught.value.file.endswith("host.yaml")


def test_a_registry_value_is_a_number_or_a_text() -> None:
    for entry in (RegistryEntry("HKLM\\A", "b"), RegistryEntry("HKLM\\A", "b", dword=1, text="1")):
        with pytest.raises(FileError, match='"dword" or "text"'):
            HostConfig(registry=(entry,)).make_registry()


def identities(config: HostConfig) -> list[ServerIdentity]:
    classes = (OPC_DA, replace(OPC_ENUM, identity=LOCAL_SYSTEM))
    host = WindowsHost(config, entropy=bytes, wall_time=lambda: 0, classes=classes)
    return [host.boot.application(installed.app_id).identity for installed in classes]


def test_an_identity_for_all_leaves_services_as_they_were_set_up() -> None:
    assert identities(HostConfig(identity=INTERACTIVE_USER)) == [INTERACTIVE_USER, LOCAL_SYSTEM]


def test_an_identity_for_one_wins() -> None:
    one = ApplicationConfig(name=str(OPC_ENUM.clsid), identity=this_user("opc"))
    config = HostConfig(identity=INTERACTIVE_USER, applications=(one,))
    assert identities(config) == [INTERACTIVE_USER, this_user("opc")]


def test_the_registry_wins_over_what_a_setup_would_write() -> None:
    entry = RegistryEntry(rf"HKCR\AppID\{{{OPC_DA.app_id}}}", "RunAs", text="Interactive User")
    config = HostConfig(identity=this_user("opc"), registry=(entry,))
    assert identities(config) == [INTERACTIVE_USER, LOCAL_SYSTEM]


def test_settings_of_an_application_that_is_not_there_are_refused() -> None:
    with pytest.raises(FileError, match="No Server"):
        identities(HostConfig(applications=(ApplicationConfig(name="No Server"),)))


def test_editors_learn_of_both_spellings_of_an_identity() -> None:
    schema = HOST.json_schema()["properties"]
    assert isinstance(schema, dict)
    word, account = schema["identity"]["anyOf"]
    assert "this-user" not in word["enum"]
    assert account["required"] == ["user"]
