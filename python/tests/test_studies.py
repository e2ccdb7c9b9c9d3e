"""Studies give the tables of the program's commands."""

from __future__ import annotations

from pathlib import Path

import pytest

import capstake as cs

from conftest import CONFIGS, cells, program, same_column

KEY = "deal.amended-2026.cap_usd_bn"
NEUTRAL = "prior-2025 - amended-2026.microsoft_take_pv.mean=0"

STUDIES = {
    "bridge": (lambda sc: sc.bridge(paths=5_000), ["bridge", "-n", "5000"]),
    "bridge-back": (
        lambda sc: sc.bridge(start="amended-2026", end="prior-2025", metrics="share_pv", order=["share"], paths=5_000),
        ["bridge", "-n", "5000", "--from", "amended-2026", "--to", "prior-2025", "--metric", "share_pv", "--order", "share"],
    ),
    "sweep": (lambda sc: sc.sweep({KEY: range(0, 81, 20)}, paths=5_000), ["sweep", "-n", "5000", "--vary", f"{KEY}=0:80:5"]),
    "solve": (
        lambda sc: sc.solve(KEY, between=(10, 120), target=NEUTRAL, paths=5_000),
        ["solve", "-n", "5000", "--vary", f"{KEY}=10:120", "--target", NEUTRAL],
    ),
    "tornado": (
        lambda sc: sc.sensitivity("microsoft_take_pv", method="tornado", paths=5_000),
        ["sensitivity", "-n", "5000", "--metric", "microsoft_take_pv"],
    ),
    "sobol": (
        lambda sc: sc.sensitivity(method="sobol", by="kind", paths=2_048),
        ["sensitivity", "-n", "2048", "--method", "sobol", "--by", "kind"],
    ),
    "ipo": (lambda sc: sc.ipo(paths=5_000), ["ipo", "-n", "5000"]),
}


@pytest.mark.parametrize("name", STUDIES)
def test_tables_are_the_programs(name: str, base: cs.Scenario, tmp_path: Path) -> None:
    ask, (command, *words) = STUDIES[name]
    study = ask(base)
    program(command, CONFIGS / "base.toml", *words, "-o", "out", "-q", cwd=tmp_path)
    assert study.complete and study.name == command and study.sentences
    for table in study.tables:
        header, rows = cells(tmp_path / "out" / f"{table}.csv")
        own = study[table]
        assert own.columns == header and len(own) == len(rows)
        for at, column in enumerate(header):
            stored, read = [row[at] for row in rows], own[column].to_list()
            if own[column].type == "string":
                # A column with words in some cells has all its cells as text.
                assert [cell.removeprefix("'") for cell in stored] == read, (table, column)
            else:
                assert same_column(stored, [None if cell is None else float(cell) for cell in read]), (table, column)
    saved = tmp_path / "saved"
    study.save(saved)
    opened = cs.open(saved)
    assert isinstance(opened, cs.Study) and opened.sentences == study.sentences
    assert (saved / "report.html").exists() and (saved / "results.xlsx").exists()
    with pytest.raises(cs.OutputError, match="is not empty"):
        study.save(saved)


def test_scenarios_are_compared_under_their_names(base: cs.Scenario, tmp_path: Path) -> None:
    study = cs.compare({"as is": base, "cap 60": base.set({KEY: 60})}, paths=5_000)
    assert "cap 60" in repr(study) and "as is" in study["changes"].columns
    program("compare", CONFIGS / "base.toml", "--with", f"{KEY}=60", "-n", "5000", "-o", "out", "-q", cwd=tmp_path)
    _, rows = cells(tmp_path / "out" / "compare.csv")
    own = study["compare"].rows()
    assert len(own) == len(rows)
    header, _ = cells(tmp_path / "out" / "compare.csv")
    at = header.index("mean")
    assert [row["mean"] for row in own] == [float(row[at]) if row[at] else None for row in rows]
    with pytest.raises(TypeError, match="a dict of names and scenarios"):
        cs.compare([base, base])  # type: ignore[arg-type]
    with pytest.raises(cs.UsageError, match="nothing to compare it with"):
        cs.compare({"as is": base})


def test_a_scenario_that_was_changed_is_asked_as_it_is(base: cs.Scenario) -> None:
    text = cs.examples.texts()["base"]
    changed = cs.Scenario.parse(text, name="mine.toml").set({KEY: 60, "discount.share": cs.uniform(0.08, 0.12)})
    study = changed.sweep({KEY: [60, 70]}, metrics="amended-2026.microsoft_take_pv", paths=5_000)
    assert study["sweep"].rows()[0]["mean"] == changed.run(paths=5_000)["amended-2026"].microsoft_take_pv.mean


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda sc: sc.bridge(start="prior-2024"), "did you mean `prior-2025`"),
        (lambda sc: sc.bridge(metrics="share_vp"), "did you mean `share_pv`"),
        (lambda sc: sc.sweep({"deal.amended-2026.cap_usd": [1, 2]}), "cap_usd"),
        (lambda sc: sc.sweep({KEY: [-1]}), "cap_usd_bn"),
        (lambda sc: sc.solve(KEY, between=(10, 20), target=NEUTRAL, paths=2_000), "solve|target|value"),
        (lambda sc: sc.sensitivity(method="guess"), "guess"),
        (lambda sc: sc.sensitivity(method="sobol", by="input", paths=1_000), "--method shapley"),
        (lambda sc: sc.ipo(paths=0), "at least one path"),
    ],
)
def test_refusals_are_the_programs(base: cs.Scenario, ask: object, words: str) -> None:
    with pytest.raises((cs.UsageError, cs.ScenarioError), match=words) as found:
        ask(base)  # type: ignore[operator]
    assert found.value.exit_code in (2, 4)


