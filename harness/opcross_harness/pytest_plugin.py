"""The pytest plugin: scenario files as tests, and fixtures for tests of one's own.

Scenario files are collected with ``--opcross-scenarios`` (or ``opcross_scenarios = true`` in the ini
file): each case is a test. The fixtures are for playbooks in Python::

    def test_a_low_level_is_refused(opcross_play) -> None:
        result = opcross_play(Scenario(...))
        assert result.verdict is Verdict.PASSED, tell_failure(result)

It imports nothing heavy when pytest loads it, adds nothing to a test that does not ask for it, and runs
every case on a loop of its own, so it lives beside anyio and pytest-asyncio.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opcross_harness.model import Case, Scenario
    from opcross_harness.nets import Net
    from opcross_harness.result import Result

__all__ = ["Play", "opcross_captures", "opcross_net", "opcross_play", "opcross_seed"]

_SUFFIX = ".scenario.yaml"
_NETS = ("auto", "simulated", "loopback")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; the ini values of the same names hold where the command line says nothing."""
    group = parser.getgroup("opcross", "scenarios of Opcross")
    group.addoption(
        "--opcross-scenarios",
        action="store_true",
        default=None,
        help="collect *.scenario.yaml files: each case is a test",
    )
    group.addoption(
        "--opcross-net",
        choices=_NETS,
        default=None,
        help="the net on which cases play (default: auto)",
    )
    group.addoption(
        "--opcross-seed", type=int, default=None, metavar="N", help="the seed of the run (default: 0)"
    )
    group.addoption(
        "--opcross-captures", default=None, metavar="DIR", help="write a capture file of each case"
    )
    parser.addini("opcross_scenarios", "collect *.scenario.yaml files", type="bool", default=False)
    parser.addini("opcross_net", "the net on which cases play: auto, simulated or loopback", default="auto")
    parser.addini("opcross_seed", "the seed of the run", default="0")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a scenario file, where that was asked for."""
    wanted = parent.config.getoption("--opcross-scenarios") or parent.config.getini("opcross_scenarios")
    if not wanted or not file_path.name.endswith(_SUFFIX):
        return None
    return ScenarioFile.from_parent(parent, path=file_path)


class ScenarioFile(pytest.File):
    """A scenario file; its items are its cases."""

    def collect(self) -> Iterator[ScenarioItem]:
        """Read and check the file."""
        from opcross_harness.loader import load_scenario

        for case in load_scenario(self.path).cases():
            yield ScenarioItem.from_parent(self, name=case.id, case=case)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: str | None = None) -> str:
        """A wrong file is told in one line."""
        from opcross.errors import FileError

        if isinstance(excinfo.value, FileError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))


class CaseFailed(Exception):
    """Carries the result of a case out of the item that played it."""

    def __init__(self, result: Result) -> None:
        self.result = result
        super().__init__(result.reason)


class ScenarioItem(pytest.Item):
    """One case as a test: unsupported is skipped; failed and broken are failures."""

    def __init__(self, *, case: Case, **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]  # as pytest's own items pass them on
        self._case = case

    def runtest(self) -> None:
        """Play the case."""
        from opcross_harness.result import Verdict

        result = _play(self.config, self._case)
        self.user_properties.append(("opcross_net", result.net))
        self.user_properties.append(("opcross_rerun", result.rerun))
        if result.verdict is Verdict.UNSUPPORTED:
            pytest.skip(result.reason)
        if result.verdict is not Verdict.PASSED:
            raise CaseFailed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: str | None = None) -> str:
        """The play with the wrong line marked."""
        from opcross_harness.telling import tell_failure

        if isinstance(excinfo.value, CaseFailed):
            return tell_failure(excinfo.value.result)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the scenario stands."""
        line = self._case.scenario.place.line
        return self.path, line - 1 if line else None, self.name


def _play(config: pytest.Config, scenario: Scenario | Case) -> Result:
    from opcross_harness.playing import play
    from opcross_harness.suite import in_suite

    captures = config.getoption("--opcross-captures")
    return play(
        scenario,
        _net(config, scenario),
        seed=_seed(config),
        captures=Path(captures) if captures else None,
        in_suite=in_suite(scenario),
    )


def _seed(config: pytest.Config) -> int:
    asked = config.getoption("--opcross-seed")
    text = config.getini("opcross_seed") if asked is None else asked
    try:
        return int(text)
    except ValueError:
        raise pytest.UsageError(f"opcross_seed: expected a whole number, found {text!r}") from None


def _net(config: pytest.Config, scenario: Scenario | Case) -> Net:
    from opcross_harness.model import Case
    from opcross_harness.nets import LoopbackNet, SimulatedNet
    from opcross_harness.rehearsal import rehearse

    word = config.getoption("--opcross-net") or config.getini("opcross_net")
    if word not in _NETS:
        raise pytest.UsageError(f"opcross_net: expected one of {', '.join(_NETS)}, found {word!r}")
    simulated = SimulatedNet()
    if word == "simulated":
        return simulated
    if word == "loopback":
        return LoopbackNet()
    case = scenario if isinstance(scenario, Case) else scenario.cases()[0]
    return simulated if rehearse(case).needs <= simulated.abilities else LoopbackNet()


class Play(Protocol):
    """What :func:`opcross_play` gives."""

    def __call__(self, scenario: Scenario | Case) -> Result:
        """Play a scenario of one case, or one case of a scenario."""
        ...


@pytest.fixture(scope="session")
def opcross_seed(pytestconfig: pytest.Config) -> int:
    """The seed of the run: ``--opcross-seed``, else the ini value."""
    return _seed(pytestconfig)


@pytest.fixture(scope="session")
def opcross_captures(pytestconfig: pytest.Config) -> Path | None:
    """The folder for capture files: ``--opcross-captures``."""
    folder = pytestconfig.getoption("--opcross-captures")
    return Path(folder) if folder else None


@pytest.fixture
def opcross_net() -> Net:
    """A simulated net: hosts and links in memory, on a virtual clock."""
    from opcross_harness.nets import SimulatedNet

    return SimulatedNet()


@pytest.fixture
def opcross_play(pytestconfig: pytest.Config) -> Play:
    """Plays scenarios built in Python, on the net and with the seed that the options name."""

    def play_it(scenario: Scenario | Case) -> Result:
        return _play(pytestconfig, scenario)

    return play_it
