"""The exceptions. Their texts are the screens that the program prints."""

from __future__ import annotations

from typing import Any


class Problem:
    """One problem of a scenario: what is wrong, where, and what to write instead."""

    __slots__ = ("code", "severity", "message", "file", "line", "column", "found", "allowed", "help")

    code: str
    severity: str
    message: str
    file: str
    line: int
    column: int
    found: str | None
    allowed: str | None
    help: str | None

    def __init__(self, **facts: Any) -> None:
        for name in self.__slots__:
            setattr(self, name, facts.get(name))

    def __repr__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.severity}[{self.code}]: {self.message}"


class CapstakeError(Exception):
    """Something that cannot be done. Its text is the screen that the program prints."""

    code: str | None
    """What `explain` has the long text of, such as ``S101``; of several problems the first one's."""
    exit_code: int
    """The exit code with which the program would end."""
    help: list[str]
    """What to do."""

    def __init__(
        self, screen: str = "", exit_code: int = 1, code: str | None = None, help: list[str] | None = None
    ) -> None:
        super().__init__(screen)
        self.exit_code = exit_code
        self.code = code
        self.help = list(help or [])

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restored, (type(self), str(self), self.__dict__))


class UsageError(CapstakeError, ValueError):
    """A name, number or combination that cannot be used."""


class ScenarioError(CapstakeError, ValueError):
    """A scenario that cannot be read or has problems."""

    problems: list[Problem]
    """All of them."""


class NotFiniteError(CapstakeError, ArithmeticError):
    """A figure on some path of a run was not finite."""

    paths: list[int]
    """The first of these paths; `Scenario.replay` shows one."""


class OutputError(CapstakeError, OSError):
    """Something that cannot be written."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class MismatchError(CapstakeError):
    """Results that do not match: of another scenario, seed or build, or changed since."""


class PrecisionError(CapstakeError):
    """The precision that was asked for was not reached."""

    result: Any
    """The run or study, with all the paths that could be spent."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C. What was done by then is in `partial`, which says that it is not whole."""

    partial: Any
    """A result or study of what was done, or None."""

    def __init__(self, message: str = "", partial: Any = None) -> None:
        super().__init__(message)
        self.partial = partial


def _restored(kind: type[CapstakeError], screen: str, state: dict[str, Any]) -> CapstakeError:
    error = kind(screen)
    error.__dict__.update(state)
    return error


_KINDS: dict[int, type[CapstakeError]] = {
    2: UsageError,
    3: ScenarioError,
    4: ScenarioError,
    5: NotFiniteError,
    6: OutputError,
    7: MismatchError,
    8: PrecisionError,
}


def of_screen(
    screen: str,
    exit_code: int,
    code: str | None,
    help: list[str],
    problems: list[dict[str, Any]],
    paths: list[int],
) -> CapstakeError:
    """The exception of a failure; called by the compiled part."""
    error = _KINDS.get(exit_code, CapstakeError)(screen, exit_code, code, help)
    if isinstance(error, ScenarioError):
        error.problems = [Problem(**facts) for facts in problems]
        error.help = [problem.help for problem in error.problems if problem.help]
    if isinstance(error, NotFiniteError):
        error.paths = paths
    return error


def with_result(error: CapstakeError, native: Any) -> None:
    """Adds the run or study to an exception about it; called by the compiled part."""
    error.result = _shown(native)  # type: ignore[attr-defined]


def _shown(native: Any) -> Any:
    # Imported late: results know exceptions.
    from ._capstake import Run
    from ._result import Result
    from ._study import Study

    return Result(native) if isinstance(native, Run) else Study(native)


def of_interrupt(partial: Any, done: int, paths: int) -> Interrupted:
    """The exception of a Ctrl-C; called by the compiled part."""
    if partial is None:
        return Interrupted("interrupted before anything was done")
    from ._capstake import Run

    if isinstance(partial, Run):
        return Interrupted(f"interrupted after {done:,} of {paths:,} paths", _shown(partial))
    return Interrupted("interrupted; what was done is in `partial`", _shown(partial))
