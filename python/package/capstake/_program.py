"""The program `capstake` inside the package, and what its commands say."""

from __future__ import annotations

import sys
from typing import Any

from . import _capstake


def main() -> int:
    """Runs the program with the arguments of this process."""
    import signal

    # Python's own handler would only note the signal; the program listens itself. One that is ignored stays so.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _capstake.program(["capstake", *sys.argv[1:]])


def explain(word: str) -> str:
    """The long text of an error code, metric, series, distribution, key, column, file or exit code."""
    return _capstake.say(["explain", "--", word])


def schema() -> dict[str, Any]:
    """The JSON Schema of the scenario format."""
    import json

    out: dict[str, Any] = json.loads(_capstake.schema())
    return out
