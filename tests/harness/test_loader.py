"""What the loader says of a scenario file that is wrong: file, line, nearest known word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from opcross.yaml_files import MappingNode, Node, Scalar, SequenceNode, load
from opcross_harness.errors import ScenarioError
from opcross_harness.loader import load_scenario, parse_scenario, scenario_schema
from opcross_harness.suite import load_suite, suite_path
from tests.harness.bell_vocabulary import BELLS

jsonschema = pytest.importorskip("jsonschema")

GOOD = """\
format: 1
id: towers/bell
title: a bell answers
why: Bells should.
source: the handbook
matrix: {word: [ok, fault]}
cast:
  great: {is: bell, says: $word}
  small: {is: bell}
steps:
  - ring: {by: small, at: great}
    expect: refused
  - wait: {seconds: 1}
"""

WRONG = [
    ("format: 1\n", "", 1, 'key "format" is missing', None),
    ("format: 1", "format: 2", 1, 'expected format 1, found "2"', None),
    ("format: 1", "format: [1]", 1, "expected text", None),
    ("title: a bell answers\n", "", 1, 'key "title" is missing', None),
    ("title:", "titel:", 3, 'unknown key "titel"', "title"),
    ("id: towers/bell", "id: Bell", 2, 'id "Bell" must be', None),
    ("{word: [ok, fault]}", "{word: ok}", 6, "expected a list of words", None),
    ("{word: [ok, fault]}", "{word: [ok], hour: [1]}", 2, 'axis "hour" of the matrix is never used', None),
    ("says: $word", "says: $wort", 8, "$wort is no axis of the matrix", "word"),
    ("{is: bell}", "{is: bel}", 9, 'no kind of cast member is called "bel"', "bell"),
    ("{is: bell}", "{says: ok}", 9, 'key "is" is missing', None),
    ("{is: bell}", "bell", 9, 'expected a mapping with "is"', None),
    ("{is: bell}", "{is: bell, say: ok}", 9, 'unknown key "say"', "says"),
    ("small: {is", "Small: {is", 9, '"Small" is not a name that fits here', None),
    ("  - ring:", "  - rong:", 11, 'unknown verb "rong"', "ring"),
    ("    expect:", "    expects:", 12, 'unknown verb "expects"', "expect"),
    ("{by: small, at: great}", "{by: smal, at: great}", 11, '"smal" is not on the cast', "small"),
    ("{by: small, at: great}", "{by: small}", 11, 'key "at" is missing', None),
    ("{by: small, at: great}", "{by: small, at: great, on: 3}", 11, 'unknown key "on"', None),
    ("{by: small, at: great}", "[small, great]", 11, "found a list", None),
    ("expect: refused", "expect: access-deneid", 12, "expected an outcome", "access-denied"),
    ("  - wait: {seconds: 1}", "  - expect: ok", 13, "expected one verb in a step, found none", None),
    ("  - wait: {seconds: 1}", "  - {wait: {seconds: 1}, ring: {}}", 13, "found wait and ring", None),
    (
        "  - wait: {seconds: 1}",
        "  - logged: {at: small, event: 1}",
        13,
        '"small" is of the kind bell, which is no host',
        None,
    ),
    ("{seconds: 1}", "{seconds: 1", 14, "is not YAML", None),
    ("title: a bell answers", "title:", 3, "expected text, found nothing", None),
]


@pytest.mark.parametrize(("old", "new", "line", "words", "near"), WRONG, ids=[row[3][:40] for row in WRONG])
def test_a_wrong_file_is_named_with_line_and_nearest_word(
    old: str, new: str, line: int, words: str, near: str | None
) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(GOOD.replace(old, new), BELLS, file="bell.scenario.yaml")
    error = caught.value
    assert words in error.reason
    assert (error.file, error.line, error.near) == ("bell.scenario.yaml", line, near)


def test_a_check_takes_no_expectation() -> None:
    text = """\
format: 1
id: x
title: t
why: w
source: s
cast: {server: {is: opc-da-server}}
steps:
  - absent: {at: server, object: Demo}
    expect: ok
"""
    with pytest.raises(ScenarioError, match='"absent" says all itself') as caught:
        parse_scenario(text)
    assert caught.value.line == 9


def test_a_good_file_reads(tmp_path: Path) -> None:
    path = tmp_path / "bell.scenario.yaml"
    path.write_text(GOOD, encoding="utf-8")
    scenario = load_scenario(path, BELLS)
    assert scenario == parse_scenario(GOOD, BELLS)
    assert scenario.place.file == str(path)
    assert [one.place.line for one in scenario.steps] == [11, 13]


def test_an_id_may_stand_in_one_file_only(tmp_path: Path) -> None:
    (good,) = suite_path().glob("known-good.scenario.yaml")
    for name in ("a", "b"):
        (tmp_path / f"{name}.scenario.yaml").write_text(good.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r'id "known-good" is already taken by .*a\.scenario\.yaml'):
        load_suite(tmp_path)


def plain(node: Node) -> object:
    """What an editor's YAML parser would make of a node."""
    if isinstance(node, Scalar):
        if node.plain and node.text.isdigit():
            return int(node.text)
        if node.plain and re.fullmatch(r"[0-9]+\.[0-9]+", node.text):
            return float(node.text)
        return {"true": True, "false": False}.get(node.text, node.text) if node.plain else node.text
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.items]
    assert isinstance(node, MappingNode)
    return {key.text: plain(value) for key, value in node.entries}


def suite_files() -> list[Path]:
    return sorted(suite_path().rglob("*.scenario.yaml"))


@pytest.mark.parametrize("path", suite_files(), ids=lambda path: path.name.partition(".")[0])
def test_every_file_of_the_suite_fits_the_schema_that_editors_get(path: Path) -> None:
    schema = scenario_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(plain(load(path.read_text(encoding="utf-8"))), schema)


@pytest.mark.parametrize("path", suite_files(), ids=lambda path: path.name.partition(".")[0])
def test_every_id_of_the_suite_is_the_path_of_its_file(path: Path) -> None:
    expected = path.relative_to(suite_path()).as_posix().removesuffix(".scenario.yaml")
    assert load_scenario(path).id == expected


def test_the_schema_tells_wrong_files_from_right_ones() -> None:
    schema = scenario_schema(BELLS)
    jsonschema.validate(plain(load(GOOD)), schema)
    for old, new in (("  - ring:", "  - rong:"), ("{is: bell}", "{is: bel}"), ("at: great", "att: great")):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(plain(load(GOOD.replace(old, new))), schema)
