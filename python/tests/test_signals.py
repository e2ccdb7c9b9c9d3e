"""Ctrl-C stops whatever takes time, and other threads go on meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import capstake as cs

from conftest import CONFIGS

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of Unix")

HEAD = f"""
import sys, time
import capstake as cs
scenario = cs.Scenario.load({str(CONFIGS / 'base.toml')!r})
print("ready", flush=True)
began = time.monotonic()
try:
    {{work}}
    print("ended")
except cs.Interrupted as error:
    partial = error.partial
    print("interrupted", type(partial).__name__, repr(str(error)))
    if isinstance(partial, cs.Result):
        print(partial.complete, 0 < partial.paths_done < partial.paths_asked, "PARTIAL" in repr(partial), "PARTIAL" in repr(partial.summary))
except KeyboardInterrupt:
    print("keyboard")
"""


def stopped(work: str, after: float = 0.7) -> tuple[list[str], float]:
    """What a process says when a SIGINT comes, and how long it took from then."""
    running = subprocess.Popen([sys.executable, "-c", HEAD.format(work=work)], stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None and running.stdout.readline() == "ready\n"
    time.sleep(after)
    began = time.monotonic()
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=60)
    return said.splitlines(), time.monotonic() - began


def test_a_folder_that_is_not_whole_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    save = f"scenario.run(paths=9_000, progress=None).extend(400_000, progress=None).save({str(folder)!r}, draws='csv', progress=lambda at: os.kill(os.getpid(), 2))"
    code = HEAD.format(work=save).replace("import sys, time", "import os, sys, time")
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True).stdout.splitlines()
    assert said[1].startswith("interrupted NoneType ") and f"`{folder}` is not whole, and says so" in said[1], said
    if (folder / "manifest.json").exists():
        assert "PARTIAL" in repr(cs.open(folder))


def test_a_run_stops_with_what_is_done() -> None:
    said, seconds = stopped("scenario.run(paths=1e9, progress=None)")
    assert said[0].startswith("interrupted Result 'interrupted after "), said
    assert said[1] == "False True True True", said
    assert seconds < 5


@pytest.mark.parametrize(
    "work",
    [
        "scenario.sweep({'deal.amended-2026.cap_usd_bn': range(10, 60)}, paths=1e8)",
        "scenario.sensitivity(method='sobol', by='kind', paths=1e8)",
        "scenario.bridge(paths=1e9)",
        "scenario.run(paths=100).extend(paths=1e9)",
    ],
)
def test_studies_stop(work: str) -> None:
    said, seconds = stopped(work)
    assert said and said[0].startswith("interrupted "), said
    assert seconds < 10


READERS = {
    "to_pyarrow": ("draws.to_pyarrow()", "interrupted NoneType"),
    "to_polars": ("draws.to_polars()", "interrupted NoneType"),
    "batches": ("sum(batch.num_rows for batch in draws)", "interrupted NoneType"),
    # Who reads without our help sees Ctrl-C as an error of his library.
    "pyarrow": ("import pyarrow; pyarrow.table(draws)", "KeyboardInterrupt: interrupted by Ctrl-C"),
    "polars": ("import polars; polars.DataFrame(draws)", "KeyboardInterrupt: interrupted by Ctrl-C"),
    "duckdb": ("import duckdb; duckdb.sql('select sum(share_pv) from draws').fetchall()", "nterrupt"),
}


@pytest.mark.parametrize("reader", [pytest.param(name, marks=[] if name == "duckdb" else pytest.mark.once) for name in READERS])
def test_reading_draws_stops(reader: str) -> None:
    read, words = READERS[reader]
    # DuckDB imports what it may need at its first query, and what is raised meanwhile it drops.
    first = "small = scenario.run(paths=9, progress=None).draws(); duckdb.sql('select sum(share_pv) from small').fetchall()"
    work = f"import pyarrow, polars, duckdb; {first}; draws = scenario.run(paths=4e5, progress=None).draws(); print('read', flush=True); {read}"
    running = subprocess.Popen([sys.executable, "-c", HEAD.format(work=work)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None
    while running.stdout.readline() not in ("read\n", ""):
        pass
    time.sleep(0.3)
    began = time.monotonic()
    running.send_signal(signal.SIGINT)
    said, errors = running.communicate(timeout=60)
    assert time.monotonic() - began < 5
    # Python may hear of it first, between two batches.
    assert words in said or words in errors or said == "keyboard\n", (said, errors)
    assert "ended" not in said


def test_the_program_in_the_package_keeps_what_is_done(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "capstake", "run", str(CONFIGS / "base.toml"), "-n", "1e9", "-o", "out", "--progress", "none"]
    running = subprocess.Popen(line, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "out" / "manifest.json").exists():
        time.sleep(0.05)
    time.sleep(1.0)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130 and "partial: stopped after" in said and "Traceback" not in said
    found = cs.open(tmp_path / "out")
    assert isinstance(found, cs.Result) and not found.complete and "PARTIAL" in repr(found)


def test_other_threads_go_on(base: cs.Scenario) -> None:
    ticks = 0
    over = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not over.is_set():
            ticks += 1
            time.sleep(0.005)

    ticking = threading.Thread(target=tick)
    ticking.start()
    began = time.monotonic()
    base.run(paths=200_000, threads=1, progress=None)
    seconds = time.monotonic() - began
    over.set()
    ticking.join()
    assert ticks > 30 * seconds, (ticks, seconds)


def test_threads_run_at_once(base: cs.Scenario) -> None:
    alone = [base.run(paths=5_000, seed=seed).summary.rows() for seed in (1, 2, 3)]
    found: dict[int, object] = {}

    def run(seed: int) -> None:
        found[seed] = base.run(paths=5_000, seed=seed).summary.rows()

    threads = [threading.Thread(target=run, args=(seed,)) for seed in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[seed] for seed in (1, 2, 3)] == alone


def test_progress_is_told_and_its_faults_are_raised(base: cs.Scenario) -> None:
    told: list[cs.Progress] = []
    base.run(paths=300_000, threads=1, progress=told.append)
    assert told and all(0 <= one.done <= one.paths == 300_000 for one in told)
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert "microsoft_take_pv" in told[-1].line()

    def fails(_: cs.Progress) -> None:
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        base.run(paths=1e8, progress=fails)


def test_lines_and_bars_go_to_stderr(capsys: pytest.CaptureFixture[str], base: cs.Scenario) -> None:
    base.run(paths=100_000, threads=1, progress="plain")
    base.run(paths=100_000, threads=1)
    assert capsys.readouterr() == ("", "")
    from capstake._progress import _Bar, _Lines

    bar, lines = _Bar(), _Lines()
    bar(500, 1_000, 2.0, 0.5, 1.0)
    bar.close()
    lines(500, 1_000, float("nan"), float("nan"), 6.0)
    said = capsys.readouterr()
    assert said.out == "" and " 50%  500 of 1,000 paths, 500/s, 1 s left, microsoft_take_pv 2.00 ± 0.50" in said.err
    assert said.err.endswith(" 50%  500 of 1,000 paths, 83/s, 6 s left\n")


def test_lines_come_every_five_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    from capstake._progress import _Lines

    lines = _Lines()
    for seconds in (1.0, 4.9, 5.0, 5.1, 9.9, 10.0, 10.1):
        lines(int(seconds), 100, float("nan"), float("nan"), seconds)
    assert len(capsys.readouterr().err.splitlines()) == 2
