"""Scenarios: read, judged, changed, looked into, run, and asked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from . import _capstake
from ._distributions import Precise, count, targets, text, threads_of, toml
from ._errors import Problem, UsageError
from ._progress import Shown, showing
from ._table import Table

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._parts import Part
    from ._result import Result
    from ._study import How, Study


_Files: TypeAlias = "list[tuple[str, bytes]]"


class Number(NamedTuple):
    """A number of a scenario. An uncertain one has no `value`, but a distribution."""

    value: float | None
    unit: str
    source: str | None
    """Key of the source that states it, or from which it was derived (then `informed`)."""
    origin: str
    """Where it is from: `set`, `scenario` or `default`."""
    distribution: str | None = None
    mean: float | None = None
    p05: float | None = None
    p50: float | None = None
    p95: float | None = None
    note: str | None = None
    informed: bool = False

    def __repr__(self) -> str:
        shown = [f"value={self.value!r}"] if self.distribution is None else [f"distribution={self.distribution!r}"]
        return f"Number({', '.join(shown)}, unit={self.unit!r}, source={self.source!r}, origin={self.origin!r})"


class Cost(NamedTuple):
    """What a run takes, estimated."""

    paths: int
    threads: int
    seconds: float
    memory_bytes: float
    disk_bytes: float
    """With all files of a results folder."""


class Check:
    """What a scenario assumes and leaves out, and what a run of it takes."""

    __slots__ = ("_native", "problems", "warnings", "screen")

    def __init__(self, native: _capstake.Scenario) -> None:
        self._native = native
        screen, found = native.warnings()
        self.screen: str = screen
        """The warnings as the program prints them."""
        self.problems: list[Problem] = []
        """Errors: none, since a scenario with errors is never made."""
        self.warnings: list[Problem] = [Problem(**facts) for facts in found]
        """Warnings and notes."""

    @property
    def assumptions(self) -> Table:
        """Every number with its distribution and source."""
        return Table(self._native.inputs(), "inputs")

    @property
    def absent(self) -> list[str]:
        """What the scenario leaves out and what that means, in sentences."""
        return self._native.absent()

    def cost(self, paths: float | None = None, threads: int | None = None) -> Cost:
        """What a run of so many paths takes."""
        asked = None if paths is None else count(paths, "paths")
        return Cost(*self._native.estimate(asked, threads_of(threads)))

    def __repr__(self) -> str:
        return self.screen.rstrip() or f"<no warnings in {self._native.name}>"


class Scenario:
    """A scenario with its settings, judged. It never changes: `set` makes a new one."""

    __slots__ = ("_native",)

    def __init__(self, native: _capstake.Scenario) -> None:
        if not isinstance(native, _capstake.Scenario):
            raise TypeError("a scenario is made by Scenario.load(path) or Scenario.parse(text)")
        self._native = native

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Scenario:
        """Reads and judges a scenario file, with the files that it extends and the CSV files that it names."""
        return cls(_capstake.Scenario.load(os.fspath(path)))

    @classmethod
    def parse(cls, text: str, name: str | os.PathLike[str] = "scenario.toml") -> Scenario:
        """Reads and judges a scenario from text; `name` stands for its file in messages, and CSV files are looked for beside it."""
        if not isinstance(text, str):
            raise TypeError(f"a scenario is parsed from text, not from {type(text).__name__}; load() takes a path")
        return cls(_capstake.Scenario.parse(text, os.fspath(name)))

    def set(self, changes: Mapping[str, Any]) -> Scenario:
        """A new scenario with these keys set, judged at once. Keys are as for `--set` of the program; None takes a key out."""
        if not isinstance(changes, Mapping):
            raise TypeError(f"set() takes a dict of keys and values, not {type(changes).__name__}")
        flags = []
        for key, value in changes.items():
            if not isinstance(key, str):
                raise TypeError(f"a key is text such as 'discount.share', not {type(key).__name__}")
            flags.append(f"{key}={toml(value, key)}")
        return Scenario(self._native.set(flags))

    def __getitem__(self, key: str) -> Number | str:
        """A number with its unit and source; the value of any other key as TOML."""
        if not isinstance(key, str):
            raise TypeError(f"a key is text such as 'discount.share', not {type(key).__name__}")
        found = self._native.look(key)
        if "toml" in found:
            text: str = found["toml"]
            return text
        return Number(**{name: found[name] for name in Number._fields})

    def keys(self) -> list[str]:
        """Every full key that is set."""
        return [key for key, _ in self._native.keys()]

    @property
    def name(self) -> str:
        """Its name: the one that it gives itself, else its file's stem."""
        return self._native.name

    @property
    def deals(self) -> list[str]:
        """Names of its deals."""
        return self._native.deals

    @property
    def digest(self) -> str:
        """Equal digests mean equal results for equal seeds and paths under plain sampling.

        Under Sobol sampling a scenario made by `set` also keeps the dimensions of the one that it was made from, so that both pair.
        """
        return self._native.digest

    @property
    def columns(self) -> list[str]:
        """Names of the columns that draws of it have: uncertain inputs, then metrics."""
        return self._native.columns()

    def to_toml(self) -> str:
        """Every key that is set, as text that reads back to this scenario."""
        return self._native.to_toml()

    def check(self) -> Check:
        """Warnings, assumptions, what is absent, and what a run takes."""
        return Check(self._native)

    def run(
        self,
        paths: float | None = None,
        seed: int | None = None,
        threads: int | None = None,
        progress: Shown = "auto",
        sampling: str | None = None,
        precision: Precise = None,
        on: Any = None,
        store: str | os.PathLike[str] | None = None,
        parts: int | None = None,
        seconds: float = 40.0,
    ) -> Result:
        """Simulates it. Equal scenario, seed and paths give equal results, on any number of threads.

        Without `paths` and `seed` the scenario's own apply, else a million paths and seed 1. `sampling="sobol"` takes evenly spread
        random numbers: most means are then as precise from a tenth of the paths, and 131,072 are run. Ctrl-C raises `Interrupted`, which
        has what was done in `partial`.

        `precision={"microsoft_take_pv": "0.5%"}`, or several, stops the run when these figures are so precise; `paths` is then the most
        that may be spent. Keys are METRIC, DEAL:METRIC or DEAL:p95:METRIC, values the half-width of the 95% interval, in percent of
        the figure or in its unit. `PrecisionError`, with all that was done in `result`, where the paths are not enough.

        `on=` simulates in parts on many machines: `capstake.ray()`, a Dask client, or anything with `submit(fn, *args)`. The result has
        the bits of a run on one machine. `parts` is their number, else they take about `seconds` each; `store`, a folder or a path
        of fsspec, keeps what is merged, so that the same call goes on after its process was stopped.
        """
        from ._result import Result

        if on is not None:
            from ._cluster import run_on

            if precision is not None:
                help = "ask for the paths that it took on one machine: r.paths_done"
                raise UsageError(f"error: precision goes without on=\n  |\n  = help: {help}", 2, None, [help])
            return run_on(on, self, paths, seed, threads_of(threads), progress, sampling, store, parts, seconds)
        if store is not None or parts is not None:
            help = "write on=capstake.ray(), on=a Dask client, or on=concurrent.futures.ProcessPoolExecutor()"
            raise UsageError(f"error: store and parts go with on=\n  |\n  = help: {help}", 2, None, [help])

        asked = None if paths is None else count(paths, "paths")
        chosen = None if seed is None else count(seed, "seed")
        how = None if sampling is None else text(sampling, "sampling")
        with showing(progress) as told:
            return Result(_capstake.run(self._native, asked, chosen, threads_of(threads), how, targets(precision), told))

    def parts(
        self,
        paths: float | None = None,
        seed: int | None = None,
        sampling: str | None = None,
        seconds: float = 40.0,
        parts: int | None = None,
    ) -> list[Part]:
        """A run cut into parts for an engine of one's own: `part.run()` gives bytes, `capstake.merge` puts them together, and
        `Result.from_state` makes the result. Parts can be pickled and take about `seconds` of a core, unless their number is given."""
        from ._parts import parts_of

        return parts_of(self, paths, seed, sampling, seconds, parts)

    def replay(self, path: int, seed: int | None = None, sampling: str | None = None) -> Table:
        """One path period by period: every quantity of the model, to check by hand. `seed` and `sampling` are those of the run."""
        chosen = None if seed is None else count(seed, "seed")
        how = None if sampling is None else text(sampling, "sampling")
        return Table(self._native.replay(count(path, "path"), chosen, how), "replay")

    # Studies: each is the program's command of the same name.

    def bridge(
        self,
        start: str | None = None,
        end: str | None = None,
        metrics: str | Iterable[str] = (),
        clauses: Mapping[str, Iterable[str]] | None = None,
        order: Iterable[str] = (),
        **how: Unpack[How],
    ) -> Study:
        """What each clause of the change from deal `start` to deal `end` is worth."""
        from ._study import bridge

        return bridge(self, start, end, metrics, clauses, order, **how)

    def sweep(
        self, values: Mapping[str, Iterable[float]], metrics: str | Iterable[str] = (), **how: Unpack[How]
    ) -> Study:
        """Metrics over the values of one key or two, on common draws."""
        from ._study import sweep

        return sweep(self, values, metrics, **how)

    def solve(self, key: str, between: tuple[float, float], target: str, **how: Unpack[How]) -> Study:
        """The value of a key at which a mean, quantile or probability reaches its target: 'DEAL.METRIC.mean=0'."""
        from ._study import solve

        return solve(self, key, between, target, **how)

    def sensitivity(
        self,
        metrics: str | Iterable[str] = (),
        method: str = "tornado",
        by: str | None = None,
        **how: Unpack[How],
    ) -> Study:
        """What drives a metric: `tornado` (one plain run), `sobol` or `shapley`."""
        from ._study import sensitivity

        return sensitivity(self, metrics, method, by, **how)

    def ipo(self, **how: Unpack[How]) -> Study:
        """When the company is ready for an IPO, what keeps it from it, and what the offer would be."""
        from ._study import ipo

        return ipo(self, **how)

    def __repr__(self) -> str:
        settings = self._native.overrides
        changed = f", set: {'; '.join(settings)}" if settings else ""
        return f"<scenario {self.name}: deals {', '.join(self.deals)}{changed}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restored, self._native.parts())


def _restored(path: str, files: _Files, csv: _Files, flags: list[str]) -> Scenario:
    return Scenario(_capstake.Scenario.restore(path, files, csv, flags))
