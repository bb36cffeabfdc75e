"""Who may use a reference."""

from __future__ import annotations

import pytest

from opcross.dcom.owner import Owner
from opcross.levels import AuthLevel
from opcross.rpc.call import Caller, Identity

OPERATOR = Caller("10.0.0.1", level=AuthLevel.INTEGRITY, identity=Identity("PLANT", "operator"))


def caller(address: str, identity: Identity | None) -> Caller:
    return Caller(address, identity=identity)


@pytest.mark.parametrize(
    ("other", "admitted"),
    [
        (caller("10.0.0.1", Identity("PLANT", "operator")), True),
        (caller("10.0.0.9", Identity("plant", "OPERATOR")), True),
        (caller("10.0.0.1", Identity("PLANT", "guest")), False),
        (caller("10.0.0.1", Identity("OTHER", "operator")), False),
        (caller("10.0.0.1", None), True),
        (caller("10.0.0.9", None), False),
        (caller("10.0.0.1", Identity(anonymous=True)), True),
    ],
)
def test_the_principal_decides_and_without_one_the_address(other: Caller, admitted: bool) -> None:
    assert Owner.of(OPERATOR).admits(other) is admitted


def test_an_unauthenticated_owner_is_known_by_its_address() -> None:
    owner = Owner.of(caller("10.0.0.1", None))
    assert owner.admits(OPERATOR)
    assert not owner.admits(caller("10.0.0.2", Identity("PLANT", "operator")))
