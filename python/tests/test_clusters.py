"""Work on many machines: parts merge in any grouping, and whatever happens to workers there is one digest, or a refusal by name."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pickle
import random
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import capstake as cs
from capstake import _capstake
from capstake._driver import of_setup, without
from capstake._parts import StudySpec, fold, work

from conftest import CONFIGS, TOP, cells, program, scenario

PATHS = 60_000
CAP = "deal.amended-2026.cap_usd_bn"

needs_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed")
needs_dask = pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="Dask is not installed")


def digest(result: cs.Result) -> str:
    """Of every table of a run."""
    rows = [repr(result.table(name).rows()) for name in ("summary", "quantiles", "annual", "histogram", "events", "sample_paths")]
    return hashlib.sha256("".join(rows).encode()).hexdigest()[:16]


def answer(study: cs.Study) -> str:
    """Of every table and sentence of a study."""
    said = repr([study.sentences, study.warnings, [study[name].rows() for name in study.tables]])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


@pytest.fixture(scope="module")
def whole(base: cs.Scenario) -> str:
    return digest(base.run(paths=PATHS, progress=None))


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield pool


class Here:
    """An executor in this thread, whose work may be spoilt on its way."""

    def __init__(self, spoil: Callable[[int, Any], Any] = lambda _, value: value) -> None:
        self.spoil = spoil
        self.calls = 0

    def submit(self, fn: Callable[..., Any], *args: Any) -> Future[Any]:
        self.calls += 1
        future: Future[Any] = Future()
        try:
            args = pickle.loads(pickle.dumps(args))
            future.set_result(self.spoil(self.calls, fn(*args)))
        except BaseException as error:
            future.set_exception(error)
        return future


# Parts


def test_parts_merge_in_any_grouping(base: cs.Scenario, whole: str) -> None:
    parts = base.parts(paths=PATHS, parts=5)
    assert [part.paths for part in parts][0].start == 0 and parts[-1].paths.stop == PATHS // 4_096 * 4_096
    assert all(a.paths.stop == b.paths.start for a, b in zip(parts, parts[1:]))
    states = [pickle.loads(pickle.dumps(part)).run() for part in parts]
    assert parts[1].run(threads=2) == states[1], "equal parts give equal bytes"
    for seed in range(4):
        rest = states.copy()
        random.Random(seed).shuffle(rest)
        while len(rest) > 1:
            rest.insert(0, cs.merge([rest.pop(), rest.pop()]))
        assert rest[0] == cs.merge(states)
    assert cs.merge([*states, states[2], cs.merge(states[:3])]) == cs.merge(states), "what is there twice counts once"
    merged = cs.merge(states)
    assert digest(cs.Result.from_state(merged, base, paths=PATHS)) == whole
    some = cs.Result.from_state(cs.merge([states[0], states[3]]), base, paths=PATHS)
    assert not some.complete and "PARTIAL" in repr(some)
    with pytest.raises(cs.MismatchError, match="seed: 2, and 1 here"):
        cs.merge([states[0], base.parts(paths=PATHS, parts=5, seed=2)[1].run()])
    with pytest.raises(cs.MismatchError, match="scenario: "):
        cs.Result.from_state(merged, base.set({CAP: 60}))
    with pytest.raises(cs.MismatchError, match="neither of which is within the other"):
        cs.merge([states[0], states[1], base.parts(paths=PATHS, parts=4)[1].run()])
    for torn in (states[0][:-1], states[0][:40], b"", states[0][:99] + b"x" + states[0][100:]):
        with pytest.raises(cs.MismatchError, match="the state cannot be used"):
            cs.merge([torn])


def test_parts_are_about_as_long_as_asked_for(base: cs.Scenario) -> None:
    assert len(base.parts(paths=1e9)) > 50 and len(base.parts(paths=1e9, seconds=4)) > 5 * len(base.parts(paths=1e9))
    (one,) = base.parts(paths=100)
    result = cs.Result.from_state(one.run(), base, paths=100)
    assert digest(result) == digest(base.run(paths=100, progress=None))
    assert len(pickle.dumps(one)) < 100_000


@pytest.mark.once
def test_a_sobol_run_in_parts_is_that_of_one_machine(base: cs.Scenario) -> None:
    alone = base.run(paths=40_000, sampling="sobol", progress=None)
    assert digest(base.run(paths=40_000, sampling="sobol", on=Here(), parts=3, progress=None)) == digest(alone)
    assert digest(base.run(paths=20_000, sampling="sobol", progress=None).extend(40_000, progress=None)) == digest(alone)


# Any executor


def test_pools_give_the_bits_of_one_machine(base: cs.Scenario, pool: ProcessPoolExecutor, whole: str, tmp_path: Path) -> None:
    result = base.run(paths=PATHS, on=pool, parts=5, progress=None)
    assert digest(result) == whole and result.complete
    with ThreadPoolExecutor(2) as threads:
        assert digest(base.run(paths=PATHS, on=threads, progress=None)) == whole
    result.save(tmp_path / "of-parts")
    program("verify", tmp_path / "of-parts", "-q", cwd=tmp_path)
    program("run", CONFIGS / "base.toml", "-n", PATHS, "-q", "--formats", "csv", "-o", "whole", cwd=tmp_path)
    assert cells(tmp_path / "of-parts" / "summary.csv") == cells(tmp_path / "whole" / "summary.csv")


def test_submitit_gives_the_bits_of_one_machine(base: cs.Scenario, whole: str, tmp_path: Path) -> None:
    submitit = pytest.importorskip("submitit")
    executor = submitit.AutoExecutor(folder=tmp_path / "jobs", cluster="local")
    executor.update_parameters(timeout_min=5, cpus_per_task=1)
    assert digest(base.run(paths=PATHS, on=executor, parts=3, progress=None)) == whole


STUDIES: dict[str, Callable[..., cs.Study]] = {
    "sweep": lambda sc, **on: sc.sweep({CAP: range(20, 60, 10)}, paths=30_000, **on),
    "many points": lambda sc, **on: sc.sweep({CAP: range(0, 70)}, metrics="share_pv", paths=9_000, **on),
    "compare": lambda sc, **on: cs.compare({"as is": sc, "cap 60": sc.set({CAP: 60})}, paths=30_000, **on),
    "bridge": lambda sc, **on: sc.bridge(paths=30_000, **on),
    "sobol": lambda sc, **on: sc.sensitivity("microsoft_take_pv", method="sobol", by="kind", paths=6_000, **on),
    "shapley": lambda sc, **on: sc.sensitivity("microsoft_take_pv", method="shapley", by="kind", paths=6_000, **on),
}


@pytest.mark.parametrize("name", STUDIES)
def test_studies_in_parts_give_the_answer_of_one_machine(name: str, base: cs.Scenario) -> None:
    study = STUDIES[name]
    assert answer(study(base, on=Here(), parts=3, progress=None)) == answer(study(base, progress=None))


def test_a_study_goes_on_from_its_store(base: cs.Scenario, tmp_path: Path) -> None:
    sweep = STUDIES["sweep"]

    def dies(call: int, value: Any) -> Any:
        if call == 4:
            raise KeyboardInterrupt
        return value

    with pytest.raises(cs.Interrupted):
        sweep(base, on=Here(dies), parts=6, store=tmp_path, progress=None)
    again = Here()
    assert answer(sweep(base, on=again, parts=6, store=tmp_path, progress=None)) == answer(sweep(base, progress=None))
    assert again.calls == 3
    # Its number of parts is that of before, and nothing of a whole one is run again.
    done = Here()
    assert answer(sweep(base, on=done, store=tmp_path, progress=None)) == answer(sweep(base, progress=None)) and done.calls == 0
    with pytest.raises(cs.UsageError, match="in 6, and not in 7") as found:
        sweep(base, on=Here(), parts=7, store=tmp_path, progress=None)
    assert "parts=6 as before" in found.value.help[0]


def test_a_store_of_anything_else_is_refused_also_where_it_is_whole(tmp_path: Path) -> None:
    small = scenario("minimal")
    key = "discount.share"

    def sweep(values: list[float], **more: Any) -> cs.Study:
        return small.sweep({key: values}, on=Here(), progress=None, **{"paths": 5_000, "parts": 2, "store": tmp_path / "study", **more})

    def run(**more: Any) -> cs.Result:
        return small.run(on=Here(), progress=None, **{"paths": 9_000, "store": tmp_path / "run", **more})

    first = answer(sweep([0.1, 0.2]))
    run()
    for other in (
        lambda: sweep([0.1, 0.3]),
        lambda: sweep([0.1, 0.2], paths=6_000),
        lambda: sweep([0.1, 0.2], seed=2),
        lambda: sweep([0.1, 0.2], metrics="share_pv"),
        lambda: small.set({key: 0.09}).sweep({"discount.revenue": [0.1, 0.2]}, on=Here(), store=tmp_path / "study", progress=None),
        lambda: sweep([0.1, 0.2], store=tmp_path / "run"),
        lambda: run(store=tmp_path / "study"),
        lambda: run(seed=2),
        lambda: run(sampling="sobol"),
    ):
        with pytest.raises(cs.MismatchError, match="holds parts of something else") as found:
            other()
        assert found.value.code == "S808" and " here" in found.value.help[0] and "name another store" in found.value.help[-1]
    assert answer(sweep([0.1, 0.2])) == first


def test_lost_and_torn_parts_are_run_again(base: cs.Scenario, whole: str) -> None:
    def spoil(call: int, value: Any) -> Any:
        if call in (2, 3):
            raise ConnectionResetError("the node is gone")
        return (value[0], value[1][:-7]) if call == 5 else value

    told: list[cs.Progress] = []
    here = Here(spoil)
    assert digest(base.run(paths=PATHS, on=here, parts=4, progress=told.append)) == whole
    assert here.calls == 7 and told[-1].retried == 3 and told[-1].parts_done == told[-1].parts == 4
    assert told[-1].line().startswith("4 of 4 parts, 3 again, ")
    assert abs(told[-1].mean - base.run(paths=PATHS, progress=None)["amended-2026"].microsoft_take_pv.mean) < 5


def test_faults_of_scenarios_and_of_the_setup_are_not_run_again(base: cs.Scenario, tmp_path: Path) -> None:
    wild = base.set({"discount.share": 0.0, "segment.business.rate_now_usd_bn": 1e308})
    with pytest.raises(cs.NotFiniteError) as found:
        wild.run(paths=20_000, on=Here(), parts=3, progress=None)
    with pytest.raises(cs.NotFiniteError) as alone:
        wild.run(paths=20_000, progress=None)
    assert found.value.paths == alone.value.paths

    def lacks(_: int, value: Any) -> Any:
        raise ModuleNotFoundError("No module named 'capstake'")

    for on, kind, words in [
        (Here(lacks), ModuleNotFoundError, "capstake"),
        (object(), TypeError, "something with submit"),
    ]:
        with pytest.raises(kind, match=words):
            base.run(paths=20_000, on=on, parts=3, progress=None)
    for more, words in [
        ({"on": Here(), "precision": {"share_pv": "1%"}}, "precision goes without on="),
        ({"parts": 3}, "store and parts go with on="),
    ]:
        with pytest.raises(cs.UsageError, match=words):
            base.run(paths=20_000, progress=None, **more)
    with pytest.raises(cs.UsageError, match="does not divide into parts"):
        base.ipo(on=Here())
    assert of_setup(AttributeError()) and not of_setup(OSError())
    # Executors wrap what a worker raised, or give its text.
    by_ray, chained = OSError("the task failed"), OSError("the job failed")
    by_ray.cause = ModuleNotFoundError("capstake")  # type: ignore[attr-defined]
    chained.__cause__ = by_ray
    assert of_setup(by_ray) and of_setup(chained)
    assert of_setup(RuntimeError("the worker ended: No module named 'capstake'"))


def test_what_an_executor_gives_is_looked_at(base: cs.Scenario, whole: str) -> None:
    kept: list[Any] = []

    def repeats(call: int, value: Any) -> Any:
        kept.append(value)
        return kept[0] if call in (2, 3) else value

    again = Here(repeats)
    result = base.run(paths=PATHS, on=again, parts=4, progress=None)
    assert digest(result) == whole and again.calls == 6, "another part's result is no part of this one"

    class Gives:
        def __init__(self, given: Any) -> None:
            self.given = given

        def submit(self, *_: Any) -> Any:
            return self.given

    for on, words in [
        (Gives(None), "gives futures with done\\(\\) and result\\(\\), not NoneType"),
        (Gives(("done", b"")), "not tuple"),
        (Here(lambda *_: None), "gave NoneType, and not what the function"),
        (Here(lambda *_: "done"), "gave str, and not what the function"),
        (ThreadPoolExecutor, "write ThreadPoolExecutor\\(\\)"),
    ]:
        with pytest.raises(TypeError, match=words):
            base.run(paths=20_000, on=on, parts=2, progress=None)

    class Broken:
        def submit(self, *_: Any) -> Any:
            raise BrokenProcessPool("a child process terminated abruptly")

    with pytest.raises(cs.CapstakeError, match="the pool lost a worker"):
        base.run(paths=20_000, on=Broken(), parts=2, progress=None)


def test_equal_work_is_done_again_by_dask(base: cs.Scenario, whole: str) -> None:
    asked: list[dict[str, Any]] = []

    class Client(Here):
        __module__ = "distributed.client"
        status = "running"

        def nthreads(self) -> dict[str, int]:
            return {"a worker": 2}

        def submit(self, fn: Callable[..., Any], *args: Any, **more: Any) -> Future[Any]:
            asked.append(more)
            return super().submit(fn, *args)

    client = Client()
    assert digest(base.run(paths=PATHS, on=client, parts=3, progress=None)) == whole
    # Otherwise a part that came back torn would come back torn for ever.
    assert asked == [{"pure": False}] * 3
    client.status = "closed"
    with pytest.raises(ValueError, match="the Dask client of `on` is closed"):
        base.run(paths=PATHS, on=client, progress=None)


def test_a_panic_on_a_worker_is_not_run_again() -> None:
    class Panic(BaseException):
        """As the compiled part raises it."""

    class Spec:
        def piece(self, *_: Any) -> bytes:
            raise Panic("index out of bounds")

    kind, error = work(Spec(), 0, 1, 1)
    assert kind == "failed" and "index out of bounds" in str(error)


@pytest.mark.once
def test_many_losses_are_told_and_a_node_with_many_parts_is_one(base: cs.Scenario, whole: str) -> None:
    pauses: list[float] = []
    short = pytest.MonkeyPatch()
    short.setattr("capstake._driver.time.sleep", pauses.append)

    def node(call: int, value: Any) -> Any:
        if call <= 12:
            raise ConnectionResetError("the node is gone")
        return value

    try:
        assert digest(base.run(paths=PATHS, on=Here(node), parts=12, progress=None)) == whole
        assert len(pauses) == 1 and pauses[0] < 1

        def memory(call: int, value: Any) -> Any:
            if call <= 7:
                raise OSError("out of memory")
            return value

        with pytest.warns(RuntimeWarning, match="lost 5 times in a row.*OSError: out of memory"):
            base.run(paths=5_000, on=Here(memory), parts=1, progress=None)
        assert pauses[1:] == sorted(pauses[1:]) and len(pauses) == 8
    finally:
        short.undo()


def test_arguments_that_parts_do_not_take(base: cs.Scenario) -> None:
    for call, kind, words in [
        (lambda: base.parts(seconds="forty"), TypeError, "`seconds` is a time such as 40, not str"),  # type: ignore[arg-type]
        (lambda: base.parts(seconds=None), TypeError, "`seconds` is a time"),  # type: ignore[arg-type]
        (lambda: base.parts(seconds=float("nan")), ValueError, "`seconds` is a time above 0"),
        (lambda: base.parts(sampling=3), TypeError, "`sampling` is text"),  # type: ignore[arg-type]
        (lambda: base.parts(paths=5_000)[0].run(threads=0), ValueError, "`threads` is from 1"),
        (lambda: cs.merge(None), TypeError, "takes a list of states, not NoneType"),  # type: ignore[arg-type]
        (lambda: cs.merge(["x"]), TypeError, "a state is the bytes"),  # type: ignore[list-item]
        (lambda: cs.Result.from_state("x", base), TypeError, "a state is the bytes"),  # type: ignore[arg-type]
        (lambda: cs.Result.from_state(b"x", None), TypeError, "`scenario` is that of the parts"),  # type: ignore[arg-type]
        (lambda: cs.ray(address=3), TypeError, "`address` is text"),  # type: ignore[arg-type]
        (lambda: cs.ray(num_cpus=0), ValueError, "above 0, not 0"),
    ]:
        with pytest.raises(kind, match=words):
            call()
    (part,) = base.parts(paths=5_000)
    state = part.run()
    assert cs.merge([bytearray(state), memoryview(state)]) == state  # type: ignore[list-item]


def test_a_worker_of_another_revision_is_refused_by_name(base: cs.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    version, revision, target = _capstake.build()
    for other, words in [
        ((version, "0123456789", target), "of revision 0123456789"),
        (("9.9.9", revision, target), "the driver 9.9.9 of"),
        ((version, "unknown", target), "of revision unknown"),
    ]:
        (part, *_) = base.parts(paths=PATHS, parts=3)
        part.spec.build = other
        with pytest.raises(cs.MismatchError, match=words) as found:
            part.run()
        assert found.value.code == "S808" and "install the same wheel" in found.value.help[0]


def test_parts_of_studies_and_changed_scenarios_are_refused(base: cs.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    (part, *_) = base.parts(paths=PATHS, parts=3)
    line = ["sweep", f"--vary={CAP}=20,40", "--paths", "9000", "--", "base.toml"]
    study = StudySpec(line, [("base.toml", base)], 2)
    assert study.piece(0, 1)
    for spec in (part.spec, study):
        name = "digest" if spec is part.spec else "digests"
        own = getattr(spec, name)
        setattr(spec, name, "0" * 64 if spec is part.spec else ["0" * 64])
        with pytest.raises(cs.MismatchError, match="scenario base is another one on worker .* than on the driver") as found:
            spec.piece(0, 1)
        assert found.value.code == "S808"
        setattr(spec, name, own)
        build = spec.build
        spec.build = (build[0], "0123456789", build[2])
        with pytest.raises(cs.MismatchError, match="of revision 0123456789"):
            spec.piece(0, 1)
        # Nobody knows whether two builds of unknown revision are the same.
        spec.build = (build[0], "unknown", build[2])
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(_capstake, "build", lambda: spec.build)
            with pytest.raises(cs.MismatchError, match="of revision unknown, the driver .* of revision unknown"):
                spec.piece(0, 1)
        spec.build = build


def test_what_fails_on_a_worker_comes_back_as_it_is(base: cs.Scenario) -> None:
    state = base.parts(paths=9_000, parts=2)[0].run()
    wrong = cs.UsageError("error: mine", 2, None, ["help"])
    assert fold(("done", state), ("failed", wrong), ("done", state)) == ("failed", wrong)
    assert fold(("done", state), ("done", state)) == ("done", state)
    kind, error = fold(("done", state), ("done", state[:-1]))
    assert kind == "failed" and isinstance(error, cs.MismatchError)

    class Local(Exception):
        """It cannot be pickled."""

    class Spec:
        def piece(self, *_: Any) -> bytes:
            raise Local("what happened")

    kind, error = work(Spec(), 0, 1, 1)
    assert kind == "failed" and "what happened" in str(pickle.loads(pickle.dumps(error)))


@pytest.mark.once
def test_work_is_given_out_as_workers_can_do_it(base: cs.Scenario, whole: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow:
        """Nothing ends before all that is wanted has been given out."""

        _max_workers = 1

        def __init__(self) -> None:
            self.open: list[tuple[Future[Any], Any]] = []
            self.most = self.cancelled = 0

        def submit(self, *work: Any) -> Future[Any]:
            future: Future[Any] = Future()
            self.open.append((future, work))
            self.most = max(self.most, len(self.open))
            return future

        def end(self, _: Any) -> None:
            if self.open:
                future, (fn, *args) = self.open.pop(0)
                future.set_result(fn(*args))

    few = Slow()
    assert digest(base.run(paths=PATHS, on=few, parts=12, progress=few.end)) == whole
    assert few.most == 4, "the driver's memory does not grow with the parts"
    # A cluster that grows gets more.
    monkeypatch.setattr("capstake._driver.COUNT", 0.0)
    grows = Slow()

    def end(at: Any) -> None:
        grows._max_workers = 3
        grows.end(at)

    assert digest(base.run(paths=PATHS, on=grows, parts=12, progress=end)) == whole
    assert grows.most > 4
    # What is not needed any more is taken back.
    stopped = Slow()

    def stop(_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(cs.Interrupted):
        base.run(paths=PATHS, on=stopped, parts=12, progress=stop)
    assert len(stopped.open) == 4 and all(future.cancelled() for future, _ in stopped.open)


def test_csv_files_travel_along(tmp_path: Path) -> None:
    (tmp_path / "growth.csv").write_text("g\n0.2\n0.4\n0.3\n", encoding="utf-8")
    text = (CONFIGS / "minimal.toml").read_text(encoding="utf-8")
    path = tmp_path / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    of_csv = cs.Scenario.load(path).set({"segment.all.growth": cs.empirical("growth.csv", "g")})
    alone = digest(of_csv.run(paths=20_000, progress=None))
    parts = [pickle.dumps(part) for part in of_csv.parts(paths=20_000, parts=3)]
    # On the worker there is another file of that name, or none.
    (tmp_path / "growth.csv").write_text("g\n0.9\n", encoding="utf-8")
    states = [pickle.loads(part).run() for part in parts]
    (tmp_path / "growth.csv").unlink()
    assert [pickle.loads(part).run() for part in parts] == states
    assert digest(cs.Result.from_state(cs.merge(states), pickle.loads(parts[0]).spec.scenario, paths=20_000)) == alone
    with pytest.raises(cs.MismatchError, match="growth.csv` is not what it was"):
        pickle.dumps(of_csv)


# The store


@pytest.mark.once
def test_the_driver_is_stopped_and_started_again(base: cs.Scenario, whole: str, tmp_path: Path) -> None:
    def dies(call: int, value: Any) -> Any:
        if call == 4:
            raise KeyboardInterrupt
        return value

    with pytest.raises(cs.Interrupted) as found:
        base.run(paths=PATHS, on=Here(dies), parts=7, store=tmp_path, progress=None)
    assert found.value.partial.paths_done == 3 * PATHS // 7 // 4_096 * 4_096 or not found.value.partial.complete
    # Cut otherwise, and for more paths: what is done counts.
    again = Here()
    assert digest(base.run(paths=PATHS, on=again, parts=14, store=tmp_path, progress=None)) == whole
    assert 0 < again.calls < 14
    done = Here()
    assert digest(base.run(paths=PATHS, on=done, parts=3, store=tmp_path, progress=None)) == whole and done.calls == 0
    longer = base.run(paths=2 * PATHS, on=Here(), store=tmp_path, progress=None)
    assert digest(longer) == digest(base.run(paths=2 * PATHS, progress=None))
    with pytest.raises(cs.UsageError, match="has more paths than"):
        base.run(paths=PATHS, on=Here(), store=tmp_path, progress=None)
    with pytest.raises(cs.MismatchError, match="seed: 1, and 2 here"):
        base.run(paths=2 * PATHS, seed=2, on=Here(), store=tmp_path, progress=None)


def test_a_torn_store_is_left_out(base: cs.Scenario, whole: str, tmp_path: Path) -> None:
    base.run(paths=PATHS, on=Here(), parts=3, store=tmp_path, progress=None)
    kept = tmp_path / "merged.capstake"
    kept.write_bytes(kept.read_bytes()[:5_000])
    (tmp_path / "merged-before.capstake").write_bytes(base.parts(paths=PATHS, parts=3)[0].run())
    # The one before it is there.
    rest = Here()
    with pytest.warns(UserWarning, match="merged.capstake` is damaged and left out"):
        assert digest(base.run(paths=PATHS, on=rest, parts=3, store=tmp_path, progress=None)) == whole
    assert rest.calls == 2
    (tmp_path / "file").write_text("x")
    with pytest.raises(cs.OutputError, match="cannot be used"):
        base.run(paths=PATHS, on=Here(), store=tmp_path / "file", progress=None)


@pytest.mark.once
def test_a_store_that_cannot_be_used(base: cs.Scenario, whole: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="it is empty"):
        base.run(paths=PATHS, on=Here(), store="", progress=None)
    monkeypatch.setattr(Path, "touch", lambda path: (_ for _ in ()).throw(PermissionError(13, "Permission denied", str(path))))
    with pytest.raises(cs.OutputError, match="cannot be used: Permission denied"):
        base.run(paths=PATHS, on=Here(), store=tmp_path / "sealed", progress=None)
    monkeypatch.undo()
    (tmp_path / "odd" / "merged.capstake").mkdir(parents=True)
    with pytest.raises(cs.OutputError, match="merged.capstake` cannot be read"):
        base.run(paths=PATHS, on=Here(), store=tmp_path / "odd", progress=None)
    # What is merged is in memory: a disk that is full on the way costs the store, and not the run.
    monkeypatch.setattr("capstake._store.os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.warns(RuntimeWarning, match="full` cannot be written: No space left"):
        assert digest(base.run(paths=PATHS, on=Here(), store=tmp_path / "full", progress=None)) == whole
    assert list((tmp_path / "full").iterdir()) == []

    def dies(call: int, value: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(cs.Interrupted):
        base.run(paths=PATHS, on=Here(dies), parts=3, store=tmp_path / "full", progress=None)


@pytest.mark.once
def test_a_store_of_fsspec(base: cs.Scenario, whole: str) -> None:
    fsspec = pytest.importorskip("fsspec")
    place, files = "memory://capstake-test/store", fsspec.filesystem("memory")

    def dies(call: int, value: Any) -> Any:
        if call == 3:
            raise KeyboardInterrupt
        return value

    with pytest.raises(cs.Interrupted):
        base.run(paths=PATHS, on=Here(dies), parts=5, store=place, progress=None)
    again = Here()
    assert digest(base.run(paths=PATHS, on=again, parts=5, store=place, progress=None)) == whole and again.calls == 3
    names = sorted(name.rsplit("/", 1)[-1] for name in files.ls("/capstake-test/store", detail=False))
    assert names == ["merged-before.capstake", "merged.capstake"]
    files.pipe_file("/capstake-test/store/merged.capstake", b"torn")
    rest = Here()
    with pytest.warns(UserWarning, match="is damaged and left out"):
        assert digest(base.run(paths=PATHS, on=rest, parts=5, store=place, progress=None)) == whole
    assert rest.calls == 3


@pytest.mark.once
def test_two_drivers_on_one_store(base: cs.Scenario, whole: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("capstake._store.EVERY", 0.0)
    monkeypatch.setattr("capstake._store.SHARE", 0)

    def drive(_: int) -> str:
        return digest(base.run(paths=PATHS, on=Here(), parts=14, store=tmp_path, progress=None))

    with warnings.catch_warnings(), ThreadPoolExecutor(3) as drivers:
        warnings.simplefilter("error")
        assert list(drivers.map(drive, range(3))) == [whole] * 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["merged-before.capstake", "merged.capstake"]
    again = Here()
    assert digest(base.run(paths=PATHS, on=again, store=tmp_path, progress=None)) == whole and again.calls == 0


def test_a_driver_that_is_killed_goes_on(base: cs.Scenario, whole: str, tmp_path: Path) -> None:
    text = f"""
