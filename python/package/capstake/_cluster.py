"""Runs and studies on many machines: what `on=`, `store=` and `parts=` do."""

from __future__ import annotations

import math
import os
import time
from typing import Any

from . import _capstake
from ._distributions import count
from ._driver import Driver, opened, stopped
from ._errors import UsageError
from ._executors import executor_of
from ._parts import CHUNK, StudySpec, cut, number_of, spec_of
from ._progress import Shown, showing
from ._result import Result
from ._scenario import Scenario


def run_on(
    on: Any,
    scenario: Scenario,
    paths: float | None,
    seed: int | None,
    threads: int | None,
    progress: Shown,
    sampling: str | None,
    store: str | os.PathLike[str] | None,
    parts: int | None,
    seconds: float,
) -> Result:
    """A run whose parts are simulated by an executor: the bits of a run on one machine."""
    executor = executor_of(on)
    spec, chunks, each = spec_of(scenario, paths, seed, sampling, seconds)
    merger = _capstake.Merger()
    native = scenario._native
    kept = opened(store)
    if kept is not None:
        kept.load(merger, lambda found: found.check(native, spec.seed, sampling))
        beyond = [end for _, end in merger.done() if end > chunks]
        if beyond:
            help = f"ask for at least {beyond[-1] * CHUNK:,} paths, or name another store"
            screen = f"error: the store `{kept.place}` has more paths than {spec.paths:,}\n  |\n  = help: {help}"
            raise UsageError(screen, 2, None, [help])
    began = time.monotonic()

    def result() -> Any:
        took = time.monotonic() - began
        return merger.run(native, spec.paths, spec.seed, sampling, threads or os.cpu_count() or 1, took)

    pieces = cut(chunks, number_of(parts, chunks, each, executor.workers() if parts is None else None))
    with showing(progress) as told:
        headline = lambda: merger.headline(native, spec.seed, sampling)  # noqa: E731
        driver = Driver(executor, spec, merger, kept, told, spec.paths, CHUNK, headline)
        try:
            driver.conduct(pieces)
        except KeyboardInterrupt:
            raise stopped(Result(result()) if merger.done() else None) from None
        return Result(result())


def study_on(
    on: Any,
    line: list[str],
    scenarios: list[tuple[str, Scenario]],
    store: str | os.PathLike[str] | None,
    parts: int | None,
    progress: Shown,
) -> _capstake.Study:
    """A study whose runs are simulated in parts by an executor, and answered here: the bits of one machine."""
    executor = executor_of(on)
    number = count(parts, "parts") if parts is not None else 2 * (executor.workers() or 4)
    if not 1 <= number <= 1_000_000:
        raise ValueError(f"`parts` is from 1 to a million, not {number}")
    spec = StudySpec(line, scenarios, number)
    merger = _capstake.Merger()
    kept = opened(store)
    if kept is not None:
        # What it is of shows when a part of this study is added to it.
        kept.load(merger, lambda found: None)
    with showing(progress) as told:
        driver = Driver(executor, spec, merger, kept, told, number, 1, lambda: (math.nan, math.nan))
        try:
            driver.conduct([(part, part + 1) for part in range(number)])
        except KeyboardInterrupt:
            raise stopped(None) from None
    given = [(name, scenario._native) for name, scenario in scenarios]
    return _capstake.conduct(line, given, None, merger.study())
