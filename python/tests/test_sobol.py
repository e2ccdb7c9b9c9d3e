"""Under Sobol sampling everything that simulates a run again takes the same points: draws, flows, more paths, verify, replay."""

from __future__ import annotations

from pathlib import Path

import polars
import pytest

import capstake as cs

from conftest import CONFIGS, cells, program, same_column


@pytest.fixture(scope="module")
def sobol(base: cs.Scenario) -> cs.Result:
    return base.run(paths=10_000, seed=3, sampling="sobol")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    here = tmp_path_factory.mktemp("sobol")
    line = ["run", CONFIGS / "base.toml", "-n", "10000", "-s", "3", "--sampling", "sobol"]
    program(*line, "--draws", "parquet", "--series", "payments", "--formats", "csv", "-o", "out", "-q", cwd=here)
    return here / "out"


def test_draws_and_flows_are_those_of_the_run(files: Path, sobol: cs.Result) -> None:
    stored = polars.read_parquet(files / "draws.parquet")
    assert stored.columns[-1] == "replicate"
    assert sobol.draws().to_polars().equals(stored)
    # A range that begins and ends within groups of lanes, and single columns.
    rows = stored.filter(polars.col("path").is_between(4_090, 4_200))
    for name in ("replicate", "microsoft_take_pv", "discount.share"):
        read = sobol.draws(columns=[name], first=4_090, paths=111).to_polars()
        assert read.equals(rows.select("path", "deal", name)), name
    assert sobol.paths(series="payments").to_polars().equals(polars.read_parquet(files / "paths.parquet"))
    own = sobol.draws(columns="microsoft_take_pv").to_polars()
    mean = own.filter(polars.col("deal") == "amended-2026")["microsoft_take_pv"].mean()
    assert mean == pytest.approx(sobol["amended-2026"].microsoft_take_pv.mean, rel=1e-12)


def test_plain_draws_have_no_replicate(result: cs.Result) -> None:
    assert "replicate" not in result.draws().columns
    with pytest.raises(cs.UsageError, match="draws have no column `replicate`"):
        result.draws(columns="replicate")


def test_more_paths_are_of_the_same_points(base: cs.Scenario, sobol: cs.Result, tmp_path: Path) -> None:
    sobol.verify()
    longer = sobol.extend(paths=20_000)
    assert longer.manifest["run"]["sampling"] == sobol.manifest["run"]["sampling"]
    assert longer.summary.rows() == base.run(paths=20_000, seed=3, sampling="sobol").summary.rows()
    sobol.save(tmp_path / "out", formats="csv")
    opened = cs.open(tmp_path / "out")
    assert isinstance(opened, cs.Result)
    opened.verify()
    assert opened.extend(paths=20_000).summary.rows() == longer.summary.rows()
    assert opened.draws(paths=50).to_polars().equals(sobol.draws(paths=50).to_polars())


def test_points_end(base: cs.Scenario) -> None:
    few = base.set({"run.replicates": 8}).run(paths=100, sampling="sobol")
    for ask in (
        lambda: few.extend(paths=1e11),
        lambda: few.scenario.run(paths=1e11, sampling="sobol"),
        lambda: few.scenario.replay(100_000_000_000, sampling="sobol"),
    ):
        with pytest.raises(cs.UsageError, match="Sobol points end at"):
            ask()


def test_the_scenarios_own_sampling_counts(base: cs.Scenario, sobol: cs.Result) -> None:
    own = base.set({"run.sampling": "sobol"})
    assert own.columns[-1] == "replicate" and base.columns[-1] != "replicate"
    assert own.run(paths=10_000, seed=3).summary["mean"].to_list() == sobol.summary["mean"].to_list()


def test_a_path_is_replayed_with_its_sampling(base: cs.Scenario, tmp_path: Path) -> None:
    line = ["replay", CONFIGS / "base.toml", "--path", "4321", "-s", "3", "--sampling", "sobol", "--csv"]
    (tmp_path / "path.csv").write_text(program(*line, cwd=tmp_path).stdout)
    header, rows = cells(tmp_path / "path.csv")
    own = base.replay(4_321, seed=3, sampling="sobol")
    for at, column in enumerate(header):
        assert same_column([row[at] for row in rows], own[column].to_list()), column
    assert own["value"].to_list() != base.replay(4_321, seed=3)["value"].to_list()
    with pytest.raises(cs.UsageError, match="there is no sampling"):
        base.replay(1, sampling="sobel")
    with pytest.raises(TypeError, match="`sampling` is text, not int"):
        base.replay(1, sampling=3)  # type: ignore[arg-type]
