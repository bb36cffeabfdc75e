"""Accounts: who a log-on means, and who stands in access lists and events."""

from __future__ import annotations

import pytest

from opcross.codes import NtStatus
from opcross.errors import FileError
from opcross.rpc.call import Identity
from opcross.rpc.security import nt_hash_of
from opcross_simulators.windows import sids
from opcross_simulators.windows.accounts import ANONYMOUS_LOGON, AccountDatabase


def workgroup() -> AccountDatabase:
    accounts = AccountDatabase("LINE1", seed=7)
    accounts.add("operator", "secret", groups=("Distributed COM Users",))
    return accounts


def member() -> AccountDatabase:
    accounts = AccountDatabase("LINE1", "PLANT", seed=7)
    accounts.add("operator", "local secret")
    accounts.add("operator", "domain secret", domain=True)
    accounts.add("engineer", "domain secret", domain=True)
    return accounts


@pytest.mark.parametrize("domain", ["", "LINE1", "line1", ".", "ELSEWHERE", "WORKGROUP"])
def test_a_workgroup_host_looks_at_the_user_alone(domain: str) -> None:
    assert workgroup().nt_hash(domain, "OPERATOR") == nt_hash_of("secret")


@pytest.mark.parametrize(
    ("domain", "user", "password"),
    [
        ("LINE1", "operator", "local secret"),
        ("", "operator", "local secret"),
        ("PLANT", "operator", "domain secret"),
        ("plant.example", "operator", "domain secret"),
        ("", "operator@plant.example", "domain secret"),
        ("", "engineer", "domain secret"),
        ("ELSEWHERE", "operator", None),
        ("LINE1", "engineer", None),
    ],
)
def test_a_member_of_a_domain_looks_at_the_domain(domain: str, user: str, password: str | None) -> None:
    assert member().nt_hash(domain, user) == (nt_hash_of(password) if password else None)


def test_the_status_tells_unknown_from_disabled() -> None:
    accounts = workgroup()
    accounts.add("leaver", "x", enabled=False)
    assert accounts.status("", "operator") == NtStatus.OK
    assert accounts.status("", "leaver") == NtStatus.ACCOUNT_DISABLED
    assert accounts.status("", "nobody") == NtStatus.NO_SUCH_USER
    accounts.remove("operator")
    assert accounts.status("", "operator") == NtStatus.NO_SUCH_USER


def test_a_principal_bears_the_name_of_the_keeper_of_the_account() -> None:
    principal = workgroup().principal(Identity("ELSEWHERE", "OPERATOR"))
    assert (principal.domain, principal.user) == ("LINE1", "operator")
    assert {sids.EVERYONE, sids.USERS, sids.DISTRIBUTED_COM_USERS, principal.sid} <= principal.sids


@pytest.mark.parametrize("identity", [None, Identity(anonymous=True), Identity("", "stranger")])
def test_everybody_else_is_anonymous(identity: Identity | None) -> None:
    principal = workgroup().principal(identity)
    assert principal == ANONYMOUS_LOGON
    assert principal.sid == "S-1-5-7"
    assert sids.EVERYONE not in principal.sids
    assert sids.EVERYONE in workgroup().principal(identity, everyone_includes_anonymous=True).sids


def test_remote_administrators_are_filtered_save_the_built_in_one() -> None:
    accounts = AccountDatabase("LINE1", "PLANT")
    for user, domain in (("boss", False), ("Administrator", False), ("root", True)):
        accounts.add(user, "x", domain=domain, groups=("Administrators",))

    def is_administrator(domain: str, user: str) -> bool:
        principal = accounts.principal(Identity(domain, user), filter_administrators=True)
        return sids.ADMINISTRATORS in principal.sids

    assert not is_administrator("LINE1", "boss")
    assert is_administrator("LINE1", "Administrator")
    assert is_administrator("PLANT", "root")


def test_identifiers_follow_from_names_and_seed() -> None:
    first, again = workgroup().find("", "operator"), workgroup().find("", "operator")
    assert first is not None
    assert again is not None
    assert first.sid == again.sid
    other = AccountDatabase("LINE2", seed=7).add("operator", "secret")
    reseeded = AccountDatabase("LINE1", seed=8).add("operator", "secret")
    assert len({first.sid, other.sid, reseeded.sid}) == 3
    assert AccountDatabase("A").add("administrator", "x").sid.endswith("-500")


def test_identifiers_are_unique_on_a_host() -> None:
    accounts = AccountDatabase("LINE1")
    identifiers = {accounts.add(f"user{number}", "x").sid for number in range(800)}
    assert len(identifiers) == 800


def test_wrong_accounts_are_told() -> None:
    accounts = workgroup()
    with pytest.raises(FileError, match="exists already"):
        accounts.add("OPERATOR", "x")
    with pytest.raises(FileError, match="no domain"):
        accounts.add("a", "x", domain=True)
    with pytest.raises(FileError, match="Distributed COM Users"):
        accounts.add("a", "x", groups=("Boss",))
    with pytest.raises(FileError, match="called"):
        accounts.add("a/b", "x")
