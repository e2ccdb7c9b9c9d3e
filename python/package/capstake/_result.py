"""Results of a run: tables, metrics, draws, pages, and the run itself to be extended, saved and verified."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, cast, overload

from . import _capstake
from ._distributions import count, names, text, threads_of
from ._errors import Interrupted, UsageError
from ._figures import Figures, write
from ._parts import CHUNK, state_of
from ._progress import Shown, showing
from ._scenario import Scenario
from ._study import Study
from ._table import Draws, Table


class Metric:
    """One metric over all paths on which it has a value, in `unit`."""

    __slots__ = ("_native", "_partial")

    def __init__(self, native: _capstake.Metric, partial: str | None) -> None:
        self._native = native
        self._partial = partial

    @property
    def name(self) -> str:
        """Its key."""
        return self._native.name

    @property
    def deal(self) -> str:
        """The deal, or the difference of two."""
        return self._native.deal

    @property
    def unit(self) -> str:
        """The unit of all its figures: `usd_bn`, `years`, `flag`, …"""
        return self._native.unit

    @property
    def mean(self) -> float:
        """The mean over paths."""
        return self._native.mean

    @property
    def std_error(self) -> float:
        """Standard error of the mean: how far the simulation may be off, not the valuation."""
        return self._native.std_error

    @property
    def std_dev(self) -> float:
        """Standard deviation over paths."""
        return self._native.std_dev

    @property
    def low95(self) -> float:
        """Lower end of the 95% interval of the mean; Wilson's for a probability."""
        return self._native.low95

    @property
    def high95(self) -> float:
        """Upper end of the 95% interval of the mean; Wilson's for a probability."""
        return self._native.high95

    @property
    def min(self) -> float:
        """The smallest value."""
        return self._native.min

    @property
    def max(self) -> float:
        """The largest value."""
        return self._native.max

    @property
    def es05(self) -> float:
        """Mean of the lowest 5% of paths."""
        return self._native.es05

    @property
    def es95(self) -> float:
        """Mean of the highest 5% of paths."""
        return self._native.es95

    @property
    def paths(self) -> int:
        """Paths on which it has a value."""
        return self._native.paths

    @property
    def undefined(self) -> int:
        """Paths on which it has none, such as the date of a listing that never comes."""
        return self._native.undefined

    @property
    def exact(self) -> bool:
        """Whether no draw can move it."""
        return self._native.exact

    @overload
    def quantile(self, q: float) -> float: ...
    @overload
    def quantile(self, q: Iterable[float]) -> list[float]: ...
    def quantile(self, q: float | Iterable[float]) -> float | list[float]:
        """The quantile of a probability from 0 to 1, or of several; within 0.05%."""
        if isinstance(q, Iterable) and not isinstance(q, (str, bytes)) and getattr(q, "shape", None) != ():
            return [self.quantile(one) for one in q]
        if isinstance(q, bool) or not hasattr(q, "__float__"):
            raise TypeError(f"a quantile is asked for by a probability from 0 to 1, not by {type(q).__name__}")
        probability = float(cast(float, q))
        if not 0.0 <= probability <= 1.0:
            help = "a quantile is asked for by a probability from 0 to 1: 0.95"
            raise UsageError(f"error: there is no quantile {q}\n  |\n  = help: {help}", 2, None, [help])
        return self._native.quantile(probability)

    def probability_below(self, x: float) -> float:
        """The part of the paths with a value on which it is below `x`; values within 0.05% of `x` may count on the other side."""
        if not hasattr(x, "__float__"):
            raise TypeError(f"a probability is asked for below a number, not below {type(x).__name__}")
        value = float(x)
        if value != value:
            raise ValueError("the probability to be below NaN is not a number")
        return self._native.probability_below(value)

    def __repr__(self) -> str:
        if self.paths == 0:
            figures = "no value on any path"
        else:
            error = "exact" if self.exact else f"± {self.std_error:.2g}"
            figures = f"{self.mean:.6g} {error} {self.unit}"
        some = f" (on {self.paths:,} paths; {self.undefined:,} have no value)" if self.undefined and self.paths else ""
        partial = f" [{self._partial}]" if self._partial else ""
        return f"{self.name} of {self.deal}: {figures}{some}{partial}"


