"""capstake: who gets what from OpenAI's growth, by simulation.

Load a scenario, change it, run it, and read tables and draws with pandas, polars, DuckDB or pyarrow::

    import capstake as cs

    sc = cs.Scenario.load("base.toml")
    r = sc.set({"deal.amended-2026.cap_usd_bn": 60}).run(paths=1e6)
    r["amended-2026"].microsoft_take_pv.mean
    r.draws(columns=["microsoft_take_pv"]).to_polars()
"""

from . import examples
from ._capstake import build as _build
from ._distributions import (
    Distribution,
    beta,
    discrete,
    empirical,
    lognormal,
    normal,
    pert,
    quantiles,
    student_t,
    triangular,
    uniform,
)
from ._errors import (
    CapstakeError,
    Interrupted,
    MismatchError,
    NotFiniteError,
    OutputError,
    PrecisionError,
    Problem,
    ScenarioError,
    UsageError,
)
from ._figures import Figure
from ._program import explain, schema
from ._progress import Progress
from ._result import Deal, Metric, Result, open
from ._scenario import Check, Cost, Number, Scenario
from ._study import Study, compare
from ._table import Column, Draws, Table

__version__ = _build()[0]

__all__ = [
    "CapstakeError",
    "Check",
    "Column",
    "Cost",
    "Deal",
    "Distribution",
    "Draws",
    "Figure",
    "Interrupted",
    "Metric",
    "MismatchError",
    "NotFiniteError",
    "Number",
    "OutputError",
    "PrecisionError",
    "Problem",
    "Progress",
    "Result",
    "Scenario",
    "ScenarioError",
    "Study",
    "Table",
    "UsageError",
    "__version__",
    "beta",
    "compare",
    "discrete",
    "empirical",
    "examples",
    "explain",
    "lognormal",
    "normal",
    "open",
    "pert",
    "quantiles",
    "schema",
    "student_t",
    "triangular",
    "uniform",
]
