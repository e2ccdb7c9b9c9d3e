"""Studies: questions asked of several runs on the same draws. Each is the program's command of the same name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from . import _capstake
from ._distributions import count, names, threads_of, toml
from ._errors import UsageError
from ._figures import Figures, write
from ._progress import Shown, showing
from ._table import Table

if TYPE_CHECKING:
    from ._scenario import Scenario


class Study:
    """The answer of a study: sentences, tables, figures."""

    __slots__ = ("_native",)

    def __init__(self, native: _capstake.Study) -> None:
        self._native = native

    @property
    def name(self) -> str:
        """The command: `compare`, `sweep`, …"""
        return self._native.name

    @property
    def title(self) -> str:
        """Scenario, paths and seed in one line."""
        return self._native.title

    @property
    def sentences(self) -> list[str]:
        """The answer in sentences, most important first."""
        return self._native.sentences

    @property
    def warnings(self) -> list[str]:
        """Reasons for caution."""
        return self._native.warnings

    @property
    def complete(self) -> bool:
        """Whether all paths and points are there."""
        return self._native.complete

    @property
    def tables(self) -> dict[str, str]:
        """Names of its tables, each with its title."""
        return dict(self._native.tables)

    def __getitem__(self, name: str) -> Table:
        """A table by name."""
        native = self._native.table(name)
        if native is None:
            help = f"the tables are {', '.join(self.tables)}"
            raise UsageError(f"error: `{self.name}` has no table `{name}`\n  |\n  = help: {help}", 2, None, [help])
        return Table(native, name, None if self.complete else "PARTIAL")

    @property
    def table(self) -> Table:
        """Its first table."""
        return self[next(iter(self.tables))]

    @property
    def manifest(self) -> dict[str, Any]:
        """What `manifest.json` says of it."""
        import json

        out: dict[str, Any] = json.loads(self._native.manifest())
        return out

    @property
    def plot(self) -> Figures:
        """Its figures: `plot()`, `plot.names`."""
        return Figures(self._native)

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Writes the page."""
        write(path, self._native.page_bytes())

    def to_excel(self, path: str | os.PathLike[str]) -> None:
        """Writes the workbook."""
        write(path, self._native.workbook())

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Writes the results folder that the program would have written, where there is nothing yet."""
        self._native.save(os.fspath(folder))

    def __repr__(self) -> str:
        partial = "" if self.complete else "PARTIAL: "
        return f"{partial}{self.title}\n" + "\n".join(self.sentences)

    def _repr_html_(self) -> str:
        from html import escape

        partial = "" if self.complete else "<p><b>PARTIAL</b></p>"
        words = "".join(f"<p>{escape(sentence)}</p>" for sentence in [self.title, *self.sentences])
        return partial + words + self.table._repr_html_()


def _asked(
    command: str,
    scenarios: list[tuple[str, Scenario]],
    more: list[str],
    paths: float | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Shown = "auto",
    own_settings: bool = True,
) -> Study:
    line = [command, *more]
    if paths is not None:
        line += ["--paths", str(count(paths, "paths"))]
    if seed is not None:
        line += ["--seed", str(count(seed, "seed"))]
    if threads is not None:
        line += ["--threads", str(threads_of(threads))]
    if own_settings:
        for flag in scenarios[0][1]._native.overrides:
            line += ["--set", flag]
    line += ["--", *(name for name, _ in scenarios)]
    given = [(name, scenario._native) for name, scenario in scenarios]
    with showing(progress) as told:
        return Study(_capstake.conduct(line, given, told))


def _one(scenario: Scenario) -> list[tuple[str, Scenario]]:
    return [(scenario._native.path, scenario)]


def _metrics(metrics: str | Iterable[str]) -> list[str]:
    return [word for metric in names(metrics, "metrics") for word in ("--metric", metric)]


def compare(
    scenarios: Mapping[str, Scenario], pairs: Mapping[str, str] | None = None, **how: Any
) -> Study:
    """Scenarios side by side on the same draws, the others compared with the first.

    `pairs` puts a deal of the first scenario beside one of another name in the others. `how` takes `paths`, `seed`, `threads`
    and `progress`, here and in every other study.
    """
    from ._scenario import Scenario

    if not isinstance(scenarios, Mapping):
        raise TypeError('compare() takes a dict of names and scenarios: {"as is": sc, "cap 60": sc60}')
    for name, scenario in scenarios.items():
        if not isinstance(name, str) or not isinstance(scenario, Scenario):
            raise TypeError('compare() takes a dict of names and scenarios: {"as is": sc, "cap 60": sc60}')
    more = [word for a, b in (pairs or {}).items() for word in ("--pair", f"{a}={b}")]
    return _asked("compare", list(scenarios.items()), more, own_settings=False, **how)


def bridge(
    scenario: Scenario,
    start: str | None,
    end: str | None,
    metrics: str | Iterable[str],
    clauses: Mapping[str, Iterable[str]] | None,
    order: Iterable[str],
    **how: Any,
) -> Study:
    """What each clause of the change from one deal to another is worth."""
    more = _metrics(metrics)
    if start is not None:
        more += ["--from", start]
    if end is not None:
        more += ["--to", end]
    for name, keys in (clauses or {}).items():
        more += ["--clause", f"{name}={','.join(names(keys, 'clauses'))}"]
    wanted = names(order, "order")
    if wanted:
        more += ["--order", ",".join(wanted)]
    return _asked("bridge", _one(scenario), more, **how)


def sweep(
    scenario: Scenario, values: Mapping[str, Iterable[float]], metrics: str | Iterable[str], **how: Any
) -> Study:
    """Metrics over the values of one key or two."""
    if not isinstance(values, Mapping):
        raise TypeError(f"sweep() takes a dict of keys and their values, not {type(values).__name__}")
    more = _metrics(metrics)
    for key, own in values.items():
        more += ["--vary", f"{key}={','.join(toml(value, key) for value in own)}"]
    return _asked("sweep", _one(scenario), more, **how)


def solve(scenario: Scenario, key: str, between: tuple[float, float], target: str, **how: Any) -> Study:
    """The value of a key at which a figure reaches its target."""
    try:
        low, high = between
    except (TypeError, ValueError):
        raise TypeError(f"`between` is the lowest and the highest value that is tried, not {between!r}") from None
    more = ["--vary", f"{key}={toml(low, key)}:{toml(high, key)}", "--target", target]
    return _asked("solve", _one(scenario), more, **how)


def sensitivity(
    scenario: Scenario, metrics: str | Iterable[str], method: str, by: str | None, **how: Any
) -> Study:
    """What drives a metric."""
    more = _metrics(metrics)
    more += ["--method", "plain" if method == "tornado" else method]
    if by is not None:
        more += ["--by", by]
    return _asked("sensitivity", _one(scenario), more, **how)


def ipo(scenario: Scenario, **how: Any) -> Study:
    """When the company is ready for an IPO."""
    return _asked("ipo", _one(scenario), [], **how)
