"""Studies: questions asked of several runs on the same draws. Each is the program's command of the same name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from . import _capstake
from ._distributions import Precise, count, names, targets, text, threads_of, toml
from ._errors import UsageError
from ._figures import Figures, write
from ._progress import Shown, showing
from ._table import Table

if TYPE_CHECKING:
    # Whoever checks types knows this module, whoever runs the package need not.
    from typing_extensions import Unpack

    from ._scenario import Scenario


class How(TypedDict, total=False):
    """What every study takes beside its own arguments."""

    paths: float | None
    """Paths of each run."""
    seed: int | None
    """The seed; the scenario's, else 1."""
    threads: int | None
    """Threads; one a core unless given."""
    progress: Shown
    """How far it is: shown as for `Scenario.run`."""
    sampling: str | None
    """`plain` or `sobol`, as for `Scenario.run`."""
    precision: Precise | float
    """When it is precise enough, as for `Scenario.run`; of `solve` the width alone; not for `sensitivity`."""
    on: Any
    """What computes the parts of the study, as for `Scenario.run`."""
    store: str | os.PathLike[str] | None
    """Where finished parts are kept."""
    parts: int | None
    """How many parts."""


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
        native = self._native.table(text(name, "name"))
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

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a study is not pickled: save() writes a folder that open() reads elsewhere, and tables give to_pandas()")

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
    sampling: str | None = None,
    precision: Any = None,
    on: Any = None,
    store: str | os.PathLike[str] | None = None,
    parts: int | None = None,
    **other: Any,
) -> Study:
    if other:
        known = ", ".join(How.__annotations__)
        raise TypeError(f"{command}() takes {known} beside its own arguments; not {', '.join(other)}")
    line = [command, *more]
    if paths is not None:
        line += ["--paths", str(count(paths, "paths"))]
    if seed is not None:
        line += ["--seed", str(count(seed, "seed"))]
    if threads is not None:
        line += ["--threads", str(threads_of(threads))]
    if sampling is not None:
        line.append(f"--sampling={text(sampling, 'sampling')}")
    wanted = targets(precision)
    if wanted and (command == "sensitivity" or on is not None):
        help = "compare, sweep, solve, bridge and ipo take it, without on="
        raise UsageError(f"error: {command} does not take precision here\n  |\n  = help: {help}", 2, None, [help])
    line += [f"--precision={target}" for target in wanted]
    if own_settings:
        for flag in scenarios[0][1]._native.overrides:
            line.append(f"--set={flag}")
    line += ["--", *(name for name, _ in scenarios)]
    if on is not None:
        from ._cluster import study_on

        divides = command in ("sweep", "compare", "bridge") or (command == "sensitivity" and "plain" not in more)
        if not divides:
            help = "sweep, compare, bridge and sensitivity(method='sobol' or 'shapley') do"
            screen = f"error: {command} does not divide into parts: it goes without on=\n  |\n  = help: {help}"
            raise UsageError(screen, 2, None, [help])
        return Study(study_on(on, line, scenarios, store, parts, progress))
    if store is not None or parts is not None:
        help = "write on=capstake.ray(), on=a Dask client, or on=concurrent.futures.ProcessPoolExecutor()"
        raise UsageError(f"error: store and parts go with on=\n  |\n  = help: {help}", 2, None, [help])
    given = [(name, scenario._native) for name, scenario in scenarios]
    with showing(progress) as told:
        return Study(_capstake.conduct(line, given, told))


def _one(scenario: Scenario) -> list[tuple[str, Scenario]]:
    # What stands for it among the arguments; a text may have been read without a name.
    return [(scenario._native.path or "scenario.toml", scenario)]


def _metrics(metrics: str | Iterable[str]) -> list[str]:
    # With an equals sign nothing of a value is taken for an option.
    return [f"--metric={metric}" for metric in names(metrics, "metrics")]


