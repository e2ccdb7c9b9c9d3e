"""What is said to be left to the command line is there."""

from __future__ import annotations

from pathlib import Path

from conftest import program


def test_commands_that_have_no_method(tmp_path: Path) -> None:
    for command in ("merge", "resume", "diff", "report", "run"):
        assert "Usage: capstake" in program(command, "--help", cwd=tmp_path).stdout
    said = program("run", "--help", cwd=tmp_path).stdout
    for option in ("--shard", "--checkpoint", "--csv-dialect", "--strict", "--series"):
        assert option in said