def test_wrong_types_of_studies(base: cs.Scenario) -> None:
    with pytest.raises(TypeError, match="a dict of keys and their values"):
        base.sweep([KEY])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="`between` is the lowest and the highest"):
        base.solve(KEY, between=10, target=NEUTRAL)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="`metrics` is a list of names"):
        base.bridge(metrics=3)  # type: ignore[arg-type]


def test_a_path_is_replayed(base: cs.Scenario, tmp_path: Path) -> None:
    ended = program("replay", CONFIGS / "base.toml", "--path", "48231", "--csv", cwd=tmp_path)
    (tmp_path / "path.csv").write_text(ended.stdout)
    header, rows = cells(tmp_path / "path.csv")
    own = base.replay(48_231)
    assert own.columns == header
    for at, column in enumerate(header):
        assert same_column([row[at] for row in rows], own[column].to_list()), column


def test_wrong_types_of_studies_name_the_argument(base: cs.Scenario) -> None:
    calls = {
        "`start` is text, not int": lambda: base.bridge(start=3),  # type: ignore[arg-type]
        "`end` is text": lambda: base.bridge(end=b"x"),  # type: ignore[arg-type]
        "`clauses` is a dict such as": lambda: base.bridge(clauses=["cap"]),  # type: ignore[arg-type]
        "`pairs` is a dict such as": lambda: cs.compare({"a": base, "b": base}, pairs=["x"]),  # type: ignore[arg-type]
        "a list of values for `discount.share`, not float": lambda: base.sweep({"discount.share": 0.1}),  # type: ignore[dict-item]
        "a list of values for `discount.share`, not str": lambda: base.sweep({"discount.share": "0.1"}),  # type: ignore[dict-item]
        "a key of values` is text, not int": lambda: base.sweep({3: [1, 2]}),  # type: ignore[dict-item]
        "`key` is text, not int": lambda: base.solve(3, between=(1, 2), target=NEUTRAL),  # type: ignore[arg-type]
        "`target` is text": lambda: base.solve(KEY, between=(1, 2), target=3),  # type: ignore[arg-type]
        "lowest and the highest": lambda: base.solve(KEY, between="12", target=NEUTRAL),  # type: ignore[arg-type]
        "`method` is text": lambda: base.sensitivity(method=3),  # type: ignore[arg-type]
        "`by` is text": lambda: base.sensitivity(by=3),  # type: ignore[arg-type]
        "ipo\\(\\) takes paths, seed, threads, progress, sampling, precision, on, store, parts .*not path$": lambda: base.ipo(path=1e5),  # type: ignore[call-arg]
    }
    for words, call in calls.items():
        with pytest.raises(TypeError, match=words):
            call()
    for ask in (lambda: base.sweep({}), lambda: base.sweep({KEY: []}), lambda: cs.compare({}), lambda: cs.compare({"": base, "b": base})):
        with pytest.raises(ValueError, match="takes"):
            ask()


def test_no_value_is_taken_for_an_option(base: cs.Scenario) -> None:
    for ask in (
        lambda: base.bridge(start="--help"),
        lambda: base.bridge(metrics="-h"),
        lambda: base.bridge(order="--quiet"),
        lambda: base.solve(KEY, between=(-2, -1), target="--help"),
        lambda: base.sweep({"--help": [1, 2]}),
    ):
        with pytest.raises(cs.CapstakeError) as found:
            ask()
        assert "unexpected" not in str(found.value) and "but none was supplied" not in str(found.value), str(found.value)
    assert cs.Scenario.parse(cs.examples.texts()["base"], name="").ipo(paths=500).complete


def test_seed_and_threads_reach_a_study(base: cs.Scenario) -> None:
    study = base.sweep({KEY: [60, 70]}, metrics="amended-2026.microsoft_take_pv", paths=5_000, seed=2**64 - 1, threads=3)
    assert (study.manifest["run"]["seed"], study.manifest["run"]["threads"]) == (str(2**64 - 1), 3)
    expected = base.set({KEY: 60}).run(paths=5_000, seed=2**64 - 1)["amended-2026"].microsoft_take_pv.mean
    assert study["sweep"].rows()[0]["mean"] == expected
