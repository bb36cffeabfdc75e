"""VARIANTs as people write and see them, and as JSON."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from opcross.errors import BadValue
from opcross.ndr import ByRef, Decimal96, SafeArray, UserRecord, Variant, VariantColumn, VarType
from opcross.opc.variant_text import guess, parse, to_json, to_text, vartype_of, vartype_word
from tests.ndr.values import simple_number, variants

V = VarType
ARRAY = VarType.ARRAY


def array(vartype: int, values: Any) -> Variant:
    return Variant(ARRAY | vartype, SafeArray.of(vartype, values))


# -- words for types -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "vartype"),
    [
        ("VT_R8", V.R8),
        ("r8", V.R8),
        (" Double ", V.R8),
        ("float64", V.R8),
        ("float32", V.R4),
        ("int32", V.I4),
        ("byte", V.UI1),
        ("int", V.INT),
        ("string", V.BSTR),
        ("boolean", V.BOOL),
        ("empty", V.EMPTY),
        ("r8[]", ARRAY | V.R8),
        ("string[]", ARRAY | V.BSTR),
        ("VT_ARRAY|VT_R8", ARRAY | V.R8),
        ("array | variant", ARRAY | V.VARIANT),
        ("VT_BYREF|VT_ARRAY|VT_I2", V.BYREF | ARRAY | V.I2),
        ("5", V.R8),
        ("0x2005", ARRAY | V.R8),
    ],
)
def test_types_have_the_names_of_the_specification_and_of_programming_languages(
    word: str, vartype: int
) -> None:
    assert vartype_of(word) == vartype


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("rr8", 'did you mean "r8"'),
        ("duoble", 'did you mean "double"'),
        ("VT_BSTRR", 'did you mean "bstr"'),
        ("VT_ARAY|VT_R8", 'did you mean "array"'),
        ("quaternion", "expected one such as"),
        ("", "expected one such as"),
        ("0x1234", "no type has the number"),
    ],
)
def test_an_unknown_type_is_refused_with_the_nearest_known_one(word: str, hint: str) -> None:
    with pytest.raises(BadValue, match=hint):
        vartype_of(word)


@pytest.mark.parametrize(
    ("vartype", "word"),
    [
        (V.R8, "VT_R8"),
        (V.EMPTY, "VT_EMPTY"),
        (ARRAY | V.UI1, "VT_ARRAY|VT_UI1"),
        (V.BYREF | ARRAY | V.I2, "VT_BYREF|VT_ARRAY|VT_I2"),
        (0x1234, "0x1234"),
    ],
)
def test_a_type_is_shown_by_its_name(vartype: int, word: str) -> None:
    assert vartype_word(vartype) == word


@given(st.sampled_from([vt for vt in VarType if vt < 0x1000]), st.sampled_from([0, int(ARRAY)]))
def test_the_name_of_a_type_is_understood(vartype: VarType, flag: int) -> None:
    assert vartype_of(vartype_word(vartype | flag)) == vartype | flag


# -- reading -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "vartype", "value"),
    [
        ("12", V.I2, 12),
        (" -12 ", V.I1, -12),
        ("0x1F", V.UI1, 31),
        ("-0x80", V.I1, -128),
        ("18446744073709551615", V.UI8, 2**64 - 1),
        ("1.5", V.R8, 1.5),
        ("1", V.R8, 1.0),
        ("0x10", V.R8, 16.0),
        ("1e-3", V.R8, 0.001),
        ("-inf", V.R8, -math.inf),
        ("NaN", V.R4, math.nan),
        ("0.1", V.R4, float(np.float32(0.1))),
        ("true", V.BOOL, True),
        ("OFF", V.BOOL, False),
        ("-1", V.BOOL, True),
        ("2024-01-31", V.DATE, 45_322.0),
        ("2024-01-31T18:00:00Z", V.DATE, 45_322.75),
        ("1/31/2024 6:00 PM", V.DATE, 45_322.75),
        ("45322.75", V.DATE, 45_322.75),
        ("12.3456", V.CY, 123_456),
        ("-0.5", V.CY, -5_000),
        ("1e3", V.CY, 10_000_000),
        ("922337203685477.5807", V.CY, 2**63 - 1),
        ("-12.50", V.DECIMAL, Decimal96(low=125, scale=1, sign=0x80)),
        ("1e20", V.DECIMAL, Decimal96(high=10**20 >> 64, low=10**20 & (2**64 - 1))),
        ("0x80004005", V.ERROR, 0x80004005),
        (" any text, \\n ", V.BSTR, " any text, \\n "),
        ("", V.EMPTY, None),
        ("null", V.NULL, None),
    ],
    ids=repr,
)
def test_a_value_is_read_as_the_type_that_was_asked_for(text: str, vartype: int, value: Any) -> None:
    found = parse(text, vartype)
    assert found == Variant(vartype, value)
    assert type(found.value) is type(value)


@pytest.mark.parametrize(
    ("text", "vartype", "reason"),
    [
        ("12.5", V.I2, "VT_I2: expected a whole number from -32768 to 32767"),
        ("300", V.UI1, "from 0 to 255"),
        ("1_000", V.I4, "whole number"),
        ("", V.I4, "whole number"),
        ("one", V.R8, "a number"),
        ("1e999999", V.R8, "not as large"),
        ("1e39", V.R4, "not as large"),
        ("maybe", V.BOOL, "true or false"),
        ("yesterday", V.DATE, "2026-01-31"),
        ("1e300", V.DATE, "2026-01-31"),
        ("1.23456", V.CY, "at most 4 decimals"),
        ("922337203685477.5808", V.CY, "at most 4 decimals"),
        ("x", V.CY, "at most 4 decimals"),
        ("x", V.DECIMAL, "decimal number"),
        ("1e29", V.DECIMAL, "decimal number"),
        ("1e-29", V.DECIMAL, "decimal number"),
        ("-1", V.ERROR, "from 0 to 4294967295"),
        ("x", V.EMPTY, "expected nothing"),
        ("x", V.UNKNOWN, "cannot be written as text"),
        ("x", V.BYREF | V.I4, "cannot be written as text"),
        ("9" * 5_000, V.I4, r"9\.\.\."),
        ("9" * 5_000, V.R8, "a number"),
    ],
    ids=repr,
)
def test_what_is_no_such_value_is_refused_with_what_was_expected(
    text: str, vartype: int, reason: str
) -> None:
    with pytest.raises(BadValue, match=reason):
        parse(text, vartype)


@pytest.mark.parametrize(
    ("text", "vartype", "values"),
    [
        ("[1, 2, 3]", V.I4, [1, 2, 3]),
        ("1,2,0x3", V.UI1, [1, 2, 3]),
        ("[]", V.R8, []),
        ("", V.BSTR, []),
        ("[true, 0]", V.BOOL, [-1, 0]),
        ("[1.5]", V.CY, [15_000]),
        ("[2024-01-31]", V.DATE, [45_322.0]),
        ("[0x80004005]", V.ERROR, [0x80004005]),
        ('[a b, "c, \\"d\\"", ]', V.BSTR, ["a b", 'c, "d"', ""]),
        ('"x","\\u00e9"', V.BSTR, ["x", "é"]),
    ],
)
def test_an_array_is_read_from_a_list(text: str, vartype: int, values: Any) -> None:
    assert parse(text, ARRAY | vartype) == array(vartype, values)


def test_elements_of_an_array_of_variants_are_guessed_unless_quoted() -> None:
    expected = VariantColumn.of([Variant(V.I4, 1), Variant(V.R8, 2.5), Variant(V.BSTR, "3")])
    assert parse('[1, 2.5, "3"]', ARRAY | V.VARIANT) == array(V.VARIANT, expected)


@pytest.mark.parametrize(
    ("text", "vartype", "reason"),
    [
        ("[1, x]", V.I4, r"\[1\]: .*whole number"),
        ("[1, 2", V.I4, "a list such as"),
        ("1, 2]", V.I4, "a list such as"),
        ("[1,,2]", V.I4, r"\[1\]: "),
        ('["a" "b"]', V.BSTR, "a comma"),
        ('[a"b]', V.BSTR, "a comma"),
        ('["a]', V.BSTR, "a comma"),
        (r'["\q"]', V.BSTR, "as in JSON"),
        ("[[1]]", V.I4, "whole number"),
        ("[1]", V.UNKNOWN, "cannot be written"),
        ("[]", V.DECIMAL, "cannot be written"),
    ],
)
def test_a_list_that_is_none_is_refused_with_the_place(text: str, vartype: int, reason: str) -> None:
    with pytest.raises(BadValue, match=reason):
        parse(text, ARRAY | vartype)


@given(st.text(max_size=20), st.integers(0, 0xFFFF))
@example("", 0xFFFF)
@example("", int(ARRAY))
@example("1", int(ARRAY | V.DECIMAL))
def test_any_text_of_any_type_is_a_value_or_a_bad_value(text: str, vartype: int) -> None:
    try:
        found = parse(text, vartype)
    except BadValue:
        return
    assert VariantColumn.of([found])[0] == found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", Variant(V.BOOL, value=True)),
        ("False", Variant(V.BOOL, value=False)),
        ("1", Variant(V.I4, 1)),
        (" -5 ", Variant(V.I4, -5)),
        ("2147483648", Variant(V.I8, 2**31)),
        ("0xFFFFFFFFFFFFFFFF", Variant(V.UI8, 2**64 - 1)),
        ("18446744073709551616", Variant(V.R8, 2.0**64)),
        ("1.5", Variant(V.R8, 1.5)),
        ("1e3", Variant(V.R8, 1000.0)),
        ("1e999", Variant(V.BSTR, "1e999")),
        ("nan", Variant(V.BSTR, "nan")),
        ("1.2.3", Variant(V.BSTR, "1.2.3")),
        (" a ", Variant(V.BSTR, " a ")),
        ("", Variant(V.BSTR, "")),
        ("[1]", Variant(V.BSTR, "[1]")),
    ],
)
def test_without_a_type_a_text_is_what_it_looks_like(text: str, value: Variant) -> None:
    assert guess(text) == value


# -- showing -------------------------------------------------------------------------------------------

GRID = SafeArray(
    # A(1 To 2, 1 To 3) of Visual Basic: the bounds stand in reverse, the first index varies fastest.
    vartype=V.I4,
    bounds=((3, 1), (2, 1)),
    values=np.array([11, 21, 12, 22, 13, 23], np.int32),
)
SHOWN: list[tuple[Variant | None, str, object]] = [
    (None, "", None),
    (Variant(V.EMPTY), "", None),
    (Variant(V.NULL), "null", None),
    (Variant(V.I4, -5), "-5", -5),
    (Variant(V.UI8, 2**53 - 1), "9007199254740991", 2**53 - 1),
    (Variant(V.UI8, 2**53), "9007199254740992", "9007199254740992"),
    (Variant(V.I8, -(2**53)), "-9007199254740992", "-9007199254740992"),
    (Variant(V.R8, 1.0), "1.0", 1.0),
    (Variant(V.R8, 0.1), "0.1", 0.1),
    (Variant(V.R4, float(np.float32(0.1))), "0.1", 0.1),
    (Variant(V.R8, math.nan), "nan", "NaN"),
    (Variant(V.R8, math.inf), "inf", "Infinity"),
    (Variant(V.R4, -math.inf), "-inf", "-Infinity"),
    (Variant(V.BOOL, value=True), "true", True),
    (Variant(V.BOOL, value=False), "false", False),
    (Variant(V.BOOL, 1), "true (1)", True),
    (Variant(V.CY, 123_450), "12.345", "12.345"),
    (Variant(V.CY, -1), "-0.0001", "-0.0001"),
    (Variant(V.DECIMAL, Decimal96(low=125, scale=1, sign=0x80)), "-12.5", "-12.5"),
    (Variant(V.DECIMAL, Decimal96(low=1, scale=200)), "no decimal number", "no decimal number"),
    (Variant(V.DATE, 45_322.75), "2024-01-31T18:00:00", "2024-01-31T18:00:00"),
    (Variant(V.DATE, 45_322.5452430556), "2024-01-31T13:05:09.000004", "2024-01-31T13:05:09.000004"),
    (Variant(V.DATE, 1e9), "1000000000.0 days", 1e9),
    (Variant(V.DATE, math.nan), "nan days", "NaN"),
    (Variant(V.ERROR, 0x80004005), "0x80004005 E_FAIL", "0x80004005"),
    (Variant(V.ERROR, 0x81234567), "0x81234567", "0x81234567"),
    (Variant(V.BSTR, "21 °C"), "21 °C", "21 °C"),
    (Variant(V.BSTR, None), "", ""),
    (Variant(V.BSTR, b"\1\2\3"), "0x010203", "0x010203"),
    (Variant(V.BSTR, "a\x1b[2J\n\x9b\u202e"), r"a\u001b[2J\n\u009b\u202e", "a\x1b[2J\n\x9b\u202e"),
    (Variant(V.BSTR, "\ud800x"), r"\ud800x", "\ufffdx"),
    (Variant(V.UNKNOWN, b"MEOW"), "0x4d454f57", "0x4d454f57"),
    (Variant(V.DISPATCH, None), "null", None),
    (Variant(V.RECORD, UserRecord(data=b"\1")), "0x01", "0x01"),
    (Variant(V.RECORD, UserRecord()), "0x", "0x"),
    (Variant(V.BYREF | V.I4, ByRef(7)), "7", 7),
    (Variant(V.BYREF | V.VARIANT, ByRef(Variant(V.R8, 1.5))), "1.5", 1.5),
    (Variant(V.BYREF | V.I4, None), "null", None),
    (array(V.I4, [1, 2]), "[1, 2]", [1, 2]),
    (array(V.BOOL, [-1, 0]), "[true, false]", [True, False]),
    (array(V.BSTR, ['a "b"', "c\n", None]), r'["a \"b\"", "c\n", ""]', ['a "b"', "c\n", ""]),
    (array(V.R8, []), "[]", []),
    (Variant(ARRAY | V.I4, None), "null", None),
    (Variant(ARRAY | V.I4, GRID), "[[11, 12, 13], [21, 22, 23]]", [[11, 12, 13], [21, 22, 23]]),
    (
        array(V.VARIANT, VariantColumn.of([Variant(V.I2, 1), None, Variant(V.EMPTY), array(V.BSTR, ["x"])])),
        '[1, null, empty, ["x"]]',
        [1, None, None, ["x"]],
    ),
]


@pytest.mark.parametrize(("value", "text", "_"), SHOWN, ids=[repr(row[0]) for row in SHOWN])
def test_people_see_one_line_without_control_characters(value: Variant | None, text: str, _: object) -> None:
    """What a peer sends must not move the cursor of the terminal it is shown on."""
    assert to_text(value) == text
    assert to_text(value).isprintable()


@pytest.mark.parametrize(("value", "_", "expected"), SHOWN, ids=[repr(row[0]) for row in SHOWN])
def test_machines_get_what_every_json_reader_understands(
    value: Variant | None, _: str, expected: object
) -> None:
    found = to_json(value)
    assert found == expected
    assert type(found) is type(expected)


@given(variants())
def test_any_value_can_be_shown(value: Variant) -> None:
    """No value of a peer breaks a table, a terminal or a JSON reader."""
    text = to_text(value)
    assert text.isprintable()
    text.encode("utf-8")
    strict = json.dumps(to_json(value), allow_nan=False, ensure_ascii=False)
    strict.encode("utf-8")


@given(
    st.sampled_from(
        [vt for vt in VarType if vt in (V.CY, V.R4, V.R8) or V.I1 <= vt <= V.UINT or vt in (V.I2, V.I4)]
    ).flatmap(lambda vt: simple_number(vt).map(lambda value: Variant(vt, value)))
    | st.booleans().map(lambda value: Variant(V.BOOL, value=value))
    | st.text(st.characters(categories=["L", "N", "P", "S"])).map(lambda text: Variant(V.BSTR, text))
)
def test_what_is_shown_can_be_written_back(value: Variant) -> None:
    assert parse(to_text(value), value.vt) == value


@given(st.lists(st.text(), max_size=4))
def test_a_list_of_texts_is_read_back_whatever_it_holds(texts: list[str]) -> None:
    value = array(V.BSTR, texts)
    assert parse(to_text(value), ARRAY | V.BSTR) == value


@given(st.floats(-657_434, 2_958_465))
def test_a_date_is_read_back_to_the_microsecond(date: float) -> None:
    back = parse(to_text(Variant(V.DATE, date)), V.DATE).value
    # Between -1 and 0 a time of day has two spellings: day zero, either sign.
    assert abs(back - date) * 86_400 < 2e-5 or (-1 < date < 0 and abs(back + date) * 86_400 < 2e-5)
