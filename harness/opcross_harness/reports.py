"""Reports for machines: JSON, and JUnit XML."""

from __future__ import annotations

import json
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from opcross import __version__
from opcross_harness.result import Line, Result, Verdict
from opcross_harness.telling import tell_failure

__all__ = ["JSON_FORMAT", "json_report", "junit_report", "write_json", "write_junit"]

JSON_FORMAT = 1


def json_report(seed: int, results: Sequence[Result], known_good: Sequence[Result]) -> dict[str, Any]:
    """The report as plain data; see ``docs/reference`` for its promises."""
    return {
        "format": JSON_FORMAT,
        "opcross": __version__,
        "seed": seed,
        "counts": {
            verdict.value: sum(result.verdict is verdict for result in results) for verdict in Verdict
        },
        "known_good": [_result(result) for result in known_good],
        "scenarios": [_result(result) for result in results],
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "id": result.id,
        "title": result.title,
        "why": result.why,
        "source": result.source,
        "row": result.row,
        "net": result.net,
        "verdict": result.verdict.value,
        "reason": result.reason,
        "seconds": round(result.seconds, 6),
        "virtual_seconds": round(result.virtual_seconds, 6),
        "rerun": result.rerun,
        "capture": result.capture or None,
        "steps": [_line(line) for line in result.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "text": line.text,
        "state": line.state.value,
        "file": line.file or None,
        "line": line.line,
        "began": line.began,
        "ended": line.ended,
        "expected": line.expected,
        "actual": line.actual,
    }


def write_json(path: Path, seed: int, results: Sequence[Result], known_good: Sequence[Result]) -> None:
    """Write the JSON report; ``-`` means standard output."""
    text = json.dumps(json_report(seed, results, known_good), indent=2, ensure_ascii=False) + "\n"
    if str(path) == "-":
        sys.stdout.write(text)
    else:
        path.write_text(text, encoding="utf-8")


def junit_report(results: Sequence[Result], known_good: Sequence[Result]) -> ET.Element:
    """The report in the form that build servers read: failed, error for broken, skipped for unsupported."""
    root = ET.Element("testsuites", name="opcross")
    for name, group in (("opcross", results), ("opcross.known-good", known_good)):
        if group:
            root.append(_suite(name, group))
    return root


def _suite(name: str, results: Sequence[Result]) -> ET.Element:
    count = {verdict: str(sum(result.verdict is verdict for result in results)) for verdict in Verdict}
    suite = ET.Element(
        "testsuite",
        name=name,
        tests=str(len(results)),
        failures=count[Verdict.FAILED],
        errors=count[Verdict.BROKEN],
        skipped=count[Verdict.UNSUPPORTED],
        time=f"{sum(result.seconds for result in results):.3f}",
    )
    for result in results:
        suite.append(_test_case(result))
    return suite


def _test_case(result: Result) -> ET.Element:
    folder, _, _ = result.id.partition("[")[0].rpartition("/")
    case = ET.Element(
        "testcase",
        classname=".".join(["opcross", *([folder.replace("/", ".")] if folder else [])]),
        name=f"{result.id} ({result.net})",
        time=f"{result.seconds:.3f}",
    )
    kinds = {Verdict.FAILED: "failure", Verdict.BROKEN: "error", Verdict.UNSUPPORTED: "skipped"}
    if result.verdict in kinds:
        told = ET.SubElement(case, kinds[result.verdict], message=_clean(result.reason))
        if result.verdict is not Verdict.UNSUPPORTED:
            told.text = _clean(tell_failure(result))
    return case


def _clean(text: str) -> str:
    """XML 1.0 has no way to write most control characters; evidence may hold any."""
    return re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text)


def write_junit(path: Path, results: Sequence[Result], known_good: Sequence[Result]) -> None:
    """Write the JUnit report."""
    tree = ET.ElementTree(junit_report(results, known_good))
    ET.indent(tree)
    tree.write(path, encoding="utf-8", xml_declaration=True)
