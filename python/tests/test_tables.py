"""Every table is the program's CSV file, to the bit, and every data library reads it so."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pytest

import capstake as cs

from conftest import SCENARIOS, bits, cells, file_of, flags, program, same_column, scenario

TABLES = ["summary", "quantiles", "annual", "histogram", "inputs", "correlations", "events", "sample_paths", "bridge", "origins"]


@pytest.mark.parametrize("name", SCENARIOS)
def test_tables_are_the_programs_files(name: str, tmp_path: Path) -> None:
    program("run", file_of(name), *flags(name), "-n", "10000", "--formats", "csv", "-o", "out", "-q", cwd=tmp_path)
    results = [scenario(name).run(paths=10_000, threads=threads) for threads in (1, 2, 5)]
    assert {result.scenario.digest for result in results} == {cs.open(tmp_path / "out").scenario.digest}
    for result in results:
        for table in TABLES:
            header, rows = cells(tmp_path / "out" / f"{table}.csv")
            own = result.table(table)
            assert own.columns == header and len(own) == len(rows), table
            for at, column in enumerate(header):
                assert same_column([row[at] for row in rows], own[column].to_list()), (table, column)


def test_nothing_is_random_in_the_certain_scenario() -> None:
    result = scenario("certain").run(paths=5_000)
    assert all(error == 0.0 for error in result.summary["std_error"] if error is not None)


def read_by(library: str, rows: object) -> dict[str, list[object]]:
    if library == "pandas":
        frame = pandas.DataFrame.from_arrow(rows) if hasattr(pandas.DataFrame, "from_arrow") else rows.to_pandas()  # type: ignore[attr-defined]
        return {name: [None if cell != cell else cell for cell in frame[name].tolist()] for name in frame.columns}
    if library == "polars":
        return polars.DataFrame(rows).to_dict(as_series=False)
    if library == "pyarrow":
        return pyarrow.table(rows).to_pydict()
    found = duckdb.sql("select * from rows")
    return {name: [row[at] for row in found.fetchall()] for at, name in enumerate(found.columns)}


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow", "duckdb"])
def test_libraries_read_tables_and_draws(library: str, result: cs.Result) -> None:
    for name in TABLES:
        table = result.table(name)
        read = read_by(library, table)
        assert list(read) == table.columns
        for column in table.columns:
            own = table[column]
            if own.type == "double":
                assert [bits(cell) for cell in read[column]] == [bits(cell) for cell in own], (name, column)
            else:
                assert read[column] == own.to_list(), (name, column)
    draws = result.draws(columns=["microsoft_take_pv", "cap_hit_time"], first=100, paths=5_000)
    expected = pyarrow.table(draws).to_pydict()
    read = read_by(library, draws)
    assert len(read["path"]) == len(draws) == 10_000
    for column in draws.columns:
        if column in ("path", "deal"):
            assert read[column] == expected[column]
        else:
            assert [bits(cell) for cell in read[column]] == [bits(cell) for cell in expected[column]]


def test_methods_for_the_libraries_give_their_own_types(result: cs.Result) -> None:
    assert isinstance(result.summary.to_pandas(), pandas.DataFrame)
    assert isinstance(result.summary.to_polars(), polars.DataFrame)
    assert isinstance(result.summary.to_pyarrow(), pyarrow.Table)
    assert isinstance(result.draws(paths=10).to_pandas(), pandas.DataFrame)


def test_a_column_is_an_array(result: cs.Result) -> None:
    mean = numpy.asarray(result.summary["mean"])
    assert mean.dtype == numpy.float64 and mean.shape == (len(result.summary),)
    assert numpy.asarray(result.summary["paths"]).dtype == numpy.int64
    assert numpy.asarray(result.summary["paths"], dtype=float).dtype == numpy.float64
    assert numpy.isnan(numpy.asarray(result.correlations["sampled"])).sum() == sum(
        cell is None for cell in result.correlations["sampled"]
    )


def test_what_does_not_exist_is_refused_with_what_comes_near(result: cs.Result) -> None:
    with pytest.raises(cs.UsageError, match="did you mean `std_error`"):
        result.summary["std_eror"]
    with pytest.raises(cs.UsageError, match="the tables are summary"):
        result.table("summery")
    with pytest.raises(TypeError, match="by its name"):
        result.summary[0]  # type: ignore[index]
    with pytest.raises(AttributeError, match="did you mean `microsoft_take_pv`"):
        result["amended-2026"].microsoft_take_vp  # noqa: B018


def test_tables_show_themselves(result: cs.Result) -> None:
    shown = result.summary._repr_html_()
    assert shown.count("<tr>") == 21 and "amended-2026" in shown and "more rows" in shown
    assert repr(result.summary) == f"<table summary: {len(result.summary)} rows × 24 columns>"
    # Text from a scenario is text, whatever it looks like.
    scenario = cs.examples.minimal.set({"segment.all.growth": {"value": 0.4, "note": "<script>alert(1)</script>"}})
    assert "<script>" not in scenario.run(paths=64).inputs._repr_html_()
    assert "&lt;script&gt;" in scenario.run(paths=64).inputs._repr_html_()


def test_metrics_are_rows_of_the_summary(result: cs.Result) -> None:
    for row in result.summary:
        metric = result[row["deal"]][row["metric"]]
        for column in ("mean", "std_error", "std_dev", "min", "max", "es05", "es95", "low95", "high95"):
            assert bits(getattr(metric, column)) == bits(row[column]), (row["deal"], row["metric"], column)
        assert (metric.paths, metric.undefined, metric.unit) == (row["paths"], row["undefined"], row["unit"])
        assert bits(metric.quantile(0.95)) == bits(row["p95"])
    take = result["amended-2026"].microsoft_take_pv
    assert take.quantile([0.05, 0.5]) == [take.quantile(0.05), take.quantile(0.5)]
    assert abs(take.probability_below(take.quantile(0.3)) - 0.3) < 0.005
    assert (take.probability_below(take.min), take.probability_below(1e9)) == (0.0, 1.0)
    gained = result.difference("prior-2025", "amended-2026").share_pv
    assert gained.deal == "prior-2025 - amended-2026"
    for q in (-0.1, 1.1, float("nan")):
        with pytest.raises(cs.UsageError, match="a probability from 0 to 1"):
            take.quantile(q)
    with pytest.raises(TypeError, match="not by bool"):
        take.quantile(True)
    with pytest.raises(TypeError, match="not by str"):
        take.quantile("0.5")  # type: ignore[call-overload]
    with pytest.raises(cs.UsageError, match="differences are taken from the first deal"):
        result["amended-2026 - prior-2025"]
    with pytest.raises(cs.UsageError, match="did you mean `prior-2025`"):
        result["prior-2026"]


def test_a_probability_below_counts_the_paths(result: cs.Result) -> None:
    take = numpy.sort(
        [row for row in result.draws(columns="microsoft_take_pv").to_polars().filter(polars.col("deal") == "amended-2026")["microsoft_take_pv"]]
    )
    metric = result["amended-2026"].microsoft_take_pv
    for x in (50.0, 150.0, 400.0):
        low, high = (numpy.searchsorted(take, x * factor) / len(take) for factor in (0.9995, 1.0005))
        assert low <= metric.probability_below(x) <= high


def test_sobol_sampling_is_that_of_the_program(tmp_path: Path) -> None:
    run = cs.examples.minimal.run(paths=8_192, seed=3, sampling="sobol")
    assert run.manifest["run"]["sampling"]["method"] == "sobol"
    run.save(tmp_path / "here")
    (tmp_path / "minimal.toml").write_text(cs.examples.minimal.to_toml())
    program("run", "minimal.toml", "-n", "8192", "-s", "3", "--sampling", "sobol", "-q", "-o", "there", cwd=tmp_path)
    assert (tmp_path / "here" / "summary.csv").read_bytes() == (tmp_path / "there" / "summary.csv").read_bytes()
    with pytest.raises(cs.CapstakeError, match="there is no sampling"):
        cs.examples.minimal.run(paths=100, sampling="sobel")


def test_shown_numbers_have_six_digits(result: cs.Result) -> None:
    mean = result.summary["mean"][0]
    assert f'<td style="text-align:right">{mean:.6g}</td>' in result.summary._repr_html_()
