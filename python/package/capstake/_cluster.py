"""Runs and studies on many machines: what `on=`, `store=` and `parts=` do."""

from __future__ import annotations

import math
import os
import re
import time
from typing import Any

from . import _capstake
from ._distributions import count
from ._driver import Driver, opened, stopped
from ._errors import MismatchError, UsageError
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
    asked = None if parts is None else count(parts, "parts")
    if asked is not None and not 1 <= asked <= 1_000_000:
        raise ValueError(f"`parts` is from 1 to a million, not {asked}")
    given = [(name, scenario._native) for name, scenario in scenarios]
    merger = _capstake.Merger()
    before: list[int] = []
    kept = opened(store)
    if kept is not None:
        kept.load(merger, lambda found: before.append(parts_of_study(found, line, given)))
    number = asked or (before[-1] if before else 2 * (executor.workers() or 4))
    if kept is not None and before and number != before[-1]:
        help = f"parts={before[-1]} as before, or name another store"
        screen = f"error: the store `{kept.place}` has parts of this study in {before[-1]}, and not in {number}\n  |\n  = help: {help}"
        raise UsageError(screen, 2, None, [help])
    spec = StudySpec(line, scenarios, number)
    with showing(progress) as told:
        driver = Driver(executor, spec, merger, kept, told, number, 1, lambda: (math.nan, math.nan))
        try:
            driver.conduct([(part, part + 1) for part in range(number)])
        except KeyboardInterrupt:
            raise stopped(None) from None
    return _capstake.conduct(line, given, None, merger.study())


PROBE = (1_000_001, 10**18)
"""A part of so many that it is empty: it costs nothing, and says which study it is of."""


def parts_of_study(found: _capstake.Merger, line: list[str], given: list[tuple[str, _capstake.Scenario]]) -> int:
    """The number of parts of which `found` has some. Raises `MismatchError` where they are of another study."""
    probe = _capstake.Merger()
    probe.add(_capstake.study_part(line, given, *PROBE))
    try:
        probe.add(found.merged() or b"")
    except MismatchError as error:
        # Of the same study it is refused for its number of parts alone, which is the one refusal without a help.
        number = None if error.help else re.search(r"of a study in (\d+) parts", str(error))
        if number is None:
            raise
        return int(number[1])
    raise AssertionError("a study of so many parts is in no store")
