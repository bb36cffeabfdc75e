"""The package's public names arrive when they are asked for, and not before."""

from __future__ import annotations

import subprocess
import sys

import pytest

import opcross_harness


def test_every_public_name_is_there() -> None:
    for name in opcross_harness.__all__:
        assert getattr(opcross_harness, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'stage_door'"):
        _ = opcross_harness.stage_door


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = (
        "import sys, opcross_harness\n"
        "sys.exit(bool({'numpy', 'ruamel.yaml', 'opcross.dcom'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
