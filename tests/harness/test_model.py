"""The scenario model: two spellings, one object; a matrix; stable ids and seeds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross_harness.errors import ScenarioError
from opcross_harness.loader import parse_scenario
from opcross_harness.model import CASE_LIMIT, Scenario, member, seed_of, step
from opcross_harness.rehearsal import rehearse
from tests.harness.bell_vocabulary import BELLS

TEXT = """\
format: 1
id: towers/two-bells
title: a bell answers another
why: A tower has more than one bell.
source: the bell founder's handbook
row: B1
matrix: {word: [ok, denied], hour: [1, 12]}
cast:
  great: {is: bell, says: $word}
  small: {is: bell}
steps:
  - ring: {by: small, at: great, in-the-night: false}
    expect: $word
  - wait: {seconds: $hour}
"""


def two_bells(**changes: object) -> Scenario:
    values: dict[str, object] = {
        "id": "towers/two-bells",
        "title": "a bell answers another",
        "why": "A tower has more than one bell.",
        "source": "the bell founder's handbook",
        "row": "B1",
        "matrix": {"word": ["ok", "denied"], "hour": [1, 12]},
        "cast": {"great": member("bell", says="$word"), "small": member("bell")},
        "steps": [
            step("ring", by="small", at="great", in_the_night=False, expect="$word"),
            step("wait", seconds="$hour"),
        ],
    }
    return Scenario(**(values | changes))  # type: ignore[arg-type]  # the table above is of mixed types


def test_both_spellings_give_equal_objects() -> None:
    text = TEXT.replace("expect: $word", "expect: ok").replace("says: $word", "says: $word")
    built = two_bells(
        steps=[
            step("ring", by="small", at="great", in_the_night=False, expect="ok"),
            step("wait", seconds="$hour"),
        ]
    )
    assert parse_scenario(text, BELLS) == built


def test_the_matrix_gives_one_case_for_each_point_in_the_order_written() -> None:
    cases = two_bells().cases()
    assert [case.id for case in cases] == [
        "towers/two-bells[word=ok,hour=1]",
        "towers/two-bells[word=ok,hour=12]",
        "towers/two-bells[word=denied,hour=1]",
        "towers/two-bells[word=denied,hour=12]",
    ]
    assert cases[2].cast["great"] == member("bell", says="denied")
    assert cases[3].steps[1] == step("wait", seconds="12")


def test_without_a_matrix_there_is_one_case_with_the_plain_id() -> None:
    plain = two_bells(matrix={}, cast={"small": member("bell")}, steps=[step("ring", by="small", at="small")])
    assert [case.id for case in plain.cases()] == ["towers/two-bells"]


def test_two_dollars_stand_for_one_and_references_work_inside_words() -> None:
    case = two_bells(
        matrix={"word": ["ok"]},
        cast={"great": member("bell", says="$$word is $word")},
        steps=[step("ring", by="great", at="great")],
    ).cases()[0]
    assert case.cast["great"] == member("bell", says="$word is ok")


@pytest.mark.parametrize(
    ("changes", "words", "near"),
    [
        ({"id": "Towers/Two"}, 'id "Towers/Two" must be words', None),
        ({"id": "towers//two"}, "must be words", None),
        ({"steps": []}, "at least one step", None),
        ({"matrix": {"word": []}}, 'axis "word" of the matrix is empty', None),
        ({"matrix": {"word": ["a", "a"], "hour": [1]}}, "names a value twice", None),
        ({"matrix": {"word": ["a,b"], "hour": [1]}}, "short words and numbers", None),
        ({"matrix": {"word": [["a"]], "hour": [1]}}, "short words and numbers", None),
        ({"matrix": {"Word": ["a"], "hour": [1]}}, "is no name for an axis", None),
        (
            {"matrix": {"word": ["a"], "hour": [1], "day": [1]}},
            'axis "day" of the matrix is never used',
            None,
        ),
        ({"matrix": {"words": ["a"], "hour": [1]}}, "$word is no axis of the matrix", "words"),
        ({"matrix": {"word": range(CASE_LIMIT), "hour": [1, 2]}}, "gives 2000 cases", None),
    ],
)
def test_a_scenario_that_makes_no_sense_can_not_be_built(
    changes: dict[str, object], words: str, near: str | None
) -> None:
    with pytest.raises(ScenarioError) as caught:
        two_bells(**changes)
    assert words in caught.value.reason
    assert caught.value.near == near


def test_a_step_takes_words_that_python_keeps_for_itself() -> None:
    assert step("activate", class_="Demo", at="x") == step("activate", **{"class": "Demo", "at": "x"})


def test_the_seed_of_a_case_depends_on_run_and_id_alone() -> None:
    assert seed_of(0, "hardening/h1") == seed_of(0, "hardening/h1")
    assert len({seed_of(run, name) for run in range(20) for name in ("a", "b", "a[x=1]")}) == 60


@given(st.integers(), st.text(max_size=20))
def test_a_seed_is_a_whole_number_of_64_bits(run: int, name: str) -> None:
    assert 0 <= seed_of(run, name.encode("utf-8", "replace").decode()) < 2**64


def test_every_case_of_a_file_is_rehearsed_before_anything_runs(tmp_path: Path) -> None:
    """A value of the matrix that a verb does not know shows at load time, with its line."""
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(TEXT.replace("hour: [1, 12]", "hour: [1, noon]"), BELLS, file="two.scenario.yaml")
    assert (caught.value.file, caught.value.line) == ("two.scenario.yaml", 14)
    assert 'expected a number, found "noon"' in caught.value.reason


def test_a_rehearsed_case_tells_what_it_needs_of_the_net() -> None:
    case = two_bells(
        matrix={},
        cast={"small": member("bell")},
        steps=[step("ring", by="small", at="small", in_the_night=True), step("wait", seconds=600)],
    ).cases()[0]
    assert rehearse(case, BELLS).needs == {"a ladder", "virtual time"}
