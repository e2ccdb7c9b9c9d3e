"""The driver of work on many machines: gives out pieces, merges what comes back, and gives lost pieces out again."""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from typing import Any

from . import _capstake
from ._errors import CapstakeError, Interrupted, MismatchError, OutputError
from ._executors import Executor
from ._parts import fold, work
from ._progress import Told
from ._store import Store

TREE = 200
"""More pieces than these are merged by workers first, eight at a time."""
FAN_IN = 8

Piece = tuple[int, int]


class Driver:
    """One run or study on an executor."""

    def __init__(
        self,
        executor: Executor,
        spec: Any,
        merger: _capstake.Merger,
        store: Store | None,
        told: Told | None,
        paths: int,
        of_chunk: float,
        headline: Callable[[], tuple[float, float]],
    ) -> None:
        self.executor = executor
        self.spec = spec
        self.merger = merger
        self.store = store
        self.told = told
        self.paths = paths
        self.of_chunk = of_chunk
        """Paths of a chunk; of a study those of a part."""
        self.headline = headline
        self.began = time.monotonic()
        self.retried = 0
        self.parts = 0
        self.done = 0

    def conduct(self, pieces: list[Piece]) -> None:
        """Has every piece run and merged. What is merged is kept in the store, however this ends."""
        missing = [left for piece in pieces for left in without(piece, self.merger.done())]
        self.parts = len(pieces)
        self.done = self.parts - len(missing)
        try:
            self._conduct(missing)
        finally:
            if self.store is not None and missing:
                self.store.save(self.merger)

    def _conduct(self, missing: list[Piece]) -> None:
        executor = self.executor
        shared = executor.share(self.spec) if missing else None
        size = FAN_IN if executor.nests and len(missing) > TREE else 1
        waiting = [missing[at : at + size] for at in range(0, len(missing), size)]
        waiting.reverse()
        workers = executor.workers() if missing else None
        # Enough that no worker waits for the driver, and few enough for its memory.
        most = len(waiting) if workers is None else max(2 * workers // size, 1) + 2
        running: dict[Any, tuple[list[Piece], list[Any]]] = {}
        losses = 0
        try:
            while waiting or running:
                while waiting and len(running) < most:
                    unit = waiting.pop()
                    future, behind = self._submit(shared, unit)
                    running[future] = (unit, behind)
                for future in executor.wait(0.1 if self.told else 1.0):
                    unit, _ = running.pop(future)
                    if self._take(future):
                        self.done += len(unit)
                        losses = 0
                    else:
                        self.retried += len(unit)
                        losses += 1
                        time.sleep(min(0.05 * 2**min(losses, 10), 10.0))
                        waiting.append(unit)
                self._tell()
        finally:
            # The rest is of no use to anybody.
            executor.cancel([future for future, (_, behind) in running.items() for future in [future, *behind]])

    def _submit(self, shared: Any, unit: list[Piece]) -> tuple[Any, list[Any]]:
        executor, threads = self.executor, self.executor.threads()
        if len(unit) == 1:
            return executor.submit(work, shared, *unit[0], threads), []
        behind = [executor.submit(work, shared, *piece, threads, awaited=False) for piece in unit]
        return executor.submit(fold, *behind), behind

    def _take(self, future: Any) -> bool:
        """Merges what a future gave; whether it gave anything."""
        try:
            kind, value = self.executor.result(future)
        except BrokenExecutor as error:
            help = "with store=FOLDER the same call goes on in a new pool with what is done; Ray and Dask replace lost workers themselves"
            screen = f"error: the pool lost a worker and takes no more work\n  |\n  = help: {help}"
            raise CapstakeError(screen, 1, None, [help]) from error
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            if of_setup(error):
                raise
            return False
        if kind == "failed":
            raise value
        try:
            self.merger.add(value)
        except MismatchError as error:
            # Torn on its way: the same work gives the same bytes again.
            if error.code == "S806":
                return False
            raise
        if self.store is not None and self.store.is_due():
            self.store.save(self.merger)
        return True

    def _tell(self) -> None:
        if self.told is None:
            return
        chunks = sum(end - first for first, end in self.merger.done())
        done = min(int(chunks * self.of_chunk), self.paths)
        seconds = time.monotonic() - self.began
        self.told(done, self.paths, *self.headline(), seconds, self.done, self.parts, self.retried)


def of_setup(error: BaseException) -> bool:
    """Whether work cannot run anywhere, as where workers lack the package; anything else that a future raises is a lost worker."""
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return False
        if isinstance(seen, (ImportError, pickle.PicklingError, pickle.UnpicklingError, AttributeError, TypeError)):
            return True
        if "No module named" in str(seen):
            return True
        seen = getattr(seen, "cause", None) or seen.__cause__
    return False


def without(piece: Piece, done: list[Piece]) -> list[Piece]:
    """What of a piece is not done yet."""
    first, end = piece
    left = []
    for start, stop in done:
        if start >= end:
            break
        if first < start:
            left.append((first, start))
        first = max(first, stop)
    if first < end:
        left.append((first, end))
    return left


def opened(store: str | os.PathLike[str] | None) -> Store | None:
    """The store of that name."""
    if store is None:
        return None
    try:
        return Store(store)
    except OSError as error:
        raise OutputError(f"error: the store `{os.fspath(store)}` cannot be used: {error.strerror or error}", 6) from error


def stopped(partial: Any) -> Interrupted:
    """The exception of a Ctrl-C during work on many machines."""
    return Interrupted("interrupted; what was done is in `partial`, and in the store if there is one", partial)
