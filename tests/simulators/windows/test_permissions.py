"""Access lists of DCOM and their SDDL."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import FileError
from opcross.hardening import operating_system
from opcross.rpc.call import Identity
from opcross_simulators.windows import sids
from opcross_simulators.windows.accounts import ANONYMOUS_LOGON, AccountDatabase
from opcross_simulators.windows.permissions import (
    DEFAULT_LAUNCH,
    EVERYONE_LAUNCH,
    REMOTE_ACCESS,
    REMOTE_ACTIVATION,
    REMOTE_LAUNCH,
    AccessControlEntry,
    AccessList,
    ComRights,
    access_limit,
    launch_limit,
    parse_sddl,
)

ACCOUNTS = AccountDatabase("LINE1")
ACCOUNTS.add("user", "x")
ACCOUNTS.add("Administrator", "x", groups=("Administrators",))
ACCOUNTS.add("dcom", "x", groups=("Distributed COM Users",))


def token(user: str) -> frozenset[str]:
    return ANONYMOUS_LOGON.sids if not user else ACCOUNTS.principal(Identity("", user)).sids


@pytest.mark.parametrize(
    ("os", "may_launch", "may_call"),
    [
        ("windows-xp-sp1", {"", "user", "dcom", "Administrator"}, {"", "user", "dcom", "Administrator"}),
        ("windows-xp-sp3", {"Administrator"}, {"user", "dcom", "Administrator"}),
        ("windows-server-2003", {"dcom", "Administrator"}, {"", "user", "dcom", "Administrator"}),
        ("windows-server-2019", {"dcom", "Administrator"}, {"", "user", "dcom", "Administrator"}),
    ],
)
def test_the_default_limits(os: str, may_launch: set[str], may_call: set[str]) -> None:
    system = operating_system(os)
    everybody = ("", "user", "dcom", "Administrator")
    for wanted in (REMOTE_LAUNCH, REMOTE_ACTIVATION):
        assert {who for who in everybody if launch_limit(system).grants(token(who), wanted)} == may_launch
    assert {who for who in everybody if access_limit(system).grants(token(who), REMOTE_ACCESS)} == may_call


def test_the_default_launch_permission_is_for_administrators() -> None:
    assert DEFAULT_LAUNCH.grants(token("Administrator"), REMOTE_LAUNCH)
    assert not DEFAULT_LAUNCH.grants(token("dcom"), REMOTE_LAUNCH)
    assert EVERYONE_LAUNCH.grants(token("dcom"), REMOTE_ACTIVATION)
    assert not EVERYONE_LAUNCH.grants(token(""), REMOTE_LAUNCH)


def test_a_denial_counts_where_it_stands() -> None:
    deny = AccessControlEntry(sids.USERS, ComRights.REMOTE, allow=False)
    allow = AccessControlEntry(sids.EVERYONE, ComRights.EXECUTE | ComRights.REMOTE)
    assert not AccessList((deny, allow)).grants(token("user"), REMOTE_LAUNCH)
    assert AccessList((allow, deny)).grants(token("user"), REMOTE_LAUNCH)


def test_execute_alone_means_everything() -> None:
    assert parse_sddl("D:(A;;CC;;;WD)").grants(token("user"), REMOTE_LAUNCH | REMOTE_ACTIVATION)


def test_an_empty_list_grants_nothing_and_a_null_list_everything() -> None:
    assert not parse_sddl("O:BAG:BAD:").grants(token("Administrator"), REMOTE_LAUNCH)
    assert parse_sddl("O:BAG:BAD:NO_ACCESS_CONTROL").grants(token(""), REMOTE_LAUNCH)


def test_sddl_as_administrators_write_it() -> None:
    text = "O:BAG:BAD:(A;;CCDCLCSWRP;;;BA)(A;;CCDCSW;;;WD)(A;;CCDCLCSWRP;;;S-1-5-32-562)"
    assert parse_sddl(text) == launch_limit(operating_system("windows-server-2019"))
    assert parse_sddl(text).sddl == text
    assert parse_sddl("D:(A;;0x1f;;;AN)").entries == (AccessControlEntry(sids.ANONYMOUS, ComRights(31)),)


RIGHTS = st.integers(1, 31).map(ComRights)
SIDS = st.sampled_from([sids.EVERYONE, sids.ANONYMOUS, sids.DISTRIBUTED_COM_USERS, "S-1-5-21-1-2-3-1001"])
LISTS = st.lists(st.builds(AccessControlEntry, SIDS, RIGHTS, allow=st.booleans())).map(
    lambda entries: AccessList(tuple(entries))
)


@given(LISTS)
def test_every_list_survives_its_spelling(acl: AccessList) -> None:
    assert parse_sddl(acl.sddl) == acl


@given(st.text())
def test_what_is_no_sddl_is_refused(text: str) -> None:
    try:
        parse_sddl("D:" + text)
    except FileError:
        return
    assert text.strip() in ("", "P", "AI", "AR") or text.strip().startswith(("(", "P", "A", "NO_"))


@pytest.mark.parametrize(
    "text",
    [
        "everyone",
        "O:BAG:BA",
        "D:(A;;CC;;;XX)",
        "D:(A;;QQ;;;WD)",
        "D:(A;OICI;CC;;;WD)",
        "D:(A;;CC;;;WD",
        "D:(A;;;;;WD)",
        "D:(X;;CC;;;WD)",
        "D:(A;;CC;;WD)",
        "D:(A;;C;;;WD)",
        "S:(A;;CC;;;WD)",
    ],
)
def test_what_we_do_not_know_is_refused(text: str) -> None:
    with pytest.raises(FileError):
        parse_sddl(text)