import capstake as cs, capstake._store as store
from concurrent.futures import ThreadPoolExecutor
store.EVERY, store.SHARE = 0.0, 0
sc = cs.Scenario.load({str(CONFIGS / 'base.toml')!r})
with ThreadPoolExecutor(1) as pool:
    sc.run(paths={PATHS}, on=pool, parts=14, store={str(tmp_path)!r}, progress=lambda at: print(at.parts_done, flush=True))
"""
    running = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    for line in running.stdout:
        if int(line) >= 4:
            break
    running.send_signal(signal.SIGKILL)
    running.wait()
    again = Here()
    assert digest(base.run(paths=PATHS, on=again, parts=14, store=tmp_path, progress=None)) == whole
    assert 0 < again.calls <= 11


def test_pieces_without_what_is_done() -> None:
    for seed in range(200):
        own = random.Random(seed)
        done = {own.randrange(60) for _ in range(own.randrange(30))}
        ranges: list[tuple[int, int]] = []
        for at in sorted(done):
            if ranges and ranges[-1][1] == at:
                ranges[-1] = (ranges[-1][0], at + 1)
            else:
                ranges.append((at, at + 1))
        first, end = sorted((own.randrange(60), own.randrange(60)))
        left = without((first, end), ranges)
        assert {at for a, b in left for at in range(a, b)} == set(range(first, end)) - done


# A process pool whose worker is killed


def test_a_pool_that_breaks_says_what_to_do(base: cs.Scenario, whole: str, tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as broken:
        victim = broken.submit(os.getpid).result()

        def kill(at: cs.Progress) -> None:
            if at.parts_done >= 2:
                try:
                    os.kill(victim, signal.SIGKILL)
                except ProcessLookupError:
                    pass

        with pytest.raises(cs.CapstakeError, match="the pool lost a worker") as found:
            base.run(paths=20 * PATHS, on=broken, parts=60, store=tmp_path, progress=kill)
    assert "store=FOLDER" in found.value.help[0]


# Ray


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two nodes of Ray on this machine."""
    ray = pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    ray.init(address=cluster.address, log_to_driver=False)
    yield cluster
    ray.shutdown()
    cluster.shutdown()


