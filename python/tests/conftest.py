"""What all tests share: the scenarios of the repository, and the program to compare with."""

from __future__ import annotations

import csv
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import capstake as cs

TOP = Path(__file__).resolve().parents[2]
CONFIGS = TOP / "configs"

# One with everything, a small one, and one in which nothing is random.
SCENARIOS = {
    "base": {},
    "minimal": {},
    "certain": {
        "segment.all.growth_now": 0.5,
        "segment.all.growth_volatility_now": 0.0,
        "segment.all.volatility_now": 0.0,
        "segment.all.volatility_long_run": 0.0,
    },
}


def program(*arguments: str | Path, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Runs the program: that of CAPSTAKE_PROGRAM, else the one in the package."""
    own = os.environ.get("CAPSTAKE_PROGRAM")
    line = [own] if own else [sys.executable, "-m", "capstake"]
    ended = subprocess.run([*line, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=300)
    if check and ended.returncode != 0:
        raise AssertionError(ended.stderr)
    return ended


def scenario(name: str) -> cs.Scenario:
    """A scenario by its name in SCENARIOS."""
    if name != "certain":
        return cs.Scenario.load(CONFIGS / f"{name}.toml")
    return cs.Scenario.load(CONFIGS / "minimal.toml").set(certain())


def certain() -> dict[str, Any]:
    """Settings that leave nothing random in the minimal scenario."""
    base = cs.Scenario.load(CONFIGS / "minimal.toml")
    changes: dict[str, Any] = {}
    for row in base.check().assumptions:
        if row["distribution"] != "constant":
            changes[row["key"]] = row["p50"]
    for key in base.keys():
        if "volatility" in key and key.split(".")[-1] != "volatility_half_life_years":
            changes[key] = 0.0
    return changes


def flags(name: str) -> list[str]:
    """The same settings for the program."""
    return [word for flag in scenario(name)._native.overrides for word in ("--set", flag)]


def file_of(name: str) -> Path:
    """The scenario's file."""
    return CONFIGS / ("minimal.toml" if name == "certain" else f"{name}.toml")


def cells(path: Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return rows[0], rows[1:]


def bits(value: Any) -> bytes:
    """The bits of a double; all values that are absent are one."""
    if value is None or value != value or value == "":
        return b"absent"
    return struct.pack("<d", float(value))


def same_column(stored: list[str], read: list[Any]) -> bool:
    """Whether a column of a CSV file and of a table are the same, numbers to the bit."""
    if all(cell is None or isinstance(cell, float) for cell in read) and read:
        return [bits(cell) for cell in stored] == [bits(cell) for cell in read]
    # CSV guards text that a spreadsheet would take for a formula.
    return [cell.removeprefix("'") for cell in stored] == [str(cell) for cell in read]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with the scenarios of the repository."""
    for file in CONFIGS.glob("*.toml"):
        shutil.copy(file, tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def base() -> cs.Scenario:
    """The scenario with everything."""
    return scenario("base")


@pytest.fixture(scope="session")
def result(base: cs.Scenario) -> cs.Result:
    """A run of it, with an incomplete last chunk."""
    return base.run(paths=10_000, progress=None)
