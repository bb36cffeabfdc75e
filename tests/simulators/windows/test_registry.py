"""The registry, and that a start of the system reads it."""

from __future__ import annotations

import pytest

from opcross.errors import FileError
from opcross_simulators.windows.registry import OLE_KEY, Registry


def test_keys_and_names_ignore_case_and_spelling_of_roots() -> None:
    registry = Registry()
    registry.set(OLE_KEY, "LegacyAuthenticationLevel", 5)
    assert registry.get(r"hkey_local_machine\software\microsoft\OLE", "legacyauthenticationlevel") == 5
    registry.set(r"HKLM\Software\Classes\AppID\{A}", "AuthenticationLevel", 1)
    assert registry.get(r"HKCR\AppID\{a}", "authenticationlevel") == 1


def test_a_snapshot_keeps_what_stood_when_it_was_taken() -> None:
    registry = Registry()
    registry.set(OLE_KEY, "EnableDCOM", "Y")
    before = registry.snapshot()
    registry.set(OLE_KEY, "EnableDCOM", "N")
    assert before.text(OLE_KEY, "EnableDCOM") == "Y"
    assert registry.snapshot().text(OLE_KEY, "EnableDCOM") == "N"
    registry.delete(OLE_KEY, "EnableDCOM")
    assert registry.snapshot().get(OLE_KEY, "EnableDCOM") is None


def test_a_value_of_another_type_counts_as_absent() -> None:
    registry = Registry()
    registry.set(OLE_KEY, "LegacyAuthenticationLevel", "5")
    assert registry.snapshot().dword(OLE_KEY, "LegacyAuthenticationLevel") is None
    assert registry.snapshot().text(OLE_KEY, "LegacyAuthenticationLevel") == "5"


def test_values_are_listed_as_they_were_written() -> None:
    registry = Registry()
    registry.set(OLE_KEY, "EnableDCOM", "Y")
    assert list(registry) == [(OLE_KEY, "EnableDCOM", "Y")]


@pytest.mark.parametrize("key", ["SOFTWARE\\Microsoft", "", "HKLM\\\\Ole", "HKXX\\a"])
def test_a_key_needs_a_known_root(key: str) -> None:
    with pytest.raises(FileError, match="registry key"):
        Registry().set(key, "a", 1)


@pytest.mark.parametrize("value", [-1, 2**32])
def test_a_number_fits_into_32_bits(value: int) -> None:
    with pytest.raises(FileError, match="REG_DWORD"):
        Registry().set(OLE_KEY, "a", value)


def test_a_value_needs_a_name() -> None:
    with pytest.raises(FileError, match="name"):
        Registry().set(OLE_KEY, "", 1)
