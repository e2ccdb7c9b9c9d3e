"""The build backend: maturin's, which notes the revision in a source distribution, since that has no history of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import maturin

build_wheel = maturin.build_wheel
build_editable = maturin.build_editable
prepare_metadata_for_build_wheel = maturin.prepare_metadata_for_build_wheel
prepare_metadata_for_build_editable = maturin.prepare_metadata_for_build_editable
get_requires_for_build_wheel = maturin.get_requires_for_build_wheel
get_requires_for_build_editable = maturin.get_requires_for_build_editable
get_requires_for_build_sdist = maturin.get_requires_for_build_sdist


def build_sdist(sdist_directory: str, config_settings: dict[str, Any] | None = None) -> str:
    """A source distribution with the file REVISION at its top."""
    note = Path(__file__).with_name("REVISION")
    revision = _revision()
    # One that is built from a source distribution has its note already.
    if revision is None:
        return str(maturin.build_sdist(sdist_directory, config_settings))
    note.write_text(revision + "\n", encoding="utf-8")
    try:
        return str(maturin.build_sdist(sdist_directory, config_settings))
    finally:
        note.unlink()


def _revision() -> str | None:
    """The commit, with `+changes` where tracked files differ from it, as the program's own build has it."""
    here = Path(__file__).resolve().parent
    top = _git(here, "rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() != here.parent:
        return None
    commit = _git(here, "rev-parse", "HEAD")
    changed = _git(here, "status", "--porcelain", "--untracked-files=no")
    return f"{commit}+changes" if changed else commit


def _git(here: Path, *arguments: str) -> str | None:
    try:
        ended = subprocess.run(["git", *arguments], cwd=here, capture_output=True, text=True)
    except OSError:
        return None
    return ended.stdout.strip() if ended.returncode == 0 else None
