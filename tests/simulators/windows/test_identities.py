"""Identities of applications in files, in the registry, and logged on."""

from __future__ import annotations

from uuid import UUID

import pytest

from opcross.errors import FileError
from opcross.rpc.call import Identity
from opcross.rpc.security import nt_hash_of
from opcross_simulators.windows import (
    INTERACTIVE_USER,
    LAUNCHING_USER,
    LOCAL_SERVICE,
    LOCAL_SYSTEM,
    NETWORK_SERVICE,
    AccountConfig,
    AccountDatabase,
    IdentityKind,
    Registry,
    ServerIdentity,
    app_id_key,
    this_user,
)
from opcross_simulators.windows.accounts import machine_password
from opcross_simulators.windows.config import parse_identity
from opcross_simulators.windows.identities import SERVICES_KEY, has_identity, identity_of, write_identity

APP_ID = UUID(int=1)
KEY = app_id_key(APP_ID)


@pytest.mark.parametrize(
    "identity",
    [
        LAUNCHING_USER,
        INTERACTIVE_USER,
        LOCAL_SYSTEM,
        LOCAL_SERVICE,
        NETWORK_SERVICE,
        this_user(r"PLANT\opc", "secret"),
    ],
    ids=str,
)
def test_the_registry_keeps_an_identity_but_for_its_password(identity: ServerIdentity) -> None:
    registry = Registry()
    for earlier in (INTERACTIVE_USER, LOCAL_SYSTEM):
        write_identity(earlier, APP_ID, "OpcService", registry)
    write_identity(identity, APP_ID, "OpcService", registry)
    assert identity_of(KEY, registry.snapshot()) == ServerIdentity(identity.kind, identity.account)
    assert has_identity(APP_ID, registry) == (identity is not LAUNCHING_USER)
    assert "secret" not in repr([*registry, identity])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Interactive User", IdentityKind.INTERACTIVE_USER),
        ("interactive user", IdentityKind.INTERACTIVE_USER),
        (r"nt authority\localservice", IdentityKind.LOCAL_SERVICE),
        (r"NT AUTHORITY\NetworkService", IdentityKind.NETWORK_SERVICE),
        (r"NT AUTHORITY\SYSTEM", IdentityKind.LOCAL_SYSTEM),
        (r"PLANT\opc", IdentityKind.THIS_USER),
        ("opc", IdentityKind.THIS_USER),
        ("", IdentityKind.LAUNCHING_USER),
    ],
)
def test_run_as_is_read_as_windows_writes_it(text: str, kind: IdentityKind) -> None:
    registry = Registry()
    registry.set(KEY, "RunAs", text)
    assert identity_of(KEY, registry.snapshot()).kind is kind


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        (None, IdentityKind.LOCAL_SYSTEM),
        ("LocalSystem", IdentityKind.LOCAL_SYSTEM),
        (r"NT AUTHORITY\LocalService", IdentityKind.LOCAL_SERVICE),
        (r".\opc", IdentityKind.THIS_USER),
    ],
)
def test_a_service_runs_as_its_own_key_says(account: str | None, kind: IdentityKind) -> None:
    registry = Registry()
    registry.set(KEY, "LocalService", "OpcService")
    registry.set(KEY, "RunAs", "Interactive User")
    if account is not None:
        registry.set(rf"{SERVICES_KEY}\OpcService", "ObjectName", account)
    found = identity_of(KEY, registry.snapshot())
    assert (found.kind, found.domain, found.user) == (
        kind,
        "",
        "opc" if kind is IdentityKind.THIS_USER else "",
    )


def test_an_identity_is_an_account_or_a_word_never_both() -> None:
    for kind, account in ((IdentityKind.THIS_USER, ""), (IdentityKind.LOCAL_SYSTEM, "opc")):
        with pytest.raises(FileError):
            ServerIdentity(kind, account)
    with pytest.raises(FileError, match="512"):
        this_user("x" * 513)


def test_on_the_command_line_an_identity_is_a_word_or_an_account_that_the_host_has() -> None:
    accounts = (AccountConfig("OPERATOR", "plant"),)
    assert parse_identity("interactive-user", accounts) == INTERACTIVE_USER
    assert parse_identity(r".\operator", accounts) == this_user(r".\operator")
    with pytest.raises(FileError, match="interactive-usr") as caught:
        parse_identity("interactive-usr", accounts)
    assert caught.value.near == "interactive-user"
    with pytest.raises(FileError, match="OPERATOR") as caught:
        parse_identity("OPERATER", accounts)
    assert caught.value.near == "OPERATOR"


def test_members_of_a_domain_know_all_its_computers() -> None:
    members = AccountDatabase("PANEL", "PLANT")
    account = members.find("plant", "line1$")
    assert account is not None
    assert (account.user, account.authority, account.local) == ("LINE1$", "PLANT", False)
    assert account.nt_hash == nt_hash_of(machine_password("PLANT", "LINE1"))
    assert machine_password("plant", "line1") == machine_password("PLANT", "LINE1")
    assert members.principal(Identity("PLANT", "LINE1$")).user == "LINE1$"
    assert machine_password("PLANT", "LINE2") != machine_password("PLANT", "LINE1")


@pytest.mark.parametrize(
    ("database", "domain", "user"),
    [
        (AccountDatabase("PANEL"), "PLANT", "LINE1$"),
        (AccountDatabase("PANEL", "PLANT"), "OTHER", "LINE1$"),
        (AccountDatabase("PANEL", "PLANT"), "PANEL", "LINE1$"),
        (AccountDatabase("PANEL", "PLANT"), "PLANT", "$"),
        (AccountDatabase("PANEL", "PLANT"), "PLANT", "A_NAME_THAT_NO_COMPUTER_HAS$"),
        (AccountDatabase("PANEL", "PLANT"), "PLANT", "LINE1"),
    ],
)
def test_nobody_else_is_taken_for_a_computer(database: AccountDatabase, domain: str, user: str) -> None:
    assert database.find(domain, user) is None
