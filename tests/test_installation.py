"""The suite runs from an installed wheel and from an editable install, wherever one stands."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = "hardening/h7"


def run_suite(cwd: Path, path: list[Path]) -> dict[str, object]:
    """Run one scenario from ``cwd`` with these folders first on the path; give the JSON report."""
    report = cwd / "report.json"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), "NO_COLOR": "1"}
    environment.pop("COVERAGE_PROCESS_START", None)
    command = [sys.executable, "-m", "opcross", "run", SCENARIO, "--net", "simulated", "--json", str(report)]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    result: dict[str, object] = json.loads(report.read_text(encoding="utf-8"))
    return result


def where(path: list[Path], cwd: Path) -> str:
    """From which folder the harness is imported there."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    script = "import opcross_harness; print(opcross_harness.__file__)"
    command = [sys.executable, "-c", script]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.scenarios
def test_the_suite_runs_from_an_installed_wheel(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    assert where([target], tmp_path).startswith(str(target))
    report = run_suite(tmp_path, [target])
    assert report["format"] == 1


@pytest.mark.scenarios
def test_the_suite_runs_from_an_editable_install(tmp_path: Path) -> None:
    origin = importlib.metadata.distribution("opcross").read_text("direct_url.json") or "{}"
    if not json.loads(origin).get("dir_info", {}).get("editable"):
        pytest.skip("this environment holds an installed wheel")
    assert where([], tmp_path).startswith(str(ROOT))
    assert run_suite(tmp_path, [])["format"] == 1


def test_the_wheel_holds_what_it_needs_at_run_time(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "opcross/ndr/tables/da.toml" in names
    assert "opcross_harness/scenarios/hardening/h7.scenario.yaml" in names
    assert {"opcross/py.typed", "opcross_simulators/py.typed", "opcross_harness/py.typed"} <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "docs/", "benches/", "tools/"))]
