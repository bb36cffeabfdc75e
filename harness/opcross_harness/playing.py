"""Plays one case: sets the stage, takes the steps in order, judges each by evidence, clears the stage."""

from __future__ import annotations

import asyncio
import time
import traceback as tracebacks
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from opcross.errors import LocalMisuse
from opcross_harness.errors import Unsupported
from opcross_harness.model import Case, Scenario, seed_of
from opcross_harness.rehearsal import Rehearsed, RehearsedStep, rehearse
from opcross_harness.result import Line, LineState, Result, Verdict
from opcross_harness.spelling import rerun_command, spell_member, spell_step
from opcross_harness.stage import Stage
from opcross_harness.vocabulary import STANDARD, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

    from opcross_harness.cast.base import Actor
    from opcross_harness.nets import Net, Venue

__all__ = ["REAL_BUDGET", "play"]

REAL_BUDGET = 60.0
"""Seconds that a case may take on the loopback net; the simulated net has limits of its own."""


@dataclass(slots=True)
class _Course:
    """What is known of a play while it goes on."""

    lines: list[Line]
    verdict: Verdict = Verdict.PASSED
    reason: str = ""
    traceback: str = ""
    virtual_seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def stop(self, verdict: Verdict, reason: str, *, traceback: str = "") -> None:
        """The first reason to stop is the one that counts."""
        if self.verdict is Verdict.PASSED:
            self.verdict, self.reason, self.traceback = verdict, reason, traceback
        else:
            self.problems.append(reason)

    def mark_undecided(self) -> None:
        """Mark the step that was under way, if one was."""
        for index, line in enumerate(self.lines):
            if line.began is not None and line.state is LineState.NOT_REACHED:
                self.lines[index] = replace(line, state=LineState.UNDECIDED)


def play(
    scenario: Scenario | Case,
    net: Net | None = None,
    *,
    seed: int = 0,
    vocabulary: Vocabulary = STANDARD,
    captures: Path | None = None,
    in_suite: bool = True,
    progress: Callable[[str], None] = lambda line: None,
    real_budget: float = REAL_BUDGET,
) -> Result:
    """Play one case on a net (default: simulated) and judge it.

    A :class:`Scenario` must have one case only; take :meth:`Scenario.cases` where a matrix gives more.
    ``seed`` is the seed of the run. ``captures`` is a folder for capture files. ``in_suite`` tells that
    the command line finds the scenario by its id. ``progress`` hears of each step before it is taken.

    Raises :class:`~opcross_harness.errors.ScenarioError` for a scenario that makes no sense; whatever
    happens while it plays is in the result.
    """
    from opcross_harness.nets import SimulatedNet

    case = _one_case(scenario)
    on = net if net is not None else SimulatedNet()
    rehearsed = rehearse(case, vocabulary)
    course = _Course([_line(step) for step in rehearsed.steps])
    began = time.perf_counter()
    capture = ""
    lacking = _lacking(rehearsed, on)
    if lacking:
        course.stop(Verdict.UNSUPPORTED, lacking)
    else:

        async def main(venue: Venue) -> Stage:
            stage = Stage(venue, seed_of(seed, case.id))
            await _perform(rehearsed, stage, course, progress, real_budget)
            return stage

        try:
            stage = on.run(main, seed_of(seed, case.id))
        except Exception as error:  # noqa: BLE001  (the edge of the bench: whatever broke is reported)
            course.stop(Verdict.BROKEN, _tell(error), traceback=_trace(error))
            course.mark_undecided()
        else:
            for problem in stage.venue.problems:
                course.stop(Verdict.BROKEN, problem)
            if captures is not None:
                capture = _capture(stage, case, course, captures)
    file = case.scenario.place.file if not in_suite else ""
    return Result(
        id=case.id,
        title=case.scenario.title,
        why=case.scenario.why,
        source=case.scenario.source,
        row=case.scenario.row,
        net=on.name,
        seed=seed,
        verdict=course.verdict,
        rerun=rerun_command(case.id, seed=seed, net=on.name, file=file),
        reason="; ".join([*([course.reason] if course.reason else []), *course.problems]),
        seconds=time.perf_counter() - began,
        virtual_seconds=course.virtual_seconds,
        cast=tuple(spell_member(name, member) for name, member in case.cast.items()),
        lines=tuple(course.lines),
        traceback=course.traceback,
        capture=capture,
    )


