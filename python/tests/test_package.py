"""The package as a whole: the program in it, its import, its types, other processes, README and notebook."""

from __future__ import annotations

import compileall
import multiprocessing
import os
import pickle
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import capstake as cs

from conftest import CONFIGS, TOP, program

SETTINGS = TOP / "python" / "pyproject.toml"


def test_the_program_is_in_the_package(tmp_path: Path) -> None:
    assert program("--version", cwd=tmp_path).stdout.splitlines()[0] == f"capstake {cs.__version__}"
    assert program("run", "nowhere.toml", cwd=tmp_path, check=False).returncode == 3
    script = Path(sys.executable).with_name("capstake")
    if script.exists():
        said = subprocess.run([script, "explain", "exit-4"], capture_output=True, text=True, check=True).stdout
        assert said == cs.explain("exit-4")
    assert "microsoft_take_pv: a metric" in cs.explain("microsoft_take_pv")
    with pytest.raises(cs.UsageError, match="did you mean `microsoft_take_pv`"):
        cs.explain("microsoft_take_vp")
    assert cs.schema()["type"] == "object"


def test_examples_are_the_repositorys(tmp_path: Path) -> None:
    for file in CONFIGS.glob("*.toml"):
        name = file.stem.replace("-", "_")
        assert cs.examples.texts()[name] == file.read_text(encoding="utf-8")
        assert getattr(cs.examples, name).digest == cs.Scenario.load(file).digest
    assert "base" in dir(cs.examples)
    with pytest.raises(AttributeError, match="the examples are base"):
        cs.examples.bse  # noqa: B018


def test_import_is_quick_and_brings_no_library_along() -> None:
    code = "import sys; import capstake; print(sorted({'numpy', 'pandas', 'polars', 'pyarrow', 'IPython', 'asyncio'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

    def seconds(code: str) -> float:
        # Of the processor: other programs of the machine do not count.
        began = os.times()
        subprocess.run([sys.executable, "-c", code], check=True)
        ended = os.times()
        return ended.children_user + ended.children_system - began.children_user - began.children_system

    # As installed: a machine may be set not to keep compiled modules, and would compile them each time.
    compileall.compile_dir(Path(cs.__file__).parent, quiet=1)
    pairs = [seconds("import capstake") - seconds("pass") for _ in range(9)]
    assert statistics.median(pairs) < 0.05, pairs


def test_types_are_those_that_are_declared() -> None:
    stubtest = pytest.importorskip("mypy.stubtest")
    assert stubtest is not None
    line = [sys.executable, "-m", "mypy.stubtest", "--mypy-config-file", SETTINGS, "capstake._capstake"]
    ended = subprocess.run(line, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_package_is_strictly_typed() -> None:
    pytest.importorskip("mypy")
    code = "import capstake as cs\nreveal_type(cs.examples.base.run(paths=1e6)['x'].share_pv.mean)\n"
    line = [sys.executable, "-m", "mypy", "--config-file", SETTINGS, "--strict", "-c", code]
    ended = subprocess.run(line, capture_output=True, text=True)
    assert ended.returncode == 0 and 'Revealed type is "float"' in ended.stdout.replace("builtins.", ""), ended.stdout
    line = [sys.executable, "-m", "mypy", "--config-file", SETTINGS, "--strict", "-p", "capstake"]
    ended = subprocess.run(line, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout


def mean(scenario: cs.Scenario, seed: int) -> float:
    return scenario.run(paths=9_000, seed=seed, threads=2)["amended-2026"].microsoft_take_pv.mean


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_processes_give_the_same(method: str, base: cs.Scenario) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system cannot {method}")
    changed = base.set({"deal.amended-2026.cap_usd_bn": 60})
    # Threads of the parent have run by the time it forks.
    expected = [mean(changed, seed) for seed in (1, 2)]
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.starmap(mean, [(changed, 1), (changed, 2)]) == expected
    again = pickle.loads(pickle.dumps(changed))
    assert again == changed and again["deal.amended-2026.cap_usd_bn"].origin == "set"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_draws_are_read_in_a_forked_process(result: cs.Result) -> None:
    expected = result.draws(columns="share_pv").to_pyarrow().num_rows
    code = f"""
import os, sys, warnings
warnings.simplefilter("ignore")
import capstake as cs
result = cs.examples.base.run(paths=10_000, threads=2)
child = os.fork()
if child == 0:
    import pyarrow
    rows = sum(batch.num_rows for batch in pyarrow.RecordBatchReader.from_stream(result.draws(columns="share_pv", threads=2)))
    os._exit(0 if rows == {expected} else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def code_blocks(file: Path) -> list[str]:
    """The blocks of a document; what a cluster or the like is needed for says `not run` above."""
    found = re.findall(r"(<!-- not run: [^\n]* -->\n)?```python\n(.*?)```", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [block for note, block in found if not note]


DOCUMENTS = [TOP / "README.md", TOP / "python" / "README.md", *sorted((TOP / "docs").rglob("*.md"))]


@pytest.mark.parametrize("file", [str(file.relative_to(TOP)) for file in DOCUMENTS if code_blocks(file)])
def test_examples_of_the_documents_run(file: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here)
    (here / "configs").mkdir()
    for scenario in CONFIGS.glob("*.toml"):
        (here / "configs" / scenario.name).write_text(scenario.read_text(encoding="utf-8"), encoding="utf-8")
    blocks = [block for block in code_blocks(TOP / file) if not block.startswith("# not run")]
    assert blocks
    # A thousandth of the paths.
    names: dict[str, object] = {}
    for block in blocks:
        exec(re.sub(r"paths=(1e6|100_000|1_200_000)", lambda found: "paths=6_000" if found[1] == "1_200_000" else "paths=5_000", block), names)  # noqa: S102


@pytest.mark.once
def test_the_notebook_runs_and_says_what_it_says(here: Path) -> None:
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.read(TOP / "docs" / "notebook.ipynb", as_version=4)

    def said(notebook: object) -> list[str]:
        texts = []
        for cell in notebook.cells:  # type: ignore[attr-defined]
            for output in cell.get("outputs", []):
                assert output["output_type"] != "error"
                data = output.get("data", {})
                # Figures of another number of threads are the same; times are not shown.
                texts.append(output.get("text") or data.get("text/plain") or "")
        # A display of progress leaves an empty one.
        return [text for text in texts if text.strip()]

    before = said(notebook)
    assert len(before) > 8
    client = nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(here)}})
    client.execute()
    assert said(notebook) == before
    assert (here / "results.xlsx").exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_process_leaves_a_study_to_its_parent(tmp_path: Path) -> None:
    code = f"""
import os, sys, warnings
warnings.simplefilter("ignore")
import capstake as cs
study = cs.examples.base.ipo(paths=500)
child = os.fork()
if child == 0:
    del study
    os._exit(0)
os.waitpid(child, 0)
study.save({str(tmp_path / "out")!r})
"""
    ended = subprocess.run([sys.executable, "-c", code], timeout=60, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "out" / "manifest.json").exists()


def test_the_arguments_of_studies_are_typed() -> None:
    pytest.importorskip("mypy")
    head = "import capstake as cs\nsc = cs.examples.base\n"
    for call, right in (("sc.ipo(paths=1e5, seed=2)", True), ("sc.ipo(path=1e5)", False), ("sc.sweep({}, threads='2')", False)):
        line = [sys.executable, "-m", "mypy", "--config-file", SETTINGS, "--strict", "-c", head + call]
        ended = subprocess.run(line, capture_output=True, text=True)
        assert (ended.returncode == 0) == right, (call, ended.stdout)
