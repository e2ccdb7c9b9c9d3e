"""Every refusal of the program is an exception with the same screen."""

from __future__ import annotations

import datetime
import decimal
import json
import pickle
import shlex
import shutil
from pathlib import Path

import numpy
import pytest

import capstake as cs
from capstake._distributions import toml

from conftest import CONFIGS, TOP, program

PROBLEMS = TOP / "tests" / "program" / "problems"
CHECKED = {}
for file in sorted(PROBLEMS.glob("*.toml")):
    line = shlex.split(file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# "))
    if line[:2] == ["capstake", "check"]:
        CHECKED[file.stem] = line[2:]


def raised(here: Path, words: list[str], monkeypatch: pytest.MonkeyPatch) -> cs.CapstakeError:
    monkeypatch.chdir(here)
    flags = [words[at + 1] for at, word in enumerate(words) if word == "--set"]
    with pytest.raises(cs.CapstakeError) as found:
        scenario = cs.Scenario(cs.Scenario.load(words[0])._native.set(flags))
        # Some are of the run.
        scenario.check().cost()
        raise AssertionError("the program refuses it")
    return found.value


def test_there_are_many_screens() -> None:
    assert len(CHECKED) > 60


@pytest.mark.parametrize("code", CHECKED)
def test_screens_are_the_programs(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(PROBLEMS / f"{code}.toml", tmp_path)
    shutil.copy(PROBLEMS / "growth.csv", tmp_path)
    shutil.copy(CONFIGS / "minimal.toml", tmp_path / f"{code}-base.toml")
    ended = program("check", *CHECKED[code], cwd=tmp_path, check=False)
    if ended.returncode == 0:
        # A warning.
        monkeypatch.chdir(tmp_path)
        words = CHECKED[code]
        flags = [words[at + 1] for at, word in enumerate(words) if word == "--set"]
        check = cs.Scenario(cs.Scenario.load(words[0])._native.set(flags)).check()
        assert check.screen == ended.stderr and code in {problem.code for problem in check.warnings}
        return
    error = raised(tmp_path, CHECKED[code], monkeypatch)
    # Warnings of a scenario that is fine otherwise stand above what a run of it is refused for.
    assert ended.stderr.rstrip().endswith(str(error)), (ended.stderr, str(error))
    assert error.exit_code == ended.returncode
    assert error.code == code or code in str(error)
    if isinstance(error, cs.ScenarioError):
        assert isinstance(error, ValueError) and error.problems
        first = error.problems[0]
        assert first.message in str(error) and first.severity == "error"


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(CONFIGS / "base.toml", tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'name = "caf\xe9"\n')
    (tmp_path / "empty.toml").write_bytes(b"")
    for name in ("bse.toml", "nowhere/base.toml", ".", "latin.toml", "empty.toml"):
        ended = program("check", name, cwd=tmp_path, check=False)
        with pytest.raises(cs.ScenarioError) as found:
            cs.Scenario.load(name)
        assert str(found.value) == ended.stderr.rstrip() and found.value.exit_code == ended.returncode == 3


def test_problems_have_their_place() -> None:
    text = (CONFIGS / "minimal.toml").read_text(encoding="utf-8").replace("cap_usd_bn", "cap_usd_nb")
    with pytest.raises(cs.ScenarioError) as found:
        cs.Scenario.parse(text, name="mine.toml")
    problem = found.value.problems[0]
    assert (problem.code, problem.file) == ("S101", "mine.toml")
    assert "cap_usd_nb" in text.splitlines()[problem.line - 1]
    assert problem.help is not None and "did you mean" in problem.help and found.value.help == [problem.help]
    assert repr(problem).startswith(f"mine.toml:{problem.line}:{problem.column}: error[S101]")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), -1, "60bn", True])
def test_values_that_cannot_be_are_refused_by_the_program(value: object, base: cs.Scenario, tmp_path: Path) -> None:
    flag = f"deal.amended-2026.cap_usd_bn={toml(value, 'key')}"
    ended = program("check", CONFIGS / "base.toml", "--set", flag, cwd=tmp_path, check=False)
    with pytest.raises(cs.ScenarioError) as found:
        base.set({"deal.amended-2026.cap_usd_bn": value})
    assert str(found.value) == ended.stderr.rstrip() and ended.returncode == 4