class Deal:
    """The metrics of a deal, or of the difference of two, as attributes."""

    __slots__ = ("_run", "name", "_partial")

    def __init__(self, run: _capstake.Run, name: str, partial: str | None) -> None:
        self._run = run
        self.name = name
        self._partial = partial

    @property
    def metrics(self) -> list[str]:
        """Names of its metrics."""
        return dict(self._run.subjects)[self.name]

    def __getitem__(self, metric: str) -> Metric:
        if not isinstance(metric, str):
            raise TypeError(f"a metric goes by its name, not by {type(metric).__name__}")
        return Metric(self._run.metric(self.name, metric), self._partial)

    def __getattr__(self, metric: str) -> Metric:
        # Python and notebooks look for names of their own.
        if metric.startswith("_"):
            raise AttributeError(metric)
        if metric in self.metrics:
            return self[metric]
        from difflib import get_close_matches

        near = get_close_matches(metric, self.metrics, 1)
        help = f"did you mean `{near[0]}`?" if near else f"its metrics are {', '.join(self.metrics)}"
        raise AttributeError(f"`{self.name}` has no metric `{metric}`: {help}", name=metric, obj=self)

    def __dir__(self) -> list[str]:
        return ["name", "metrics", *self.metrics]

    def __repr__(self) -> str:
        return f"<{self.name}: {len(self.metrics)} metrics>"


