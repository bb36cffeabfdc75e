"""The wildcards of name filters, against a table and a naive model."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import HResultError
from opcross.opc.codes import DaCode
from opcross.opc.wildcards import PATTERN_LIMIT, matcher


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("", ["", "anything", "two\nlines"], []),
        ("*", ["", "anything", "two\nlines"], []),
        ("**", ["", "a"], []),
        ("abc", ["abc", "ABC"], ["ab", "abcd", "xabc", ""]),
        ("a*", ["a", "abc", "A.b"], ["ba", ""]),
        ("*a", ["a", "ba", "aa"], ["ab"]),
        ("*a*", ["a", "bab"], ["b", ""]),
        ("a*b*c", ["abc", "axbxc", "abcbc"], ["ac", "abcx"]),
        ("*ab", ["ab", "aab", "abab"], ["aba"]),
        ("?", ["a", "\n", "é"], ["", "ab"]),
        ("a?c", ["abc", "a?c"], ["ac", "abbc"]),
        ("??*", ["ab", "abc"], ["a"]),
        ("Pump#", ["Pump1", "pump9"], ["Pump", "PumpA", "Pump12", "Pump٣"]),
        ("[abc]x", ["ax", "Bx"], ["dx", "x", "abcx"]),
        ("[a-c]x", ["bx", "Cx"], ["dx", "-x"]),
        ("[!a-c]x", ["dx", "-x"], ["bx", "Bx", "x"]),
        ("[a-cx-z]", ["b", "y"], ["d", "-"]),
        ("[-a]", ["-", "a"], ["b"]),
        ("[a-]", ["-", "a"], ["b"]),
        ("[!-]", ["a"], ["-"]),
        ("[a!]", ["a", "!"], ["b"]),
        ("[[]", ["["], ["]"]),
        ("[*?#]", ["*", "?", "#"], ["a", "1"]),
        ("[^a]", ["^", "a"], ["b"]),
        ("[\\d]", ["\\", "d"], ["1"]),
        ("]", ["]"], ["["]),
        ("!", ["!"], ["a"]),
        ("[]", [], ["", "a", "[]"]),
        ("a[]", [], ["a", "ab"]),
        ("[!]", ["a", "!"], ["", "ab"]),
        ("[z-a]", [], ["z", "a", "m", "-"]),
        ("a.b", ["a.b"], ["axb"]),
        ("a+(b|c)$", ["A+(B|C)$"], ["aab"]),
        ("*[0-9][0-9].PV", ["FIC01.pv", "x99.PV"], ["FIC1.PV"]),
        ("straße", ["STRAßE"], ["strasse"]),
        ("?stanbul", ["İstanbul"], ["i\u0307stanbul"]),
        ("\ud800*", ["\ud800x"], ["x"]),
    ],
    ids=repr,
)
def test_wildcards_match_as_the_table_says(pattern: str, matching: list[str], others: list[str]) -> None:
    matches = matcher(pattern)
    assert [name for name in matching + others if matches(name)] == matching


def test_case_counts_when_asked_for() -> None:
    assert not matcher("Pump*", case_sensitive=True)("PUMP1")
    assert matcher("Pump*", case_sensitive=True)("Pump1")
    assert not matcher("[a-z]", case_sensitive=True)("A")


@pytest.mark.parametrize(
    "pattern", ["[", "a[b", "[!", "[a-", "[a][", "*" * (PATTERN_LIMIT + 1)], ids=lambda pattern: pattern[:8]
)
def test_a_list_without_end_and_an_endless_pattern_are_refused(pattern: str) -> None:
    with pytest.raises(HResultError) as caught:
        matcher(pattern)
    assert caught.value.code == DaCode.E_INVALIDFILTER


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("*a" * 511 + "b", "a" * 60_000),
        ("*?a" * 341, "ab" * 30_000),
        ("*" + "a" * 1_000 + "b*", "a" * 60_000),
        ("*[a-b][!c]" * 93 + "*c", "ab" * 30_000),
        ("[a" * 511 + "]" + "*", "a" * 60_000),
        ("*" * PATTERN_LIMIT, "a" * 60_000),
    ],
    ids=lambda text: text[:12],
)
def test_hostile_patterns_end_in_time(pattern: str, name: str) -> None:
    """The time limit of the test is the assertion: a backtracking matcher would need years."""
    assert matcher(pattern)(name) in (True, False)


def model(pattern: str, name: str) -> bool:
    """The rules spelled out one by one, without a thought for time."""
    tokens: list[Callable[[str], bool] | None] = []
    rest = pattern.lower()
    while rest:
        token, rest = rest[0], rest[1:]
        if token == "[":
            members, rest = rest.split("]", 1)
            tokens.append(list_model(members))
        elif token == "*":
            tokens.append(None)
        else:
            tokens.append(one_model(token))

    @cache
    def matches(token: int, at: int) -> bool:
        if token == len(tokens):
            return at == len(name)
        one = tokens[token]
        if one is None:
            return any(matches(token + 1, end) for end in range(at, len(name) + 1))
        return at < len(name) and one(name[at].lower()) and matches(token + 1, at + 1)

    return not pattern or matches(0, 0)


def one_model(token: str) -> Callable[[str], bool]:
    if token == "?":
        return lambda _: True
    if token == "#":
        return lambda c: c in "0123456789"
    return lambda c: c == token


def list_model(members: str) -> Callable[[str], bool]:
    wanted = not members.startswith("!")
    left = members.removeprefix("!")
    held: set[str] = set()
    while left:
        if len(left) >= 3 and left[1] == "-":
            held |= {chr(code) for code in range(ord(left[0]), ord(left[2]) + 1)}
            left = left[3:]
        else:
            held.add(left[0])
            left = left[1:]
    return lambda c: (c in held) is wanted


parts = st.sampled_from(
    ["*", "?", "#", "[ab]", "[!ab]", "[a-b1]", "[b-a]", "[]", "[!]", "[-a]", "a", "B", "1", "!", "]", "-"]
)


@given(st.lists(parts, max_size=8).map("".join), st.text("abAB1-!]", max_size=8))
def test_wildcards_agree_with_the_rules_spelled_out(pattern: str, name: str) -> None:
    assert matcher(pattern)(name) == model(pattern, name)


@given(st.text(), st.text())
def test_any_pattern_matches_or_is_refused(pattern: str, name: str) -> None:
    try:
        matches = matcher(pattern)
    except HResultError as error:
        assert error.code == DaCode.E_INVALIDFILTER  # noqa: PT017  (either outcome is right)
        return
    assert matches(name) in (True, False)


@given(st.text(st.characters(exclude_characters="*?#[")))
def test_a_name_without_wildcards_matches_itself(name: str) -> None:
    assert matcher(name)(name)
