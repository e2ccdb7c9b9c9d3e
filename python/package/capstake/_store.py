"""Where a driver keeps what has been merged, so that it can be stopped and started again."""

from __future__ import annotations

import os
import secrets
import time
import warnings
from pathlib import Path
from typing import Any

from . import _capstake
from ._errors import MismatchError, OutputError

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
            # Better now than after hours.
            draft = self._draft()
            draft.touch()
            draft.unlink()
        self.last = time.monotonic()
        self.took = 0.0

    def _draft(self) -> Path:
        # Another driver may keep its own here at the same time.
        return self.folder / f".{NEW}.{os.getpid()}-{secrets.token_hex(4)}"

    def _read(self, name: str) -> bytes | None:
        try:
            if self.fs is not None:
                found: bytes = self.fs.cat_file(f"{self.root}/{name}")
                return found
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise OutputError(f"error: `{self.place}/{name}` cannot be read: {error.strerror or error}", 6) from error

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
                help = [*error.help, "`here` is what this call asks for; name another store for it"]
                screen = f"error[{error.code}]: the store `{self.place}` holds parts of something else\n  |"
                raise MismatchError(
                    screen + "".join(f"\n  = help: {one}" for one in help), error.exit_code, error.code, help
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
        draft = self._draft()
        try:
            with draft.open("wb") as file:
                file.write(bytes)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.replace(self.folder / NEW, self.folder / BEFORE)
            except FileNotFoundError:
                # The first, or another driver has just moved it.
                pass
            os.replace(draft, self.folder / NEW)
        finally:
            draft.unlink(missing_ok=True)