def _pairs(value: Any, name: str, example: str) -> dict[Any, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError(f"`{name}` is a dict such as {example}, not {type(value).__name__}")
    for key in value:
        text(key, f"a key of {name}")
    return dict(value)


def compare(
    scenarios: Mapping[str, Scenario], pairs: Mapping[str, str] | None = None, **how: Unpack[How]
) -> Study:
    """Scenarios side by side on the same draws, the others compared with the first.

    `pairs` puts a deal of the first scenario beside one of another name in the others. `how` takes `paths`, `seed`, `threads`,
    `progress`, `sampling` and `precision` as `Scenario.run` does, here and in other studies; and `on`, `store` and `parts` where a
    study divides. `PrecisionError` has the study in `result`.
    """
    from ._scenario import Scenario

    if not isinstance(scenarios, Mapping):
        raise TypeError('compare() takes a dict of names and scenarios: {"as is": sc, "cap 60": sc60}')
    for name, scenario in scenarios.items():
        if not isinstance(name, str) or not isinstance(scenario, Scenario):
            raise TypeError('compare() takes a dict of names and scenarios: {"as is": sc, "cap 60": sc60}')
        if name == "":
            raise ValueError("compare() takes scenarios with names; one has an empty one")
    if not scenarios:
        raise ValueError('compare() takes two scenarios or more: {"as is": sc, "cap 60": sc60}')
    beside = _pairs(pairs, "pairs", '{"amended-2026": "mine"}')
    more = [f"--pair={a}={text(b, 'pairs')}" for a, b in beside.items()]
    return _asked("compare", list(scenarios.items()), more, own_settings=False, **how)


def bridge(
    scenario: Scenario,
    start: str | None,
    end: str | None,
    metrics: str | Iterable[str],
    clauses: Mapping[str, Iterable[str]] | None,
    order: Iterable[str],
    **how: Unpack[How],
) -> Study:
    """What each clause of the change from one deal to another is worth."""
    more = _metrics(metrics)
    if start is not None:
        more.append(f"--from={text(start, 'start')}")
    if end is not None:
        more.append(f"--to={text(end, 'end')}")
    for name, keys in _pairs(clauses, "clauses", '{"cap": ["cap_usd_bn"]}').items():
        more.append(f"--clause={name}={','.join(names(keys, 'clauses'))}")
    wanted = names(order, "order")
    if wanted:
        more.append(f"--order={','.join(wanted)}")
    return _asked("bridge", _one(scenario), more, **how)


def sweep(
    scenario: Scenario, values: Mapping[str, Iterable[float]], metrics: str | Iterable[str], **how: Unpack[How]
) -> Study:
    """Metrics over the values of one key or two."""
    if not isinstance(values, Mapping):
        raise TypeError(f"sweep() takes a dict of keys and their values, not {type(values).__name__}")
    if not values:
        raise ValueError("sweep() takes a dict of one key or two and their values; it is empty")
    more = _metrics(metrics)
    for key, own in _pairs(values, "values", '{"discount.share": [0.08, 0.12]}').items():
        if isinstance(own, (str, bytes)) or not isinstance(own, Iterable):
            raise TypeError(f"sweep() takes a list of values for `{key}`, not {type(own).__name__}")
        several = list(own)
        if not several:
            raise ValueError(f"sweep() takes two values or more for `{key}`; there is none")
        more.append(f"--vary={key}={','.join(toml(value, key) for value in several)}")
    return _asked("sweep", _one(scenario), more, **how)


def solve(scenario: Scenario, key: str, between: tuple[float, float], target: str, **how: Unpack[How]) -> Study:
    """The value of a key at which a figure reaches its target.

    `precision` is the half-width of the key's own 95% interval, in its unit.
    """
    try:
        if isinstance(between, str):
            raise TypeError
        low, high = between
    except (TypeError, ValueError):
        raise TypeError(f"`between` is the lowest and the highest value that is tried, not {between!r}") from None
    key = text(key, "key")
    more = [f"--vary={key}={toml(low, key)}:{toml(high, key)}", f"--target={text(target, 'target')}"]
    width = how.pop("precision", None)
    if width is not None:
        if not isinstance(width, (str, int, float)):
            raise TypeError(f"`precision` is the width that the key found may be off, such as 0.5, not {type(width).__name__}")
        more.append(f"--precision={width if isinstance(width, str) else toml(width, 'precision')}")
    return _asked("solve", _one(scenario), more, **how)


def sensitivity(
    scenario: Scenario, metrics: str | Iterable[str], method: str, by: str | None, **how: Unpack[How]
) -> Study:
    """What drives a metric."""
    more = _metrics(metrics)
    more.append(f"--method={'plain' if method == 'tornado' else text(method, 'method')}")
    if by is not None:
        more.append(f"--by={text(by, 'by')}")
    return _asked("sensitivity", _one(scenario), more, **how)


def ipo(scenario: Scenario, **how: Unpack[How]) -> Study:
    """When the company is ready for an IPO."""
    return _asked("ipo", _one(scenario), [], **how)