def _one_case(scenario: Scenario | Case) -> Case:
    if isinstance(scenario, Case):
        return scenario
    cases = scenario.cases()
    if len(cases) != 1:
        raise LocalMisuse(f"{scenario.id} has {len(cases)} cases: play each of its cases()")
    return cases[0]


def _line(step: RehearsedStep) -> Line:
    place = step.step.place
    return Line(spell_step(step.step), LineState.NOT_REACHED, place.file, place.line)


def _lacking(rehearsed: Rehearsed, net: Net) -> str:
    """What the installation or the net lacks for this case; empty when nothing."""
    missing = [text for part in rehearsed.parts if (text := part.kind.missing())]
    beyond = sorted(rehearsed.needs - net.abilities)
    missing += [f"the {net.name} net has no {need}" for need in beyond]
    return "; ".join(dict.fromkeys(missing))


async def _perform(
    rehearsed: Rehearsed,
    stage: Stage,
    course: _Course,
    progress: Callable[[str], None],
    real_budget: float,
) -> None:
    async with AsyncExitStack() as closing:
        closing.callback(lambda: setattr(course, "virtual_seconds", stage.now()))
        try:
            async with asyncio.timeout(stage.venue.budget(real_budget)):
                await _set(rehearsed, stage, course, closing, progress)
                await _take_steps(rehearsed, stage, course, progress)
        except TimeoutError:
            course.stop(
                Verdict.BROKEN, f"the case took more than {stage.venue.budget(real_budget):g} seconds"
            )
        except Unsupported as error:
            course.stop(Verdict.UNSUPPORTED, str(error))
        except Exception as error:  # noqa: BLE001  (the edge of the bench: whatever broke is reported)
            course.stop(Verdict.BROKEN, _tell(error), traceback=_trace(error))
        course.mark_undecided()


async def _set(
    rehearsed: Rehearsed,
    stage: Stage,
    course: _Course,
    closing: AsyncExitStack,
    progress: Callable[[str], None],
) -> None:
    for part in rehearsed.parts:
        progress(part.name)
        actor = part.kind.create(part.name, part.settings, stage)
        stage.add(actor)
        closing.push_async_callback(_close, actor, course)
        await actor.open()


async def _close(actor: Actor, course: _Course) -> None:
    """Every actor leaves, whatever the others do; what goes wrong is told."""
    try:
        async with asyncio.timeout(10.0):
            await actor.close()
    except Exception as error:  # noqa: BLE001  (the edge of the bench: the others must leave, too)
        course.stop(Verdict.BROKEN, f"{actor.name} did not leave: {_tell(error)}", traceback=_trace(error))


async def _take_steps(
    rehearsed: Rehearsed, stage: Stage, course: _Course, progress: Callable[[str], None]
) -> None:
    for index, step in enumerate(rehearsed.steps):
        progress(step.verb.name)
        began = stage.now()
        course.lines[index] = replace(course.lines[index], began=began)
        finding = await step.verb.perform(stage, dict(step.arguments), step.expect)
        course.lines[index] = replace(
            course.lines[index],
            state=LineState.DONE if finding.passed else LineState.WRONG,
            ended=stage.now(),
            expected=finding.expected,
            actual=finding.actual,
        )
        if not finding.passed:
            course.stop(Verdict.FAILED, f"expected {finding.expected}; actual {finding.actual}")
            return


def _capture(stage: Stage, case: Case, course: _Course, folder: Path) -> str:
    from opcross_harness.captures import write_capture

    try:
        return str(write_capture(folder, case, stage, course.lines))
    except Exception as error:  # noqa: BLE001  (a capture that can't be written must not hide the verdict)
        course.stop(Verdict.BROKEN, f"no capture: {_tell(error)}", traceback=_trace(error))
        return ""


def _tell(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _trace(error: BaseException) -> str:
    return "".join(tracebacks.format_exception(error))
