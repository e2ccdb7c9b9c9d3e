"""How a long call shows how far it is: a bar in a terminal, one display in a notebook, lines elsewhere, or a callable."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple, TypeAlias

Shown: TypeAlias = "Literal['auto', 'bar', 'plain', 'none'] | bool | None | Callable[[Progress], object]"
"""What the argument `progress` takes."""

Told: TypeAlias = Callable[[int, int, float, float, float], object]


class Progress(NamedTuple):
    """How far a call is."""

    done: int
    """Paths done."""
    paths: int
    """Paths in all."""
    mean: float
    """Mean of the first deal's `microsoft_take_pv` so far; NaN in a study."""
    std_error: float
    """Standard error of that mean."""
    seconds: float
    """Time since the call began."""

    def line(self) -> str:
        """In words."""
        speed = self.done / max(self.seconds, 1e-9)
        left = (self.paths - self.done) / max(speed, 1e-9)
        text = f"{self.done:,} of {self.paths:,} paths, {speed:,.0f}/s, {left:.0f} s left"
        if math.isfinite(self.std_error):
            digits = min(max(int(1 - math.floor(math.log10(max(self.std_error, 1e-12)))), 0), 6)
            text += f", microsoft_take_pv {self.mean:.{digits}f} ± {self.std_error:.{digits}f}"
        return text


_LINE_EVERY = 5.0
_WORDS = ("auto", "bar", "plain", "none")


@contextmanager
def showing(progress: Shown) -> Iterator[Told | None]:
    """What the compiled part calls while it works, and what takes the display away at the end."""
    if callable(progress) and not isinstance(progress, str):
        tell = progress
        yield lambda *seen: tell(Progress(*seen))
        return
    if progress is None or progress is False:
        progress = "none"
    if progress is True:
        progress = "auto"
    if progress not in _WORDS:
        raise ValueError(f"`progress` is one of {', '.join(map(repr, _WORDS))}, or a function; not {progress!r}")
    if progress == "none":
        yield None
        return
    if progress in ("auto", "bar"):
        notebook = _notebook()
        if notebook is not None:
            shown = _Display(notebook)
            try:
                yield shown
            finally:
                shown.close()
            return
        error = sys.stderr
        if error is not None and error.isatty():
            bar = _Bar()
            try:
                yield bar
            finally:
                bar.close()
            return
    yield _Lines()


def _notebook() -> Any:
    """The display function of a Jupyter kernel, if this is one."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from IPython.display import display

    return display


class _Bar:
    def __init__(self) -> None:
        self.width = 0

    def __call__(self, *seen: Any) -> None:
        at = Progress(*seen)
        full = int(24 * at.done / max(at.paths, 1))
        line = f"{'━' * full}{' ' * (24 - full)} {100 * at.done // max(at.paths, 1):3d}%  {at.line()}"
        print("\r" + line.ljust(self.width), end="", file=sys.stderr, flush=True)
        self.width = len(line)

    def close(self) -> None:
        if self.width:
            print("\r" + " " * self.width + "\r", end="", file=sys.stderr, flush=True)


class _Lines:
    def __init__(self) -> None:
        self.last = 0.0

    def __call__(self, *seen: Any) -> None:
        at = Progress(*seen)
        if at.seconds - self.last >= _LINE_EVERY and sys.stderr is not None:
            self.last = at.seconds
            print(f"{100 * at.done // max(at.paths, 1):3d}%  {at.line()}", file=sys.stderr, flush=True)


class _Words:
    """Text that a notebook shows."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


class _Display:
    def __init__(self, display: Any) -> None:
        self.display = display
        self.handle: Any = None

    def __call__(self, *seen: Any) -> None:
        at = Progress(*seen)
        words = _Words(f"{100 * at.done // max(at.paths, 1):3d}%  {at.line()}")
        if self.handle is None:
            self.handle = self.display(words, display_id=True)
        else:
            self.handle.update(words)

    def close(self) -> None:
        if self.handle is not None:
            self.handle.update(_Words(""))
