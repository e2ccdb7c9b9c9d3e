"""Executors that parts are given to: Ray, a Dask client, and anything else with `submit(fn, *args)`."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ._distributions import text

if TYPE_CHECKING:
    import queue


class Executor:
    """Anything with `submit(fn, *args)` that gives futures: a pool, a Dask client, submitit, Parsl."""

    nests = False
    """Whether futures may stand among arguments, so that merging can be work for workers too."""

    def __init__(self, executor: Any) -> None:
        if isinstance(executor, type):
            raise TypeError(f"`on` is an executor, not its class: write {executor.__name__}()")
        if not callable(getattr(executor, "submit", None)):
            raise TypeError(
                "`on` is something with submit(fn, *args), such as concurrent.futures.ProcessPoolExecutor() or a Dask client, "
                f"or capstake.ray(); not {type(executor).__name__}"
            )
        # Imported late, for it brings much along.
        import queue as queues

        self.executor = executor
        self.ended: queue.SimpleQueue[Any] = queues.SimpleQueue()
        self.nothing = queues.Empty
        self.polled: list[Any] = []
        # A future of Dask's stands among arguments; its client waits for it.
        self.is_dask = type(executor).__module__.partition(".")[0] == "distributed"
        self.nests = self.is_dask

    def threads(self) -> int:
        """Threads of a piece of work."""
        return 1

    def workers(self) -> int | None:
        """How many pieces run at once, if that can be known."""
        if self.is_dask:
            if self.executor.status in ("closing", "closed"):
                raise ValueError("the Dask client of `on` is closed: make another")
            return sum(self.executor.nthreads().values()) or None
        number = getattr(self.executor, "_max_workers", None)
        return number if isinstance(number, int) and number > 0 else None

    def share(self, thing: Any) -> Any:
        """What stands for a thing that all pieces need."""
        return thing

    def submit(self, fn: Callable[..., Any], *args: Any, awaited: bool = True) -> Any:
        """Begins a piece of work; one that is `awaited` is given back by `wait`."""
        # Dask would otherwise give equal work the result of the work before, also where that is lost.
        more = {"pure": False} if self.is_dask else {}
        future = self.executor.submit(fn, *args, **more)
        if not callable(getattr(future, "result", None)) or not callable(getattr(future, "done", None)):
            raise TypeError(f"submit() of `on` gives futures with done() and result(), not {type(future).__name__}")
        if not awaited:
            return future
        if callable(getattr(future, "add_done_callback", None)):
            future.add_done_callback(self.ended.put)
        else:
            self.polled.append(future)
        return future

    def wait(self, seconds: float) -> list[Any]:
        """Futures that have ended, as soon as there are any."""
        until = time.monotonic() + seconds
        while True:
            found = [future for future in self.polled if future.done()]
            self.polled = [future for future in self.polled if future not in found]
            left = until - time.monotonic()
            try:
                pause = min(left, 0.5) if self.polled else left
                if not found and pause > 0:
                    found.append(self.ended.get(timeout=pause))
                while True:
                    found.append(self.ended.get_nowait())
            except self.nothing:
                pass
            if found or left <= 0:
                return found

    def result(self, future: Any) -> Any:
        """What it gave; raises where the worker was lost."""
        return future.result()

    def cancel(self, futures: Iterable[Any]) -> None:
        """Work that is not needed any more."""
        for future in futures:
            try:
                future.cancel()
            except Exception:
                pass


class Ray(Executor):
    """Ray's tasks; workers and nodes that are lost are replaced by Ray itself, without limit."""

    nests = True

    def __init__(self, address: str | None, num_cpus: float, options: dict[str, Any]) -> None:
        self.address = address
        self.num_cpus = num_cpus
        self.options = options
        self.waiting: list[Any] = []
        self.remotes: dict[Callable[..., Any], Any] = {}
        self.ray: Any = None
        self.warned = False

    def start(self) -> None:
        """Joins the Ray that this process has initialised, else the one at the address, else starts one here."""
        if self.ray is not None:
            return
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            import ray  # type: ignore[import-not-found, unused-ignore]
        except ImportError as error:
            message = "capstake.ray() needs Ray, which is not installed: pip install 'capstake[ray]'"
            raise ImportError(message, name="ray") from error
        if not ray.is_initialized():
            here: dict[str, Any] = {} if self.address else {"_node_ip_address": "127.0.0.1", "include_dashboard": False}
            ray.init(address=self.address, log_to_driver=False, **here)
        self.ray = ray

    def threads(self) -> int:
        return max(1, int(self.num_cpus))

    def workers(self) -> int | None:
        self.start()
        there = self.ray.cluster_resources().get("CPU", 0)
        if there < self.num_cpus and not self.warned:
            self.warned = True
            # Nodes may join later, so this is no error.
            warnings.warn(
                f"Ray has {there:g} CPUs and a part asks for {self.num_cpus:g}: parts wait until a node joins that has as many",
                RuntimeWarning,
                stacklevel=5,
            )
        return max(1, int(there / max(self.num_cpus, 0.01)))

    def share(self, thing: Any) -> Any:
        self.start()
        return self.ray.put(thing)

    def submit(self, fn: Callable[..., Any], *args: Any, awaited: bool = True) -> Any:
        self.start()
        if fn not in self.remotes:
            own = {"num_cpus": self.num_cpus, "max_retries": -1, **self.options}
            self.remotes[fn] = self.ray.remote(fn).options(**own)
        future = self.remotes[fn].remote(*args)
        if awaited:
            self.waiting.append(future)
        return future

    def wait(self, seconds: float) -> list[Any]:
        if not self.waiting:
            time.sleep(min(seconds, 0.1))
            return []
        found, self.waiting = self.ray.wait(self.waiting, num_returns=1, timeout=seconds, fetch_local=False)
        return list(found)

    def result(self, future: Any) -> Any:
        return self.ray.get(future)

    def cancel(self, futures: Iterable[Any]) -> None:
        for future in futures:
            try:
                self.ray.cancel(future, force=True)
            except Exception:
                pass


def ray(address: str | None = None, num_cpus: float = 1, **options: Any) -> Ray:
    """Ray for `on=`: `num_cpus` for each part, `address` of a cluster. A Ray that the process has initialised is used.

    `options` are those of Ray's tasks: `resources`, `memory`, `scheduling_strategy`, `runtime_env`, …
    """
    if isinstance(num_cpus, bool) or not isinstance(num_cpus, (int, float)) or not 0 < num_cpus < 1e6:
        raise ValueError(f"`num_cpus` is a number above 0, not {num_cpus!r}")
    if address is not None:
        text(address, "address")
    return Ray(address, num_cpus, options)


def executor_of(on: Any) -> Executor:
    """What `on=` takes."""
    # What a call waits for is its own: one that was stopped leaves nothing to the next.
    return Ray(on.address, on.num_cpus, on.options) if isinstance(on, Ray) else Executor(on)