def test_values_become_toml() -> None:
    pairs = [
        (60, "60"),
        (0.1, "0.1"),
        (1e300, "1.0e300"),
        (1.5e-9, "1.5e-9"),
        (numpy.float64(0.25), "0.25"),
        (numpy.int64(7), "7"),
        (numpy.array([1.0, 2.0]), "[1.0, 2.0]"),
        (decimal.Decimal("0.1"), "0.1"),
        (True, "true"),
        (None, "none"),
        ('a "b"\\\n\x1b', '"a \\"b\\"\\\\\\n\\u001b"'),
        (datetime.date(2030, 12, 31), "2030-12-31"),
        (datetime.datetime(2030, 12, 31), "2030-12-31"),
        ({"value": 1, "note": "x y"}, '{ value = 1, note = "x y" }'),
        (cs.uniform(0.08, 0.12), '{ dist = "uniform", low = 0.08, high = 0.12 }'),
        (cs.lognormal(mean=3, sd=1, max=9), '{ dist = "lognormal", mean = 3, sd = 1, max = 9 }'),
    ]
    for value, text in pairs:
        assert toml(value, "key") == text
    assert repr(cs.student_t(5, 0.04, 0.02)) == "student_t(df=5, mean=0.04, scale=0.02)"
    with pytest.raises(TypeError, match="`a.b` takes a number.*not object"):
        toml(object(), "a.b")
    with pytest.raises(TypeError, match="a date, not a time of day"):
        toml(datetime.datetime(2030, 1, 1, 12), "a")


def test_every_family_is_read(base: cs.Scenario) -> None:
    laws = [
        cs.uniform(0.08, 0.12),
        cs.triangular(0.05, 0.1, 0.2),
        cs.pert(0.05, 0.1, 0.2, weight=6),
        cs.normal(0.1, 0.01),
        cs.lognormal(0.1, 0.2),
        cs.student_t(5, 0.1, 0.01),
        cs.beta(2, 5, low=0.05, high=0.3),
        cs.discrete([0.08, 0.1], [1, 3]),
        cs.quantiles(p10=0.085, p50=0.105, p90=0.13, lower=0.03, upper=0.5),
    ]
    for law in laws:
        number = base.set({"discount.share": law})["discount.share"]
        assert isinstance(number, cs.Number) and number.value is None and number.origin == "set"
        assert number.distribution is not None and number.mean is not None and 0.05 < number.mean < 0.2


def test_a_csv_file_is_found_beside_the_scenario(here: Path) -> None:
    (here / "rates.csv").write_text("rate\n0.08\n0.1\n", encoding="utf-8")
    scenario = cs.Scenario.load(here / "base.toml").set({"discount.share": cs.empirical("rates.csv", "rate")})
    drawn = set(scenario.run(paths=200).draws(columns="discount.share").to_polars()["discount.share"])
    assert drawn == {0.08, 0.1}


def test_what_is_not_a_scenario_or_a_key(base: cs.Scenario) -> None:
    with pytest.raises(TypeError, match="made by Scenario.load"):
        cs.Scenario("base.toml")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not from bytes"):
        cs.Scenario.parse(b"x")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a dict of keys"):
        base.set([("a", 1)])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a key is text"):
        base.set({3: 1})  # type: ignore[dict-item]
    with pytest.raises(cs.UsageError, match="write the full key: deal.amended-2026.cap_usd_bn"):
        base["cap_usd_bn"]
    with pytest.raises(cs.ScenarioError, match="deal.amended-2026.cap_usd_bn"):
        base.set({"cap": 60})
    for paths, error in [("1e6", TypeError), (True, TypeError), (1.5, ValueError), (-1, ValueError), (0, cs.UsageError), (1e12, cs.UsageError)]:
        with pytest.raises(error):
            base.run(paths=paths)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="from 1 to 1024"):
        base.run(paths=100, threads=0)
    with pytest.raises(ValueError, match="`progress` is one of"):
        base.run(paths=100, progress="fast")  # type: ignore[arg-type]


def test_a_path_that_is_not_finite_is_named() -> None:
    text = (PROBLEMS / "S901.toml").read_text(encoding="utf-8")
    scenario = cs.Scenario.parse(text, name="S901.toml")
    with pytest.raises(cs.NotFiniteError) as found:
        scenario.run(paths=1_000, seed=7)
    error = found.value
    assert error.code == "S901" and error.exit_code == 5 and error.paths and isinstance(error, ArithmeticError)
    assert f"{error.paths[0]}" in str(error)


def test_exceptions_travel_between_processes(base: cs.Scenario) -> None:
    with pytest.raises(cs.ScenarioError) as found:
        base.set({"deal.amended-2026.cap_usd_bn": -1})
    again = pickle.loads(pickle.dumps(found.value))
    assert type(again) is cs.ScenarioError and str(again) == str(found.value)
    assert (again.code, again.exit_code) == (found.value.code, 4)


def test_what_is_not_pickled_says_what_is(base: cs.Scenario, result: cs.Result) -> None:
    for one, words in [(result, "save\\(\\) writes a folder"), (result.summary, "to_pandas"), (result.draws(), "to_pandas")]:
        with pytest.raises(TypeError, match=words):
            pickle.dumps(one)


def test_a_file_that_cannot_be_written_is_named(result: cs.Result, tmp_path: Path) -> None:
    for write in (result.to_html, result.to_excel, result.plot().save):
        with pytest.raises(cs.OutputError, match="missing/it` cannot be written: No such file"):
            write(tmp_path / "missing" / "it")
        with pytest.raises(TypeError):
            write(3)  # type: ignore[arg-type]


