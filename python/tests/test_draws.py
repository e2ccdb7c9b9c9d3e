"""Draws are those of the program's files, whatever is read of them, and nothing of them is kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars
import pyarrow
import pytest

import capstake as cs

from conftest import CONFIGS, program


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    here = tmp_path_factory.mktemp("draws")
    line = ["run", CONFIGS / "base.toml", "-n", "10000", "--draws", "parquet", "--series", "net_revenue,payments,cap_left"]
    program(*line, "--formats", "csv", "-o", "out", "-q", cwd=here)
    return here / "out"


def test_draws_are_the_rows_of_the_programs_file(files: Path, result: cs.Result) -> None:
    stored = polars.read_parquet(files / "draws.parquet")
    for threads in (1, 3):
        read = result.draws(threads=threads).to_polars()
        assert read.columns == stored.columns and read.equals(stored)


def test_pruned_columns_and_ranges_are_the_same_bits(files: Path, result: cs.Result) -> None:
    stored = polars.read_parquet(files / "draws.parquet")
    every = [*result.scenario.columns]
    assert every == stored.columns[2:]
    # Each metric simulated alone.
    for name in every:
        read = result.draws(columns=[name], first=4_090, paths=20).to_polars()
        rows = stored.filter(polars.col("path").is_between(4_090, 4_109)).select("path", "deal", name)
        assert read.equals(rows), name
    draws = result.draws(columns="microsoft_take_pv", first=9_999)
    assert draws.to_polars().equals(stored[-2:].select("path", "deal", "microsoft_take_pv"))
    assert len(draws) == 2 and len(result.draws(paths=0)) == 0
    assert result.draws(columns=["share_pv"], paths=0).to_polars().shape == (0, 3)


def test_reading_again_gives_the_same(result: cs.Result) -> None:
    draws = result.draws(columns=["microsoft_take_pv", "discount.share"])
    assert draws.to_polars().equals(draws.to_polars())
    assert [batch.num_rows for batch in draws] == [8_192, 8_192, 3_616]


def test_yearly_flows_are_the_rows_of_the_programs_file(files: Path, result: cs.Result) -> None:
    stored = polars.read_parquet(files / "paths.parquet")
    flows = result.paths(series=["net_revenue", "payments", "cap_left"])
    assert flows.to_polars().equals(stored)
    some = result.paths(series="payments", first=5_000, paths=100).to_polars()
    assert some.equals(stored.filter(polars.col("path").is_between(5_000, 5_099)).select("path", "deal", "year", "payments"))


def test_means_over_flows_are_those_of_the_table(result: cs.Result) -> None:
    flows = result.paths(series=result.series).to_polars()
    means = flows.group_by("deal", "year").mean()
    for row in result.annual:
        own = means.filter((polars.col("deal") == row["deal"]) & (polars.col("year") == row["year"]))[row["series"]][0]
        if row["mean"] is None:
            assert own is None
        else:
            assert own == pytest.approx(row["mean"], rel=1e-9, abs=1e-12), row


def test_extended_runs_are_longer_runs(base: cs.Scenario, result: cs.Result) -> None:
    longer = result.extend(paths=15_000)
    whole = base.run(paths=15_000)
    assert longer.summary.rows() == whole.summary.rows() and longer.histogram.rows() == whole.histogram.rows()
    assert longer.draws(first=10_000).to_polars().equals(whole.draws(first=10_000).to_polars())
    with pytest.raises(cs.UsageError, match="more than 5,000"):
        result.extend(paths=5_000)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"columns": ["microsoft_take_vp"]}, "did you mean `microsoft_take_pv`"),
        ({"columns": ["deal.prior-2025.cloud_take_rate", "zzzz"]}, "no column"),
        ({"first": 10_000}, "not path 10,000"),
        ({"first": 9_000, "paths": 1_001}, "not path 10,000"),
    ],
)
def test_rows_that_do_not_exist_are_refused(result: cs.Result, how: dict[str, object], words: str) -> None:
    with pytest.raises(cs.UsageError, match=words):
        result.draws(**how)  # type: ignore[arg-type]


def test_wrong_types_say_what_was_expected(result: cs.Result) -> None:
    with pytest.raises(TypeError, match="`columns` is a list of names"):
        result.draws(columns=[3])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="`paths` is a whole number"):
        result.draws(paths="100")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not 1.5"):
        result.draws(paths=1.5)
    with pytest.raises(cs.UsageError, match="did you mean `payments`"):
        result.paths(series=["paymnts"])
    with pytest.raises(cs.UsageError, match="no yearly series is named"):
        result.paths(series=[])


PEAK = """
import sys, resource, pyarrow, capstake as cs
result = cs.examples.minimal.run(paths=int(sys.argv[1]), progress=None)
reader = pyarrow.RecordBatchReader.from_stream(result.draws())
rows = sum(batch.num_rows for batch in reader)
assert rows == int(sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_of_a_consumed_stream_is_flat() -> None:
    def peak(paths: int) -> int:
        ended = subprocess.run([sys.executable, "-c", PEAK, str(paths)], capture_output=True, text=True, check=True)
        return int(ended.stdout)

    few, many = peak(100_000), peak(1_600_000)
    # The rows of the longer one take 190 MB.
    assert many - few < 20_000, (few, many)


def test_a_stream_that_nobody_reads_is_released(result: cs.Result) -> None:
    draws = result.draws(columns=["share_pv"])
    capsules = [draws.__arrow_c_stream__() for _ in range(100)]
    assert "arrow_array_stream" in repr(capsules[0])
    del capsules
    reader = pyarrow.RecordBatchReader.from_stream(draws)
    reader.read_next_batch()
    del reader
    schema = pyarrow.schema(draws)
    assert schema.names == ["path", "deal", "share_pv"] and not schema.field("path").nullable
