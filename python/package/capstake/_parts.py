"""Parts of runs and studies: pieces of work that travel to other processes and machines, and whose results merge exactly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import _capstake
from ._distributions import count, text, threads_of
from ._errors import MismatchError, UsageError
from ._scenario import Scenario


class RunSpec:
    """A run of which pieces are simulated: everything that a worker needs beside the piece."""

    __slots__ = ("scenario", "paths", "seed", "sampling", "digest", "build")

    def __init__(self, scenario: Scenario, paths: int, seed: int, sampling: str | None) -> None:
        self.scenario = scenario
        self.paths = paths
        self.seed = seed
        self.sampling = sampling
        self.digest = scenario.digest
        self.build = _capstake.build()

    def piece(self, first: int, end: int, threads: int = 1) -> bytes:
        """The state of whole chunks `first` to `end`, of 4,096 paths each."""
        _same_build(self.build)
        if self.scenario.digest != self.digest:
            raise _mismatch(
                f"the scenario {self.scenario.name} is another one on {_here()} than on the driver",
                "install the same capstake on all workers; CSV files travel along",
            )
        native = self.scenario._native
        return _capstake.run_part(native, self.paths, self.seed, self.sampling, first, end, threads)


class StudySpec:
    """A study in so many parts: the program's command line, and the scenarios that its names stand for."""

    __slots__ = ("line", "scenarios", "of", "digests", "build")

    def __init__(self, line: list[str], scenarios: list[tuple[str, Scenario]], of: int) -> None:
        self.line = line
        self.scenarios = scenarios
        self.of = of
        self.digests = [scenario.digest for _, scenario in scenarios]
        self.build = _capstake.build()

    def piece(self, first: int, end: int, threads: int = 1) -> bytes:
        """The sums of parts `first + 1` to `end`."""
        _same_build(self.build)
        for (_, scenario), digest in zip(self.scenarios, self.digests):
            if scenario.digest != digest:
                raise _mismatch(
                    f"the scenario {scenario.name} is another one on {_here()} than on the driver",
                    "install the same capstake on all workers; CSV files travel along",
                )
        given = [(name, scenario._native) for name, scenario in self.scenarios]
        # After the command, before what ends the options.
        line = [self.line[0], "--threads", str(threads), *self.line[1:]]
        return merge(_capstake.study_part(line, given, part + 1, self.of) for part in range(first, end))


class Part:
    """A part of a run. It can be pickled, and equal parts give equal bytes wherever they run."""

    __slots__ = ("spec", "first", "end")

    def __init__(self, spec: RunSpec, first: int, end: int) -> None:
        self.spec = spec
        self.first = first
        self.end = end

    @property
    def paths(self) -> range:
        """The paths that it simulates."""
        return range(self.first * CHUNK, self.end * CHUNK)

    def run(self, threads: int = 1) -> bytes:
        """Simulates it: the state, for `merge` and `Result.from_state`."""
        return self.spec.piece(self.first, self.end, threads_of(threads) or 1)

    def __repr__(self) -> str:
        paths = self.paths
        span = f"paths {paths.start:,} to {paths.stop - 1:,}" if paths else "no whole chunk of paths"
        return f"<part of {self.spec.scenario.name}: {span}>"


CHUNK = 4_096
"""Paths of a chunk: parts consist of whole ones."""


def spec_of(
    scenario: Scenario, paths: float | None, seed: int | None, sampling: str | None, seconds: float
) -> tuple[RunSpec, int, int]:
    """A run, its whole chunks, and about how many of them a core simulates in so many seconds."""
    asked = None if paths is None else count(paths, "paths")
    chosen = None if seed is None else count(seed, "seed")
    if isinstance(seconds, (str, bytes, bool)) or not hasattr(seconds, "__float__"):
        raise TypeError(f"`seconds` is a time such as 40, not {type(seconds).__name__}")
    if not 0 < float(seconds) < float("inf"):
        raise ValueError(f"`seconds` is a time above 0, not {seconds!r}")
    if sampling is not None:
        text(sampling, "sampling")
    native = scenario._native
    number, used, chunks, each = _capstake.plan_parts(native, asked, chosen, sampling, float(seconds))
    return RunSpec(scenario, number, used, sampling), chunks, each


