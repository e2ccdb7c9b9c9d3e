"""Runs that stop when they are precise enough."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import capstake as cs

from conftest import CONFIGS, cells, program


@pytest.mark.parametrize(
    "precision",
    [{"microsoft_take_pv": "2%"}, "microsoft_take_pv=2%", ["microsoft_take_pv=2%"], {"prior-2025:share_pv": 2.5, "p50:share_pv": "9%"}],
)
def test_it_stops_where_the_program_stops(precision: Any, base: cs.Scenario, tmp_path: Path) -> None:
    run = base.run(paths=200_000, precision=precision, progress=None)
    targets = [f"{key}={value}" for key, value in precision.items()] if isinstance(precision, dict) else precision
    words = [word for target in ([targets] if isinstance(targets, str) else targets) for word in ("--precision", target)]
    program("run", CONFIGS / "base.toml", "-n", "200000", *words, "-q", "--formats", "csv", "-o", "out", cwd=tmp_path)
    theirs = cs.open(tmp_path / "out")
    assert isinstance(theirs, cs.Result) and run.complete and 4_096 < run.paths_done < 200_000
    assert run.paths_done == theirs.paths_done and run.summary.rows() == theirs.summary.rows()
    mine, found = run.manifest["run"]["precision"], theirs.manifest["run"]["precision"]
    assert mine == found and mine["reached"] is True and mine["most_paths"] == 200_000
    run.save(tmp_path / "saved", formats="csv")
    assert cells(tmp_path / "saved" / "summary.csv") == cells(tmp_path / "out" / "summary.csv")
    program("verify", tmp_path / "saved", "-q", cwd=tmp_path)
    assert run.extend(run.paths_done + 10, progress=None).manifest["run"].get("precision") is None


def test_too_few_paths_are_an_exception_with_the_run(base: cs.Scenario) -> None:
    with pytest.raises(cs.PrecisionError, match="was not reached within 9,000 paths") as found:
        base.run(paths=9_000, precision={"microsoft_take_pv": "0.01%"}, progress=None)
    error = found.value
    assert error.exit_code == 8 and error.result.complete and error.result.paths_done == 9_000
    assert error.result.summary.rows() == base.run(paths=9_000, progress=None).summary.rows()


def test_what_cannot_be_read_is_refused(base: cs.Scenario) -> None:
    for precision, words in [("share_pv", "does not say how precise"), ({"share_pw": "1%"}, "did you mean `share_pv`"), ({"share_pv": 0.0}, "is no precision")]:
        with pytest.raises(cs.UsageError, match=words):
            base.run(paths=9_000, precision=precision, progress=None)
    for wrong in (3, {1: "1%"}):
        with pytest.raises(TypeError):
            base.run(paths=9_000, precision=wrong, progress=None)  # type: ignore[arg-type]


def test_studies_stop_where_the_program_stops(base: cs.Scenario, tmp_path: Path) -> None:
    targets = ["--precision", "microsoft_take_pv=3%"]
    calls: dict[str, tuple[Any, list[str]]] = {
        "bridge": (lambda: base.bridge(paths=50_000, precision={"microsoft_take_pv": "3%"}, progress=None), targets),
        "sweep": (
            lambda: base.sweep({"discount.share": [0.08, 0.1]}, paths=50_000, precision="microsoft_take_pv=3%", progress=None),
            ["--vary", "discount.share=0.08,0.1", *targets],
        ),
        "solve": (
            lambda: base.solve(
                "deal.amended-2026.cap_usd_bn", between=(10, 120), target="amended-2026.share_pv.mean=25", paths=50_000,
                precision=1.5, sampling="sobol", progress=None,
            ),
            ["--vary", "deal.amended-2026.cap_usd_bn=10:120", "--target", "amended-2026.share_pv.mean=25", "--precision", "1.5", "--sampling", "sobol"],
        ),
    }
    for name, (call, words) in calls.items():
        program(name, CONFIGS / "base.toml", "-n", "50000", *words, "-q", "-o", name, cwd=tmp_path)
        mine, theirs = call(), cs.open(tmp_path / name)
        assert isinstance(theirs, cs.Study)
        assert mine.manifest["run"]["paths_done"] == theirs.manifest["run"]["paths_done"] < 50_000
        assert mine.manifest["run"]["precision"] == theirs.manifest["run"]["precision"]
        assert [mine[table].rows() for table in mine.tables] == [theirs[table].rows() for table in theirs.tables]


def test_an_imprecise_study_is_in_the_exception(base: cs.Scenario) -> None:
    with pytest.raises(cs.PrecisionError, match="was not reached within 9,000 paths") as found:
        base.bridge(paths=9_000, precision={"microsoft_take_pv": "0.01%"}, progress=None)
    assert isinstance(found.value.result, cs.Study) and found.value.result.manifest["run"]["paths_done"] == 9_000
    with pytest.raises(cs.UsageError, match="sensitivity does not take precision"):
        base.sensitivity("share_pv", precision="share_pv=1%", progress=None)
    with pytest.raises(TypeError, match="`precision` is the width"):
        base.solve("deal.amended-2026.cap_usd_bn", between=(10, 120), target="amended-2026.share_pv.mean=25", precision={"a": 1}, progress=None)
