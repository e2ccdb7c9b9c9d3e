"""Figures of the page as SVG."""

from __future__ import annotations

import os
from typing import Any

from ._distributions import text
from ._errors import OutputError


def write(path: str | os.PathLike[str], bytes: bytes) -> None:
    """Writes a file; raises `OutputError` where it cannot."""
    name = os.fspath(path)
    try:
        with open(name, "wb") as file:
            file.write(bytes)
    except OSError as error:
        raise OutputError(f"error: `{name}` cannot be written: {error.strerror or error}", 6) from error


class Figure:
    """A figure of the page."""

    __slots__ = ("name", "svg")

    def __init__(self, name: str, svg: str) -> None:
        self.name = name
        self.svg = svg

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes it as an SVG file."""
        write(path, self.svg.encode())

    def __repr__(self) -> str:
        return f"<figure {self.name}: SVG, {len(self.svg):,} characters>"


class Figures:
    """The figures of the page, by name."""

    __slots__ = ("_native",)

    def __init__(self, native: Any) -> None:
        self._native = native

    @property
    def names(self) -> dict[str, str]:
        """Names of the figures, each with its title."""
        return dict(self._native.pictures())

    def __call__(self, name: str = "answer") -> Figure:
        """A figure by name; `answer` is that of both sides' values."""
        return Figure(name, self._native.picture(text(name, "name")))

    def distribution(self) -> Figure:
        """The distributions of both sides' values under every deal."""
        return self("answer")

    def __repr__(self) -> str:
        return f"<figures: {', '.join(self.names)}>"