class Result:
    """What a run gave."""

    __slots__ = ("_run",)

    def __init__(self, run: _capstake.Run) -> None:
        self._run = run

    @classmethod
    def from_state(
        cls,
        state: bytes,
        scenario: Scenario,
        paths: float | None = None,
        seed: int | None = None,
        sampling: str | None = None,
    ) -> Result:
        """The result of a state, as `Part.run` or `merge` gives it, of this scenario.

        `paths`, `seed` and `sampling` are those that the parts were cut for. Paths of whole chunks that the state lacks make the
        result partial; without `paths` it is of the paths that the state has.
        """
        if not isinstance(scenario, Scenario):
            raise TypeError(f"`scenario` is that of the parts, not {type(scenario).__name__}")
        merger = _capstake.Merger()
        merger.add(state_of(state))
        done = merger.done()
        number = done[-1][1] * CHUNK if paths is None and done else count(1 if paths is None else paths, "paths")
        used = _capstake.plan_parts(scenario._native, number, None if seed is None else count(seed, "seed"), sampling)[1]
        merger.check(scenario._native, used, sampling)
        return cls(merger.run(scenario._native, number, used, sampling, os.cpu_count() or 1, 0.0))

    # Facts

    @property
    def scenario(self) -> Scenario:
        """The scenario that was run."""
        return Scenario(self._run.scenario)

    @property
    def paths_done(self) -> int:
        """Paths simulated."""
        return self._run.paths

    @property
    def paths_asked(self) -> int:
        """Paths asked for; more than `paths_done` where the run was stopped."""
        return self._run.paths_asked

    @property
    def seed(self) -> int:
        """The seed."""
        return self._run.seed

    @property
    def seconds(self) -> float:
        """Time of the simulation."""
        return self._run.seconds

    @property
    def complete(self) -> bool:
        """Whether all paths are there. A result that is not complete says so wherever it is shown."""
        return self._run.complete

    @property
    def manifest(self) -> dict[str, Any]:
        """What the program's `manifest.json` says of the run, but for files."""
        import json

        out: dict[str, Any] = json.loads(self._run.manifest())
        return out

    @property
    def command(self) -> str:
        """The program's command line that gives the same run."""
        return self._run.command()

    @property
    def deals(self) -> list[str]:
        """Names of the deals, and of their differences from the first."""
        return [name for name, _ in self._run.subjects]

    @property
    def series(self) -> list[str]:
        """Names of the yearly series that `paths` can read."""
        return self._run.series

    def _partial(self) -> str | None:
        return None if self.complete else f"PARTIAL: {self.paths_done:,} of {self.paths_asked:,} paths"

    # Tables

    def table(self, name: str) -> Table:
        """A table by the stem of its file: `summary`, `sample_paths`, `bridge`, …"""
        native = self._run.table(text(name, "name"))
        if native is None:
            help = f"the tables are {', '.join(_TABLES)}"
            raise UsageError(f"error: a run has no table `{name}`\n  |\n  = help: {help}", 2, None, [help])
        return Table(native, name, self._partial())

    @property
    def summary(self) -> Table:
        """Every metric of every deal and difference."""
        return self.table("summary")

    @property
    def quantiles(self) -> Table:
        """Quantiles with their intervals."""
        return self.table("quantiles")

    @property
    def annual(self) -> Table:
        """Series by calendar year."""
        return self.table("annual")

    @property
    def histogram(self) -> Table:
        """Counts in bins with round limits."""
        return self.table("histogram")

    @property
    def inputs(self) -> Table:
        """Inputs with what was drawn of them."""
        return self.table("inputs")

    @property
    def correlations(self) -> Table:
        """Correlations asked for and drawn."""
        return self.table("correlations")

    @property
    def events(self) -> Table:
        """Probabilities of events by date."""
        return self.table("events")

    # Metrics

    def __getitem__(self, deal: str) -> Deal:
        if not isinstance(deal, str):
            raise TypeError(f"a deal goes by its name, not by {type(deal).__name__}")
        return Deal(self._run, self._run.subject(deal), self._partial())

    def difference(self, later: str, first: str) -> Deal:
        """A later deal minus the first, path by path."""
        return self[f"{later} - {first}"]

    # Single paths

    def draws(
        self,
        columns: str | Iterable[str] | None = None,
        first: float = 0,
        paths: float | None = None,
        threads: int | None = None,
    ) -> Draws:
        """Inputs and metrics of single paths: a row for each path and deal, as in `draws.parquet`.

        Nothing is kept: the paths are simulated while they are read, and only what the columns need.
        """
        wanted = None if columns is None else names(columns, "columns")
        number = None if paths is None else count(paths, "paths")
        return Draws(self._run.draws(wanted, count(first, "first"), number, threads_of(threads)))

    def paths(
        self,
        series: str | Iterable[str],
        first: float = 0,
        paths: float | None = None,
        threads: int | None = None,
    ) -> Draws:
        """Yearly series of single paths, for one's own discounting: a row for each path, deal and calendar year."""
        number = None if paths is None else count(paths, "paths")
        native = self._run.years(names(series, "series"), count(first, "first"), number, threads_of(threads))
        return Draws(native)

    # The run itself

    def extend(self, paths: float, threads: int | None = None, progress: Shown = "auto") -> Result:
        """The same run with so many paths in all: the same bits as one longer run, and only what is added is simulated."""
        with showing(progress) as told:
            return Result(self._run.extend(count(paths, "paths"), threads_of(threads), told))

    def verify(self, progress: Shown = "auto") -> None:
        """Simulates the run again and compares; of an opened folder every file. Raises `MismatchError` where something differs."""
        with showing(progress) as told:
            self._run.verify(told)

    def save(
        self,
        folder: str | os.PathLike[str],
        formats: str | Iterable[str] | None = None,
        draws: str | None = None,
        series: str | Iterable[str] | None = None,
        force: bool = False,
        progress: Shown = "auto",
    ) -> None:
        """Writes the results folder that the program would have written, of which `open` and the program's commands read.

        `formats` are `csv`, `xlsx` and `html`, all unless named; `draws` and `series` also write every path, for which the run is
        simulated again. `force` replaces the results of another run.
        """
        wanted = None if formats is None else names(formats, "formats")
        flows = None if series is None else names(series, "series")
        rows = None if draws is None else text(draws, "draws")
        if not isinstance(force, bool):
            raise TypeError(f"`force` is True or False, not {type(force).__name__}")
        with showing(progress) as told:
            place = os.fspath(folder)
            try:
                self._run.save(place, wanted, rows, flows, force, told)
            except Interrupted:
                raise Interrupted(f"interrupted: `{place}` is not whole, and says so; save again") from None

    # What people look at

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Writes the page."""
        write(path, self._run.page())

    def to_excel(self, path: str | os.PathLike[str]) -> None:
        """Writes the workbook."""
        write(path, self._run.workbook())

    @property
    def plot(self) -> Figures:
        """The figures of the page: `plot()`, `plot("parts-1")`, `plot.names`."""
        return Figures(self._run)

    def screen(self, width: int = 100) -> str:
        """The answer on one screen, as the program prints it."""
        return self._run.screen(min(count(width, "width"), 10_000))

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a result is not pickled: save() writes a folder that open() reads elsewhere, and tables give to_pandas()")

    def __str__(self) -> str:
        return self.screen()

    def __repr__(self) -> str:
        partial = "" if self.complete else f" of {self.paths_asked:,}: PARTIAL"
        return f"<result of {self.scenario.name}: {self.paths_done:,} paths{partial}, seed {self.seed}>"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.screen())}</pre>"


_TABLES = [
    "summary",
    "quantiles",
    "annual",
    "histogram",
    "inputs",
    "correlations",
    "events",
    "sample_paths",
    "bridge",
    "origins",
]


def open(folder: str | os.PathLike[str]) -> Result | Study:
    """Opens the results folder of a run or study, made here or by the program."""
    found = _capstake.open(os.fspath(folder))
    return Result(found) if isinstance(found, _capstake.Run) else Study(found)