@needs_ray
def test_ray_gives_the_bits_of_one_machine(cluster: Any, base: cs.Scenario, whole: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert digest(base.run(paths=PATHS, on=cs.ray(), parts=5, progress=None)) == whole
    # A tree of merges.
    monkeypatch.setattr("capstake._driver.TREE", 4)
    assert digest(base.run(paths=PATHS, on=cs.ray(), parts=14, progress=None)) == whole
    sweep = STUDIES["sweep"]
    assert answer(sweep(base, on=cs.ray(), parts=3, progress=None)) == answer(sweep(base, progress=None))


@needs_ray
def test_ray_loses_a_worker_and_a_node(cluster: Any, base: cs.Scenario) -> None:
    import psutil

    long = 300_000
    alone = digest(base.run(paths=long, progress=None))
    node = cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    lost: list[str] = []

    def spoil(at: cs.Progress) -> None:
        if at.parts_done >= 1 and not lost:
            workers = [p for p in psutil.process_iter(["cmdline"]) if (p.info["cmdline"] or [""])[0].startswith("ray::work")]
            if workers:
                workers[0].kill()
                lost.append("worker")
        elif at.parts_done >= 3 and lost == ["worker"]:
            cluster.remove_node(node, allow_graceful=False)
            lost.append("node")

    assert digest(base.run(paths=long, on=cs.ray(), parts=12, progress=spoil)) == alone
    assert lost == ["worker", "node"]


@needs_ray
def test_a_ray_with_too_few_processors_is_told(cluster: Any, base: cs.Scenario) -> None:
    with pytest.warns(RuntimeWarning, match="a part asks for 64: parts wait until a node joins"):
        cs.ray(num_cpus=64).workers()


def test_what_ray_is_asked_for(base: cs.Scenario, whole: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no Ray is installed too: one that does the work at once."""
    asked: dict[str, Any] = {}
    threads: list[int] = []

    class Task:
        def __init__(self, fn: Callable[..., Any]) -> None:
            self.fn = fn

        def options(self, **own: Any) -> Task:
            asked["task"] = own
            return self

        def remote(self, *args: Any) -> Any:
            threads.append(args[-1])
            return (self.fn(*args),)

    def wait(futures: list[Any], **_: Any) -> Any:
        return futures[:1], futures[1:]

    fake = SimpleNamespace(
        is_initialized=lambda: "init" in asked,
        init=lambda **own: asked.update(init=own),
        cluster_resources=lambda: {"CPU": 4.0},
        put=lambda thing: thing,
        remote=Task,
        wait=wait,
        get=lambda future: future[0],
        cancel=lambda *_, **__: None,
    )
    monkeypatch.setitem(sys.modules, "ray", fake)
    monkeypatch.delenv("RAY_USAGE_STATS_ENABLED", raising=False)
    on = cs.ray(num_cpus=2, resources={"fast": 1})
    assert digest(base.run(paths=PATHS, on=on, parts=3, progress=None)) == whole
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
    assert asked["init"]["_node_ip_address"] == "127.0.0.1" and asked["init"]["include_dashboard"] is False
    assert asked["task"] == {"num_cpus": 2, "max_retries": -1, "resources": {"fast": 1}} and threads == [2] * 3
    asked.clear()
    assert base.run(paths=9_000, on=cs.ray("ray://head:10001"), progress=None).complete
    assert asked["init"] == {"address": "ray://head:10001", "log_to_driver": False}


def test_without_ray_it_says_what_to_install(base: cs.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ImportError, match=r"pip install 'capstake\[ray\]'"):
        base.run(paths=PATHS, on=cs.ray(), progress=None)


@needs_ray
def test_ray_refuses_another_revision(cluster: Any, base: cs.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    from capstake import _cluster

    cut = _cluster.spec_of

    def spec_of(*asked: Any) -> Any:
        spec, chunks, each = cut(*asked)
        spec.build = ("0.1.0", "0123456789", "elsewhere")
        return spec, chunks, each

    monkeypatch.setattr(_cluster, "spec_of", spec_of)
    with pytest.raises(cs.MismatchError, match="the driver 0.1.0 of revision 0123456789"):
        base.run(paths=PATHS, on=cs.ray(), parts=3, progress=None)


# Dask


@needs_dask
def test_dask_loses_a_worker_and_a_node(base: cs.Scenario, whole: str) -> None:
    from distributed import Client, LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as local, Client(local) as client:
        assert digest(base.run(paths=PATHS, on=client, parts=5, progress=None)) == whole
        long = 300_000
        alone = digest(base.run(paths=long, progress=None))
        pids = list(client.run(os.getpid).values())
        lost: list[str] = []

        def spoil(at: cs.Progress) -> None:
            if at.parts_done >= 1 and not lost:
                os.kill(pids[0], signal.SIGKILL)
                lost.append("worker")
            elif at.parts_done >= 4 and lost == ["worker"]:
                local.scale(1)
                lost.append("node")

        assert digest(base.run(paths=long, on=client, parts=12, progress=spoil)) == alone
        assert lost == ["worker", "node"]


@pytest.mark.once
def test_the_measurement_of_merging_runs() -> None:
    # As docs/clusters.md names it, at a small size.
    pytest.importorskip("blake3")
    line = [sys.executable, str(TOP / "benches" / "parts.py"), "100", "8192"]
    ended = subprocess.run(line, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    for words in ("a part of 8,192 paths", "one after the other: ", "memory after each hundred parts, MB: ", "by a tree of 8: 3 levels"):
        assert words in ended.stdout, ended.stdout
