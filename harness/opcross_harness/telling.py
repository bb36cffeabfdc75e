"""Tells people about a result: the play with the wrong line marked, expected above actual."""

from __future__ import annotations

from opcross_harness.result import Line, LineState, Result, Verdict

__all__ = ["tell_failure", "tell_result"]

_MARKS = {
    LineState.DONE: "ok",
    LineState.WRONG: "WRONG",
    LineState.UNDECIDED: "?",
    LineState.NOT_REACHED: "",
}


def tell_result(result: Result) -> str:
    """One line: verdict, id, net, and the time that it took."""
    took = f"{result.seconds:.2f} s"
    if result.net == "simulated":
        took += f", {result.virtual_seconds:.2f} s virtual"
    reason = f": {result.reason}" if result.verdict is Verdict.UNSUPPORTED else ""
    return f"{result.verdict.value:<11} {result.id} ({result.net}, {took}){reason}"


def tell_failure(result: Result) -> str:
    """All that helps to find out why: the play with times, the wrong line marked, and how to repeat it."""
    lines = [
        f"{result.verdict.value} {result.id}: {result.title}",
        f"  why      {' '.join(result.why.split())}",
        f"  source   {' '.join(result.source.split())}",
        f"  cast     {result.cast[0]}" if result.cast else "  cast     nobody",
        *(f"           {member}" for member in result.cast[1:]),
        "  steps",
    ]
    for line in result.lines:
        lines += _tell_line(line)
    if result.verdict is Verdict.BROKEN or result.wrong_line is None:
        lines.append(f"  reason   {result.reason}")
    wrong = result.wrong_line
    if wrong is not None and wrong.file:
        lines.append(f"  file     {wrong.file}" + (f":{wrong.line}" if wrong.line is not None else ""))
    if result.capture:
        lines.append(f"  capture  {result.capture}")
    lines.append(f"  rerun    {result.rerun}")
    if result.traceback:
        lines += ["  traceback", *(f"    {line}" for line in result.traceback.rstrip().splitlines())]
    return "\n".join(lines)


def _tell_line(line: Line) -> list[str]:
    time = f"{line.began:10.3f}" if line.began is not None else " " * 10
    stopped = line.state in (LineState.WRONG, LineState.UNDECIDED)
    told = [f"{'>' if stopped else ' '}{time}  {_MARKS[line.state]:<5} {line.text}"]
    if line.state is LineState.WRONG:
        told += [f"{'':19}expected  {line.expected}", f"{'':19}actual    {line.actual}"]
    return told
