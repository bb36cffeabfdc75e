"""Quality: the bits, and words for all of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.ndr.tables import facts
from opcross.opc.quality import (
    LIMIT_MASK,
    MASTER_MASK,
    STATUS_MASK,
    VENDOR_MASK,
    Limit,
    Quality,
    is_bad,
    is_good,
    quality_text,
)


@pytest.mark.parametrize(
    ("quality", "text"),
    [
        (0xC0, "good"),
        (0xD8, "good: local override"),
        (0x00, "bad"),
        (0x1C, "bad: out of service"),
        (0x20, "bad: waiting for initial data"),
        (0x40, "uncertain"),
        (0x54, "uncertain: egu exceeded"),
        (0x56, "uncertain: egu exceeded (high limit)"),
        (0xC1, "good (low limit)"),
        (0xC3, "good (constant)"),
        (0x80, "reserved"),
        (0xC4, "good: substatus 0x04"),
        (0x24, "bad: substatus 0x24"),
        (0x12C0, "good (vendor 0x12)"),
        (0xFF57, "uncertain: egu exceeded (constant, vendor 0xff)"),
    ],
)
def test_a_quality_is_told_in_words(quality: int, text: str) -> None:
    assert quality_text(quality) == text


@given(st.integers(0, 0xFFFF))
def test_any_sixteen_bits_have_words_and_at_most_one_master(quality: int) -> None:
    """A peer may send any; vendor and limit bits never change whether a value is good."""
    assert quality_text(quality)
    assert not (is_good(quality) and is_bad(quality))
    assert is_good(quality) == (quality & MASTER_MASK == 0xC0)
    assert is_bad(quality) == (quality & MASTER_MASK == 0)
    assert is_good(quality) == is_good(quality & ~(VENDOR_MASK | LIMIT_MASK))


def test_the_masks_divide_the_sixteen_bits() -> None:
    assert STATUS_MASK | LIMIT_MASK | VENDOR_MASK == 0xFFFF
    assert STATUS_MASK & LIMIT_MASK == STATUS_MASK & VENDOR_MASK == LIMIT_MASK & VENDOR_MASK == 0
    assert MASTER_MASK & STATUS_MASK == MASTER_MASK
    assert all(quality & ~STATUS_MASK == 0 for quality in Quality)
    assert all(limit & ~LIMIT_MASK == 0 for limit in Limit)


def test_the_numbers_are_those_of_the_tables() -> None:
    """One source of facts: a slip of the pen would be seen on the wire only."""
    table = facts("da")["quality"]
    named = {
        name.removeprefix("OPC_QUALITY_"): value
        for section in ("major", "bad", "uncertain", "good")
        for name, value in table[section].items()
        if name != "reserved"
    }
    assert named == {quality.name: quality for quality in Quality}
    limits = {name.removeprefix("OPC_LIMIT_"): value for name, value in table["limit"].items()}
    assert limits == {limit.name: limit for limit in Limit}
