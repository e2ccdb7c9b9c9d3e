"""The driver of work on many machines: gives out pieces, merges what comes back, and gives lost pieces out again."""

from __future__ import annotations

import os
import pickle
import time
import warnings
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

COUNT = 10.0
"""Workers are counted again after so many seconds: a cluster grows with what waits for it."""

WARN = 5
"""After so many losses in a row there is a warning."""

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
        self.lost = ""
        """What became of the last part that was lost."""

    def conduct(self, pieces: list[Piece]) -> None:
        """Has every piece run and merged. What is merged is kept in the store, however this ends."""
        missing = [left for piece in pieces for left in without(piece, self.merger.done())]
        self.parts = len(pieces)
        self.done = self.parts - len(missing)
        try:
            self._conduct(missing)
        finally:
            if missing:
                self._keep()

    def _conduct(self, missing: list[Piece]) -> None:
        executor = self.executor
        shared = executor.share(self.spec) if missing else None
        size = FAN_IN if executor.nests and len(missing) > TREE else 1
        waiting = [missing[at : at + size] for at in range(0, len(missing), size)]
        waiting.reverse()
        running: dict[Any, tuple[list[Piece], list[Any]]] = {}
        losses, most, counted = 0, 0, -COUNT
        try:
            while waiting or running:
                if time.monotonic() - counted > COUNT:
                    most, counted = self._ahead(size, len(missing)), time.monotonic()
                while waiting and len(running) < most:
                    unit = waiting.pop()
                    try:
                        future, behind = self._submit(shared, unit)
                    except BrokenExecutor as error:
                        raise broken() from error
                    running[future] = (unit, behind)
                lost = []
                for future in executor.wait(0.1 if self.told else 1.0):
                    unit, _ = running.pop(future)
                    if self._take(future, unit):
                        self.done += len(unit)
                        losses = 0
                    else:
                        self.retried += len(unit)
                        lost.append(unit)
                waiting.extend(lost)
                if lost:
                    # Once for all that were lost together: a node takes many parts with it.
                    losses += 1
                    if losses % WARN == 0:
                        warnings.warn(
                            f"parts were lost {losses} times in a row, and are run again; the last: {self.lost}",
                            RuntimeWarning,
                            stacklevel=6,
                        )
                    time.sleep(min(0.05 * 2**min(losses, 10), 10.0))
                self._tell()
        finally:
            # The rest is of no use to anybody.
            executor.cancel([future for future, (_, behind) in running.items() for future in [future, *behind]])

    def _ahead(self, size: int, missing: int) -> int:
        """How many pieces of work are given out: no worker waits for the driver, and its memory is enough."""
        workers = self.executor.workers()
        if workers is None:
            # A queue such as Slurm's takes all; of Ray and Dask workers may join later.
            workers = 1 if self.executor.nests else missing
        return max(2 * workers // size, 1) + 2

    def _submit(self, shared: Any, unit: list[Piece]) -> tuple[Any, list[Any]]:
        executor, threads = self.executor, self.executor.threads()
        if len(unit) == 1:
            return executor.submit(work, shared, *unit[0], threads), []
        behind = [executor.submit(work, shared, *piece, threads, awaited=False) for piece in unit]
        return executor.submit(fold, *behind), behind

    def _take(self, future: Any, unit: list[Piece]) -> bool:
        """Merges what a future gave; whether it gave these pieces."""
        try:
            outcome = self.executor.result(future)
        except BrokenExecutor as error:
            raise broken() from error
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            if of_setup(error):
                raise
            self.lost = f"{type(error).__name__}: {error}"
            return False
        if not (isinstance(outcome, (tuple, list)) and len(outcome) == 2 and outcome[0] in ("done", "failed")):
            raise TypeError(f"a future of `on` gave {type(outcome).__name__}, and not what the function that it ran returned")
        kind, value = outcome
        if kind == "failed":
            raise value
        try:
            self.merger.add(value)
        except MismatchError as error:
            # Torn on its way: the same work gives the same bytes again.
            if error.code == "S806":
                self.lost = str(error).splitlines()[0]
                return False
            raise
        done = self.merger.done()
        if any(without(piece, done) for piece in unit):
            self.lost = "`on` gave the result of another part"
            return False
        if self.store is not None and self.store.is_due():
            self._keep()
        return True

    def _keep(self) -> None:
        """Keeps what is merged. It is in memory too, so a store that cannot be written ends nothing."""
        if self.store is None:
            return
        try:
            self.store.save(self.merger)
        except OSError as error:
            warnings.warn(f"the store `{self.store.place}` cannot be written: {error.strerror or error}", RuntimeWarning, stacklevel=7)

    def _tell(self) -> None:
        if self.told is None:
            return
        chunks = sum(end - first for first, end in self.merger.done())
        done = min(int(chunks * self.of_chunk), self.paths)
        seconds = time.monotonic() - self.began
        self.told(done, self.paths, *self.headline(), seconds, self.done, self.parts, self.retried)


def broken() -> CapstakeError:
    """The exception of a pool of processes that has lost one."""
    help = [
        "with store=FOLDER the same call goes on in a new pool with what is done; Ray and Dask replace lost workers themselves",
        'a pool that breaks at once: what a script does stands below `if __name__ == "__main__":`, or its workers do it again',
    ]
    screen = "error: the pool lost a worker and takes no more work\n  |" + "".join(f"\n  = help: {one}" for one in help)
    return CapstakeError(screen, 1, None, help)


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
    place = os.fspath(store)
    if not place:
        raise ValueError("`store` is the name of a folder; it is empty")
    try:
        return Store(place)
    except OSError as error:
        raise OutputError(f"error: the store `{os.fspath(store)}` cannot be used: {error.strerror or error}", 6) from error


def stopped(partial: Any) -> Interrupted:
    """The exception of a Ctrl-C during work on many machines."""
    return Interrupted("interrupted; what was done is in `partial`, and in the store if there is one", partial)
