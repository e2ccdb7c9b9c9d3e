"""A results folder that either made opens in the other."""

from __future__ import annotations

import filecmp
import json
from pathlib import Path

import pytest

import capstake as cs

from conftest import CONFIGS, program

DECIDED = ["summary.csv", "quantiles.csv", "annual.csv", "histogram.csv", "inputs.csv", "correlations.csv", "events.csv", "sample_paths.csv", "bridge.csv", "origins.csv", "state.capstake"]


@pytest.mark.parametrize("paths", [10_000, 8_192, 100])
def test_a_saved_run_is_a_folder_of_the_program(paths: int, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here)
    program("run", "base.toml", "-n", paths, "-o", "theirs", "-q", cwd=here)
    result = cs.Scenario.load("base.toml").run(paths=paths)
    result.save("ours")
    for name in DECIDED:
        assert filecmp.cmp(here / "ours" / name, here / "theirs" / name, shallow=False), name
    assert sorted(file.name for file in (here / "ours").iterdir() if not file.name.startswith(".")) == sorted(
        file.name for file in (here / "theirs").iterdir() if not file.name.startswith(".")
    )
    ended = program("verify", "ours", cwd=here)
    assert "is what a run of" in ended.stderr
    ours, theirs = (json.loads((here / folder / "manifest.json").read_text()) for folder in ("ours", "theirs"))
    assert ours["run"]["wall_seconds"] == result.seconds
    for manifest in (ours, theirs):
        for key in ("started", "wall_seconds", "paths_per_second", "threads"):
            del manifest["run"][key]
        # Both files are dated.
        manifest["files"] = [file for file in manifest["files"] if file["name"] not in ("report.html", "results.xlsx")]
    assert ours == theirs
    assert result.command == f"capstake run base.toml -n {paths} -s 1"


def test_a_folder_of_the_program_opens(here: Path) -> None:
    program("run", "base.toml", "-n", "9000", "-s", "7", "--set", "deal.amended-2026.cap_usd_bn=60", "-o", "out", "-q", cwd=here)
    found = cs.open(here / "out")
    assert isinstance(found, cs.Result) and found.complete and (found.paths_done, found.seed) == (9_000, 7)
    own = cs.Scenario.load(here / "base.toml").set({"deal.amended-2026.cap_usd_bn": 60}).run(paths=9_000, seed=7)
    for table in ("summary", "annual", "inputs", "events"):
        assert found.table(table).rows() == own.table(table).rows()
    assert found.draws(paths=50).to_polars().equals(own.draws(paths=50).to_polars())
    assert found.scenario == own.scenario
    found.verify()
    assert found.extend(paths=12_000).summary.rows() == own.extend(paths=12_000).summary.rows()


def test_verify_finds_what_was_changed(here: Path) -> None:
    result = cs.Scenario.load(here / "base.toml").run(paths=5_000)
    result.verify()
    result.save(here / "out", formats="csv")
    summary = here / "out" / "summary.csv"
    summary.write_text(summary.read_text().replace("microsoft_take_pv", "microsoft_take_vp", 1))
    with pytest.raises(cs.MismatchError, match="summary.csv") as found:
        cs.open(here / "out").verify()  # type: ignore[union-attr]
    assert found.value.exit_code == 7 and found.value.code == "S809"


