"""HRESULTs of OPC: names, and words for any code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.codes import Hresult, RpcStatus
from opcross.ndr.tables import facts
from opcross.opc.codes import DISP_E_OVERFLOW, DISP_E_TYPEMISMATCH, DaCode, code_name, code_text


def test_the_codes_are_those_of_the_tables() -> None:
    table = {row["name"].removeprefix("OPC_"): row["value"] for row in facts("da")["hresult"]}
    for code in DaCode:
        assert table[code.name] == code


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (0, "S_OK"),
        (1, "S_FALSE"),
        (DaCode.E_BADTYPE, "OPC_E_BADTYPE"),
        (DaCode.S_CLAMP, "OPC_S_CLAMP"),
        (DISP_E_OVERFLOW, "DISP_E_OVERFLOW"),
        (DISP_E_TYPEMISMATCH, "DISP_E_TYPEMISMATCH"),
        (Hresult.E_ACCESSDENIED, "E_ACCESSDENIED"),
        (0x81234567, "HRESULT"),
    ],
)
def test_a_code_has_the_name_of_its_specification(code: int, name: str) -> None:
    assert code_name(code) == name


@pytest.mark.parametrize("status", list(RpcStatus), ids=lambda status: status.name)
def test_a_status_of_the_runtime_has_a_name_too(status: RpcStatus) -> None:
    """What a proxy gives instead of an HRESULT when the server is gone."""
    assert code_name(status) != "HRESULT"


@given(
    st.integers(0, 2**32 - 1) | st.sampled_from([DISP_E_OVERFLOW, DISP_E_TYPEMISMATCH, 0, *map(int, DaCode)])
)
def test_every_code_has_words(code: int) -> None:
    """GetErrorString with an empty answer makes several clients fail."""
    assert code_text(code).strip()
    assert code_name(code)
    assert code_text(code).startswith(code_name(code))
    assert code_name(code) != "HRESULT" or f"0x{code:08X}" in code_text(code)
