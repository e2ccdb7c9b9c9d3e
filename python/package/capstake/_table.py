"""Tables, and draws that are simulated while they are read: both speak the Arrow interface of Python's data libraries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from . import _capstake
from ._errors import Interrupted, UsageError

if TYPE_CHECKING:
    # Whoever checks types may not have them.
    import numpy  # type: ignore[import-not-found, unused-ignore]
    import pandas  # type: ignore[import-not-found, import-untyped, unused-ignore]
    import polars  # type: ignore[import-not-found, unused-ignore]
    import pyarrow  # type: ignore[import-not-found, import-untyped, unused-ignore]

_SHOWN = 20


def _need(name: str, what: str) -> Any:
    """A library that the caller may not have."""
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        message = f"{what} needs {name}, which is not installed: pip install {name}"
        raise ImportError(message, name=name) from error


class _Readable:
    """What pandas, polars, DuckDB and pyarrow read without help; the methods only save an import."""

    _native: Any

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._native.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self._native.__arrow_c_schema__()

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("tables and draws are not pickled: to_pandas(), to_polars() and to_pyarrow() make what can be")

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Ctrl-C, which a library can only pass on as an error of its own, is raised as what it is."""
        try:
            yield
        except Exception:
            if isinstance(self._native, _capstake.Draws) and self._native.take_interrupted():
                raise Interrupted("interrupted while draws were read") from None
            raise

    def to_pyarrow(self) -> pyarrow.Table:
        """As a table of pyarrow."""
        with self._reading():
            table: pyarrow.Table = _need("pyarrow", "to_pyarrow()").table(self)
            return table

    def to_polars(self) -> polars.DataFrame:
        """As a DataFrame of polars."""
        with self._reading():
            frame: polars.DataFrame = _need("polars", "to_polars()").DataFrame(self)
            return frame

    def to_pandas(self) -> pandas.DataFrame:
        """As a DataFrame of pandas; what has no value is NaN."""
        library = _need("pandas", "to_pandas()")
        # pandas reads the interface through pyarrow, from version 3 on.
        if hasattr(library.DataFrame, "from_arrow"):
            _need("pyarrow", "to_pandas()")
            with self._reading():
                frame: pandas.DataFrame = library.DataFrame.from_arrow(self)
                return frame
        old: pandas.DataFrame = self.to_pyarrow().to_pandas()
        return old


class Column:
    """A column of a table."""

    __slots__ = ("name", "type", "_cells")

    def __init__(self, name: str, type: str, cells: list[Any]) -> None:
        self.name = name
        self.type = type
        self._cells = cells

    def __len__(self) -> int:
        return len(self._cells)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._cells)

    def __getitem__(self, at: Any) -> Any:
        return self._cells[at]

    def to_list(self) -> list[Any]:
        """Its cells; None where there is no value."""
        return list(self._cells)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> numpy.ndarray[Any, Any]:
        library = _need("numpy", "an array")
        if self.type == "double":
            own = [float("nan") if cell is None else cell for cell in self._cells]
            array: numpy.ndarray[Any, Any] = library.array(own, dtype="float64" if dtype is None else dtype)
            return array
        kind = "int64" if self.type == "int64" else object
        other: numpy.ndarray[Any, Any] = library.array(self._cells, dtype=kind if dtype is None else dtype)
        return other

    def __repr__(self) -> str:
        return f"<column {self.name}: {len(self):,} cells of {self.type}>"


class Table(_Readable):
    """A table in memory, with the columns and numbers of the CSV file of its name."""

    __slots__ = ("name", "_native", "_partial")

    def __init__(self, native: _capstake.Table, name: str, partial: str | None = None) -> None:
        self._native = native
        self.name = name
        self._partial = partial

    @property
    def columns(self) -> list[str]:
        """Names of its columns."""
        return list(self._native.columns)

    def __len__(self) -> int:
        return len(self._native)

    def __getitem__(self, name: str) -> Column:
        if not isinstance(name, str):
            raise TypeError(f"a column goes by its name, not by {type(name).__name__}; rows() has the rows")
        cells = self._native.column(name)
        if cells is None:
            from difflib import get_close_matches

            near = get_close_matches(name, self.columns, 1)
            help = f"did you mean `{near[0]}`?" if near else f"the columns are {', '.join(self.columns)}"
            raise UsageError(f"error: the table `{self.name}` has no column `{name}`\n  |\n  = help: {help}", 2, None, [help])
        return Column(name, self._native.types[self.columns.index(name)], cells)

    def rows(self) -> list[dict[str, Any]]:
        """Its rows, each by the names of the columns; None where there is no value."""
        columns = [self._native.column(name) or [] for name in self.columns]
        return [dict(zip(self.columns, cells)) for cells in zip(*columns)]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows())

    def __repr__(self) -> str:
        partial = f", {self._partial}" if self._partial else ""
        return f"<table {self.name}: {len(self):,} rows × {len(self.columns)} columns{partial}>"

    def _repr_html_(self) -> str:
        from html import escape

        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        body = []
        for row in self.rows()[:_SHOWN]:
            cells = (_cell(cell) for cell in row.values())
            body.append("<tr>" + "".join(cells) + "</tr>")
        more = len(self) - _SHOWN
        note = f"<p>{more:,} more rows</p>" if more > 0 else ""
        partial = f"<p><b>{escape(self._partial)}</b></p>" if self._partial else ""
        return f"{partial}<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>{note}"


def _cell(cell: Any) -> str:
    from html import escape

    if cell is None:
        return "<td></td>"
    if isinstance(cell, float):
        return f'<td style="text-align:right">{cell:.6g}</td>'
    if isinstance(cell, int):
        return f'<td style="text-align:right">{cell}</td>'
    return f'<td style="text-align:left">{escape(str(cell))}</td>'


class Draws(_Readable):
    """Single paths as an Arrow stream: simulated while they are read, never kept. Reading again gives the same bits."""

    __slots__ = ("_native",)

    def __init__(self, native: _capstake.Draws) -> None:
        self._native = native

    @property
    def columns(self) -> list[str]:
        """Names of its columns."""
        return list(self._native.columns)

    def __len__(self) -> int:
        return int(self._native.rows)

    def __iter__(self) -> Iterator[pyarrow.RecordBatch]:
        """Batches of pyarrow, one after the other."""
        reader = _need("pyarrow", "a batch").RecordBatchReader.from_stream(self)
        with self._reading():
            yield from reader

    def __repr__(self) -> str:
        return f"<draws: {len(self):,} rows × {len(self.columns)} columns, simulated while they are read>"
