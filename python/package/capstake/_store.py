"""Where a driver keeps what has been merged, so that it can be stopped and started again."""

from __future__ import annotations

import os
import time
import warnings
from pathlib import Path
from typing import Any

from . import _capstake
from ._errors import MismatchError

NEW, BEFORE = "merged.capstake", "merged-before.capstake"

EVERY = 5.0
"""Least seconds between two states that are kept."""

SHARE = 20
"""Keeping them takes at most one part in so many of the time."""


class Store:
    """A folder, or a path of fsspec such as s3://bucket/run, with the last two merged states."""

    def __init__(self, place: str | os.PathLike[str]) -> None:
        self.place = os.fspath(place)
        self.fs: Any = None
        self.folder = Path()
        if "://" in self.place:
            try:
                from fsspec.core import url_to_fs  # type: ignore[import-not-found, import-untyped, unused-ignore]
            except ImportError as error:
                raise ImportError(f"store={self.place!r} needs fsspec, which is not installed: pip install fsspec") from error
            self.fs, self.root = url_to_fs(self.place)
            self.fs.makedirs(self.root, exist_ok=True)
        else:
            self.folder = Path(self.place)
            self.folder.mkdir(parents=True, exist_ok=True)
        self.last = time.monotonic()
        self.took = 0.0

    def _read(self, name: str) -> bytes | None:
        try:
            if self.fs is not None:
                found: bytes = self.fs.cat_file(f"{self.root}/{name}")
                return found
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def load(self, merger: _capstake.Merger, check: Any) -> None:
        """Adds what is there to a merger. `check` refuses what is of another run."""
        for name in (NEW, BEFORE):
            bytes = self._read(name)
            if bytes is None:
                continue
            found = _capstake.Merger()
            try:
                found.add(bytes)
                check(found)
            except MismatchError as error:
                if error.code == "S806":
                    warnings.warn(f"`{self.place}/{name}` is damaged and left out: {error.args[0].splitlines()[0]}", stacklevel=6)
                    continue
                first, *rest = str(error).split("\n", 1)
                raise MismatchError(
                    "\n".join([f"{first}, which the store `{self.place}` holds and this call asks for", *rest]),
                    error.exit_code, error.code, [*error.help, "name another store"],
                ) from None
            merger.add(bytes)
            return

    def is_due(self) -> bool:
        """Whether it is time to keep what is merged."""
        return time.monotonic() - self.last > max(EVERY, SHARE * self.took)

    def save(self, merger: _capstake.Merger) -> None:
        """Keeps what is merged."""
        began = time.monotonic()
        bytes = merger.merged()
        if bytes is not None:
            self._replace(bytes)
        self.last = time.monotonic()
        self.took = self.last - began

    def _replace(self, bytes: bytes) -> None:
        if self.fs is not None:
            if self.fs.exists(f"{self.root}/{NEW}"):
                self.fs.mv(f"{self.root}/{NEW}", f"{self.root}/{BEFORE}")
            self.fs.pipe_file(f"{self.root}/{NEW}", bytes)
            return
        draft = self.folder / f".{NEW}.{os.getpid()}"
        with draft.open("wb") as file:
            file.write(bytes)
            file.flush()
            os.fsync(file.fileno())
        if (self.folder / NEW).exists():
            os.replace(self.folder / NEW, self.folder / BEFORE)
        os.replace(draft, self.folder / NEW)