def cut(chunks: int, parts: int) -> list[tuple[int, int]]:
    """The ranges of about equal parts."""
    ends = [chunks * part // parts for part in range(parts + 1)]
    return [(first, end) for first, end in zip(ends, ends[1:]) if first < end]


def number_of(parts: int | None, chunks: int, each: int, workers: int | None) -> int:
    """How many parts: as asked for, else those of about the time asked for, and at least one for each worker."""
    if parts is None:
        return max(1, -(-chunks // each), min(workers or 1, chunks))
    number = count(parts, "parts")
    if number == 0:
        raise ValueError("`parts` is 1 or more, not 0")
    return number


def parts_of(
    scenario: Scenario,
    paths: float | None,
    seed: int | None,
    sampling: str | None,
    seconds: float,
    parts: int | None,
) -> list[Part]:
    """The parts of a run."""
    spec, chunks, each = spec_of(scenario, paths, seed, sampling, seconds)
    ranges = cut(chunks, number_of(parts, chunks, each, None)) or [(0, 0)]
    return [Part(spec, first, end) for first, end in ranges]


def merge(states: Iterable[bytes]) -> bytes:
    """The state of all these together: exact, in any order and grouping. One whose paths are there already is left out.

    Raises `MismatchError` where they are not of one run or study, or one is torn.
    """
    if isinstance(states, (bytes, bytearray, str)):
        raise TypeError("merge() takes several states: merge([state, other])")
    if not isinstance(states, Iterable):
        raise TypeError(f"merge() takes a list of states, not {type(states).__name__}")
    merger = _capstake.Merger()
    for state in states:
        merger.add(state_of(state))
    merged = merger.merged()
    if merged is None:
        help = "a part's run() gives one: merge(part.run() for part in scenario.parts(paths=1e9))"
        raise UsageError(f"error: there are no states to merge\n  |\n  = help: {help}", 2, None, [help])
    return merged


def state_of(state: Any) -> bytes:
    """The bytes of a state."""
    if not isinstance(state, (bytes, bytearray, memoryview)):
        raise TypeError(f"a state is the bytes that a part's run() or merge() gave, not {type(state).__name__}")
    return bytes(state)


def _here() -> str:
    import socket

    return f"worker {socket.gethostname()}"


def _mismatch(message: str, help: str) -> MismatchError:
    return MismatchError(f"error[S808]: {message}\n  |\n  = help: {help}", 7, "S808", [help])


def _same_build(driver: tuple[str, str, str]) -> None:
    """Refuses work for another build: its numbers may differ."""
    own = _capstake.build()
    same = own[:2] == driver[:2] and own[1] != "unknown"
    if not same:
        raise _mismatch(
            f"{_here()} has capstake {own[0]} of revision {own[1]}, the driver {driver[0]} of revision {driver[1]}",
            "install the same wheel on the driver and on all workers",
        )


def work(spec: Any, first: int, end: int, threads: int) -> tuple[str, Any]:
    """Runs a piece on a worker. What fails is handed back as a value: what a future raises is then the cluster's own."""
    try:
        return "done", spec.piece(first, end, threads)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        # Also a panic of the compiled part, which is no `Exception` and would happen again.
        return "failed", _portable(error)


def fold(*outcomes: tuple[str, Any]) -> tuple[str, Any]:
    """Merges what pieces gave, on a worker."""
    for outcome in outcomes:
        if outcome[0] == "failed":
            return outcome
    try:
        return "done", merge(state for _, state in outcomes)
    except Exception as error:
        return "failed", _portable(error)


def _portable(error: BaseException) -> BaseException:
    import pickle
    import traceback

    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError("".join(traceback.format_exception(type(error), error, error.__traceback__)))
    return error