def test_numbers_say_where_they_are_from(base: cs.Scenario) -> None:
    cap60 = base.set({"deal.amended-2026.cap_usd_bn": 60})
    number = cap60["deal.amended-2026.cap_usd_bn"]
    assert repr(number) == "Number(value=60.0, unit='usd_bn', source=None, origin='set')"
    assert base["deal.amended-2026.cap_usd_bn"].source == "information-38"  # type: ignore[union-attr]
    assert cap60 != base and base == cs.Scenario.load(CONFIGS / "base.toml")
    assert cs.Scenario.parse(cap60.to_toml()) == cap60
    # Settings add up, and the last one counts.
    assert cap60.set({"deal.amended-2026.cap_usd_bn": 70})["deal.amended-2026.cap_usd_bn"].value == 70.0  # type: ignore[union-attr]
    mine = base.set({"deal.mine.like": "amended-2026", "deal.mine.cap_usd_bn": None})
    assert mine.deals == ["amended-2026", "prior-2025", "mine"]


def test_a_check_has_warnings_assumptions_absences_and_costs(base: cs.Scenario) -> None:
    check = base.check()
    assert check.problems == [] and check.absent and len(check.assumptions) > 50
    cost = check.cost(paths=1e6, threads=2)
    assert cost.paths == 1_000_000 and cost.threads == 2 and cost.seconds > 0 and cost.disk_bytes > 1e6
    warned = cs.examples.minimal.set({"deal.capped.rate": 0.9}).check()
    assert all(problem.severity in ("warning", "note") for problem in warned.warnings)


def test_dates_of_numpy_are_dates(base: cs.Scenario) -> None:
    for unit in ("D", "s", "ns"):
        assert toml(numpy.datetime64("2030-12-31", unit), "key") == "2030-12-31"
    assert toml(numpy.array(["2030-12-31"], dtype="datetime64[ns]")[0], "key") == "2030-12-31"
    for value in (numpy.datetime64("2030-12-31T12:00", "ns"), numpy.datetime64("NaT", "D")):
        with pytest.raises(TypeError, match="a date, not a time of day"):
            toml(value, "key")
    for value in (numpy.timedelta64(5, "ns"), numpy.timedelta64(5, "D"), __import__("pandas").NaT):
        with pytest.raises(TypeError, match="`key` takes"):
            toml(value, "key")


def test_a_table_of_the_scenario_is_no_value(base: cs.Scenario) -> None:
    with pytest.raises(cs.UsageError, match="write the full key: deal.amended-2026.base, ") as found:
        base["deal.amended-2026"]
    assert "prior-2025" not in str(found.value)
    with pytest.raises(cs.UsageError, match="scenario.keys\\(\\)"):
        base[""]


def test_wrong_types_name_the_argument(base: cs.Scenario, result: cs.Result, tmp_path: Path) -> None:
    calls = {
        "`sampling` is text, not int": lambda: base.run(paths=64, sampling=3),  # type: ignore[arg-type]
        "`draws` is text, not bool": lambda: result.save(tmp_path / "out", draws=True),  # type: ignore[arg-type]
        "`force` is True or False, not int": lambda: result.save(tmp_path / "out", force=1),  # type: ignore[arg-type]
        "`name` is text, not int": lambda: result.table(3),  # type: ignore[arg-type]
        "`name` is text, not NoneType": lambda: result.plot(None),  # type: ignore[arg-type]
        "`word` is text, not int": lambda: cs.explain(3),  # type: ignore[arg-type]
        "`width` is a whole number": lambda: result.screen("wide"),  # type: ignore[arg-type]
        "`columns` is a list of names, not bytes": lambda: result.draws(columns=b"share_pv"),  # type: ignore[arg-type]
        "below a number, not below str": lambda: result["amended-2026"].share_pv.probability_below("3"),  # type: ignore[arg-type]
    }
    for words, call in calls.items():
        with pytest.raises(TypeError, match=words):
            call()


def test_seeds_are_words_of_64_bits(base: cs.Scenario) -> None:
    for seed in (0, 2**64 - 1):
        run = base.run(paths=100, seed=seed)
        assert run.seed == seed and run.manifest["run"]["seed"] == str(seed) and run.command.endswith(f"-s {seed}")
    with pytest.raises(ValueError, match="`seed` is below 2\\*\\*64"):
        base.run(paths=100, seed=2**64)
    with pytest.raises(ValueError, match="`seed` is 0 or more"):
        base.run(paths=100, seed=-1)


def test_any_text_reads_back(base: cs.Scenario) -> None:
    for text in ("\x7f\x00\x1f\t", "quote \" and \\ and '", "é 漢 \U0001f600", "\u2028\u0085"):
        named = base.set({"description": text})
        assert cs.Scenario.parse(named.to_toml())["description"] == named["description"]
        # Escapes of TOML and JSON are the same but for DEL, which JSON leaves as it is.
        assert json.loads(toml(text, "key"), strict=False) == text
    assert toml("\x7f", "key") == '"\\u007f"'