def test_a_stopped_run_goes_on_in_the_program(here: Path) -> None:
    scenario = cs.Scenario.load(here / "base.toml")

    def stop(progress: cs.Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(cs.Interrupted) as found:
        scenario.run(paths=150_000, threads=1, progress=stop)
    partial = found.value.partial
    assert isinstance(partial, cs.Result) and not partial.complete
    partial.save(here / "out", formats="csv")
    assert json.loads((here / "out" / "manifest.json").read_text())["status"] == "partial"
    opened = cs.open(here / "out")
    assert isinstance(opened, cs.Result) and opened.paths_done == partial.paths_done and not opened.complete
    assert opened.summary.rows() == partial.summary.rows()
    assert partial.extend(paths=150_000).summary.rows() == scenario.run(paths=150_000).summary.rows()
    program("resume", "out", "-q", cwd=here)
    whole = cs.open(here / "out")
    assert isinstance(whole, cs.Result) and whole.complete
    assert whole.summary.rows() == scenario.run(paths=150_000).summary.rows()


def test_draws_and_flows_are_saved_too(here: Path, result: cs.Result) -> None:
    result.save(here / "out", formats="csv", draws="csv", series=["payments"])
    program("run", CONFIGS / "base.toml", "-n", "10000", "--draws", "csv", "--series", "payments", "--formats", "csv", "-o", "theirs", "-q", cwd=here)
    for name in ("draws.csv", "paths.csv", *DECIDED):
        assert filecmp.cmp(here / "out" / name, here / "theirs" / name, shallow=False), name


def test_what_is_in_the_way_is_not_touched(here: Path, result: cs.Result) -> None:
    (here / "letters").mkdir()
    (here / "letters" / "to-anna.txt").write_text("Dear Anna")
    with pytest.raises(cs.OutputError) as found:
        result.save(here / "letters", force=True)
    assert isinstance(found.value, OSError) and found.value.code == "S801" and "to-anna" not in str(found.value)
    result.save(here / "out", formats="csv")
    other = cs.Scenario.load(here / "base.toml").run(paths=5_000)
    with pytest.raises(cs.OutputError) as refused:
        other.save(here / "out", formats="csv")
    assert refused.value.code == "S802"
    other.save(here / "out", formats="csv", force=True)
    with pytest.raises(cs.UsageError, match="the formats are csv, xlsx and html"):
        result.save(here / "more", formats=["pdf"])
    with pytest.raises(cs.UsageError, match="draws"):
        result.save(here / "more", series=["payments"])


def test_what_is_no_folder_of_results(here: Path) -> None:
    with pytest.raises(cs.ScenarioError, match="there is no folder"):
        cs.open(here / "nowhere")
    (here / "empty").mkdir()
    with pytest.raises(cs.ScenarioError, match="is not a results folder"):
        cs.open(here / "empty")
    program("run", "base.toml", "-n", "20000", "--shard", "1/2", "-o", "part", "-q", cwd=here)
    with pytest.raises(cs.UsageError, match="holds part 1/2 of a run"):
        cs.open(here / "part")
    program("run", "base.toml", "-n", "5000", "--checkpoint", "none", "-o", "bare", "-q", cwd=here)
    with pytest.raises(cs.MismatchError, match="has no state.capstake"):
        cs.open(here / "bare")


def test_states_of_two_runs_do_not_go_together(here: Path) -> None:
    program("run", "base.toml", "-n", "5000", "-o", "one", "-q", cwd=here)
    program("run", "base.toml", "-n", "5000", "-s", "2", "-o", "two", "-q", cwd=here)
    (here / "one" / "state.capstake").write_bytes((here / "two" / "state.capstake").read_bytes())
    with pytest.raises(cs.MismatchError, match="is the state of another run") as found:
        cs.open(here / "one")
    assert found.value.code == "S807"


def test_page_workbook_and_figures(here: Path, result: cs.Result) -> None:
    import zipfile

    result.to_html(here / "page.html")
    assert (here / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    result.to_excel(here / "book.xlsx")
    assert "xl/workbook.xml" in zipfile.ZipFile(here / "book.xlsx").namelist()
    figure = result.plot()
    assert figure._repr_svg_().startswith("<svg") and figure.svg == result.plot.distribution().svg
    assert "parts-1" in result.plot.names
    result.plot("parts-1").save(here / "parts.svg")
    program("run", "base.toml", "-n", "10000", "-o", "out", "-q", cwd=here)
    program("report", "out", "--picture", "parts-1.svg", "-q", cwd=here)
    # The title names the file that was run; both are base.toml.
    assert (here / "parts.svg").read_text() == (here / "parts-1.svg").read_text()
    with pytest.raises(cs.UsageError, match="there is no figure `part-1`"):
        result.plot("part-1")
    assert "Microsoft’s take is worth about" in str(result) and "<pre>" in result._repr_html_()
    assert program("report", "out", "-q", cwd=here).returncode == 0


def test_relative_paths_stay_where_they_were(here: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    rates = "rate\n0.08\n0.1\n"
    (here / "rates.csv").write_text(rates, encoding="utf-8")
    # Another file of that name is not taken for it.
    (elsewhere / "rates.csv").write_text("rate\n0.2\n0.3\n", encoding="utf-8")
    monkeypatch.chdir(here)
    scenario = cs.Scenario.load("base.toml").set({"discount.share": cs.empirical("rates.csv", "rate")})
    result = scenario.run(paths=5_000, progress=None)
    result.save("out")
    opened = cs.open("out")
    study = scenario.ipo(paths=500)
    study.save("study")
    of_study = cs.open("study")
    assert isinstance(opened, cs.Result) and isinstance(of_study, cs.Study)
    monkeypatch.chdir(elsewhere)
    changed = scenario.set({"deal.amended-2026.cap_usd_bn": 60})
    assert set(changed.run(paths=200).draws(columns="discount.share").to_polars()["discount.share"]) == {0.08, 0.1}
    assert cs.Scenario.parse(scenario.to_toml()) == scenario
    assert scenario.sweep({"deal.amended-2026.cap_usd_bn": [10, 60]}, paths=500).complete
    assert result.manifest["scenario"]["empirical_files"][0]["path"] == str(here / "rates.csv")
    result.save("again")
    for folder in ("again", here / "out"):
        found = cs.open(folder)
        assert isinstance(found, cs.Result)
        found.verify()
        # What was opened is a scenario like any other.
        assert found.scenario == scenario
        assert found.scenario.set({"deal.amended-2026.cap_usd_bn": 60}) == changed
        assert cs.compare({"a": found.scenario, "b": changed}, paths=500).complete
    opened.verify()
    of_study.save("study")
    assert (elsewhere / "study" / "manifest.json").exists()
