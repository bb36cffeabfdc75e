"""What people see of a run: live progress on a terminal, plain lines elsewhere, failures in full."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console as RichConsole
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from opcross.cli import verbosity
from opcross_harness.model import Case
from opcross_harness.result import Result, Verdict
from opcross_harness.telling import tell_failure, tell_result

__all__ = ["Console"]

_STYLES = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "bold red",
    Verdict.UNSUPPORTED: "yellow",
    Verdict.BROKEN: "bold magenta",
}


class Console:
    """Prints to standard output, or to standard error when that holds a report."""

    def __init__(self, *, to_stderr: bool = False) -> None:
        self._out = RichConsole(stderr=to_stderr, highlight=False, markup=False, soft_wrap=True)
        self._errors = RichConsole(stderr=True, highlight=False, markup=False, soft_wrap=True)

    def complain(self, text: str) -> None:
        """Say what is wrong with the command."""
        self._errors.print(Text(f"opcross: {text}"))

    def list_case(self, case: Case) -> None:
        """One line of ``--list``."""
        self._out.print(Text(f"{case.id}  {case.scenario.title}"))

    @contextmanager
    def progress(self, total: int) -> Iterator[Callable[[str, Result | None], None]]:
        """Show how far the run is; what is yielded hears of each case that begins or ends."""
        if not self._out.is_terminal or verbosity() < 0:
            yield self._note
            return
        columns = (
            SpinnerColumn(),
            MofNCompleteColumn(),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
        )
        with Progress(*columns, console=self._out, transient=True) as bar:
            task = bar.add_task("", total=total)

            def note(case_id: str, result: Result | None) -> None:
                self._note(case_id, result)
                bar.update(task, description=case_id, advance=0 if result is None else 1)

            yield note

    def _note(self, case_id: str, result: Result | None) -> None:
        if result is None:
            return
        if result.verdict in (Verdict.FAILED, Verdict.BROKEN):
            self.failure(result)
        elif verbosity() >= 0:
            self._out.print(Text(tell_result(result), style=_STYLES[result.verdict]))

    def failure(self, result: Result) -> None:
        """The play of a case that did not pass, with the wrong line marked."""
        text = Text()
        for line in tell_failure(result).splitlines():
            marked = line.startswith((">", result.verdict.value)) or line.lstrip().startswith(
                ("expected  ", "actual    ")
            )
            text.append(line + "\n", style=_STYLES[result.verdict] if marked else "")
        self._out.print(text)

    def summary(self, results: Sequence[Result], known_good: Sequence[Result]) -> None:
        """The last lines: the bench apart, then the counts."""
        for result in known_good:
            if result.verdict is not Verdict.PASSED:
                self._out.print(
                    Text("The known-good scenario did not pass: the bench is broken.", "bold magenta")
                )
                self.failure(result)
                break
        else:
            if verbosity() >= 0:
                nets = " and ".join(dict.fromkeys(result.net for result in known_good))
                self._out.print(Text(f"known-good scenario: passed first and last ({nets})"))
        counts = {verdict: sum(result.verdict is verdict for result in results) for verdict in Verdict}
        told = [f"{count} {verdict.value}" for verdict, count in counts.items() if count]
        seconds = sum(result.seconds for result in (*results, *known_good))
        self._out.print(Text(f"{', '.join(told) or 'nothing was played'}; {seconds:.2f} s of play"))
