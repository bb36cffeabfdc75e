"""Runs many cases: which, where, in what order, in how many processes; and says how it went."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from opcross_harness import namespaces
from opcross_harness.console import Console
from opcross_harness.errors import BenchError
from opcross_harness.loader import SUFFIX, load_scenario
from opcross_harness.model import Case
from opcross_harness.nets import PORT_135, LoopbackNet, Net, SimulatedNet
from opcross_harness.playing import play
from opcross_harness.rehearsal import rehearse
from opcross_harness.reports import write_json, write_junit
from opcross_harness.result import Result, Verdict
from opcross_harness.suite import KNOWN_GOOD, find_cases, in_suite, suite_path

__all__ = ["Options", "Plan", "Run", "run_command", "run_suite"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line said."""

    targets: tuple[str, ...] = ()
    expression: str = ""
    listing: bool = False
    net: str = "auto"
    seed: int = 0
    jobs: int = 1
    strict: bool = False
    junit: Path | None = None
    json: Path | None = None
    captures: Path | None = None

    def arguments(self) -> list[str]:
        """The command line that says the same."""
        words = ["run", "--net", self.net, "--seed", str(self.seed), "--jobs", str(self.jobs)]
        words += ["--strict"] if self.strict else []
        for name in ("expression", "junit", "json", "captures"):
            value = getattr(self, name)
            words += [f"--{name}={value}"] if value else []
        return [*words, "--", *self.targets] if self.targets else words


@dataclass(slots=True)
class Run:
    """What a run came to. ``known_good`` is reported apart: it judges the bench."""

    seed: int
    results: list[Result] = field(default_factory=list)
    known_good: list[Result] = field(default_factory=list)

    def exit_code(self, *, strict: bool = False) -> int:
        """0 all that ran passed, 1 one failed, 2 the bench is broken."""
        verdicts = {result.verdict for result in self.results}
        if any(result.verdict is not Verdict.PASSED for result in self.known_good):
            return 2
        if Verdict.BROKEN in verdicts:
            return 2
        failing = {Verdict.FAILED, *([Verdict.UNSUPPORTED] if strict else [])}
        return 1 if verdicts & failing else 0


def run_command(options: Options) -> int:
    """``opcross run``: the exit code.

    Raises :class:`~opcross_harness.errors.ScenarioError` for a file or a word that is wrong.
    """
    console = Console(to_stderr=str(options.json) == "-")
    cases = find_cases(options.targets, expression=options.expression)
    if not cases:
        console.complain("no scenario was selected")
        return 2
    if options.listing:
        for case in cases:
            console.list_case(case)
        return 0
    plan = Plan(options.net, cases)
    if plan.wants_port_135 and namespaces.can_enter():
        return namespaces.run_inside(options.arguments())
    run = Run(options.seed)
    try:
        with console.progress(len(cases)) as note:
            run_suite(plan, run, options, note)
    finally:
        # Also after Ctrl-C: what was found so far is worth its report.
        if options.json is not None:
            write_json(options.json, run.seed, run.results, run.known_good)
        if options.junit is not None:
            write_junit(options.junit, run.results, run.known_good)
    console.summary(run.results, run.known_good)
    return run.exit_code(strict=options.strict)


class Plan:
    """Which case plays on which net."""

    def __init__(self, word: str, cases: Sequence[Case]) -> None:
        simulated = SimulatedNet()
        self.nets: dict[str, Net] = {simulated.name: simulated}
        self.cases: list[tuple[Case, str]] = []
        for case in cases:
            net = word
            if word == "auto":
                net = simulated.name if rehearse(case).needs <= simulated.abilities else LoopbackNet.name
            if net not in self.nets:
                self.nets[net] = LoopbackNet()
            self.cases.append((case, net))

    @property
    def used(self) -> list[str]:
        """The nets that are played on."""
        return list(dict.fromkeys(net for _, net in self.cases))

    @property
    def wants_port_135(self) -> bool:
        """Whether a net is used on which port 135 can't be had."""
        return any(
            isinstance(self.nets[net], LoopbackNet) and PORT_135 not in self.nets[net].abilities
            for net in self.used
        )


Note = Callable[[str, Result | None], None]
"""Hears what is going on: (the id of a case, its result once there is one)."""


def run_suite(plan: Plan, run: Run, options: Options, note: Note) -> None:
    """Play a plan: the known-good case, all cases, the known-good case again."""
    if not _bookend(plan, run, options, "first"):
        return
    if options.jobs > 1 and len(plan.cases) > 1:
        _play_in_processes(plan, run, options, note)
    else:
        for case, net in plan.cases:
            note(case.id, None)
            result = _play(case, plan.nets[net], options, options.captures)
            run.results.append(result)
            note(case.id, result)
    _bookend(plan, run, options, "last")


def _bookend(plan: Plan, run: Run, options: Options, when: str) -> bool:
    """Show that the bench is alive, so that a dead server cannot look like a refusal."""
    path = suite_path() / f"{KNOWN_GOOD}{SUFFIX}"
    if not path.is_file():
        raise BenchError(f"the known-good scenario is missing: {path}")
    (case,) = load_scenario(path).cases()
    alive = True
    for net in plan.used:
        captures = options.captures / when if options.captures is not None else None
        result = _play(case, plan.nets[net], options, captures)
        run.known_good.append(result)
        alive = alive and result.verdict is Verdict.PASSED
    return alive


def _play(case: Case, net: Net, options: Options, captures: Path | None) -> Result:
    return play(case, net, seed=options.seed, captures=captures, in_suite=in_suite(case))


def _play_in_processes(plan: Plan, run: Run, options: Options, note: Note) -> None:
    with _pool(options.jobs) as pool:
        order: dict[Future[Result], int] = {}
        for index, (case, net) in enumerate(plan.cases):
            order[pool.submit(_play_elsewhere, case, net, options)] = index
        found: dict[int, Result] = {}
        for future in as_completed(order):
            index = order[future]
            found[index] = future.result()
            note(plan.cases[index][0].id, found[index])
        run.results += [found[index] for index in sorted(found)]


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    # Spawned, not forked: a forked child would inherit half a progress display.
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _play_elsewhere(case: Case, net: str, options: Options) -> Result:
    """In a process of the pool."""
    made = SimulatedNet() if net == SimulatedNet.name else LoopbackNet()
    return _play(case, made, options, options.captures)
