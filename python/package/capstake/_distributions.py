"""Values as the scenario format writes them, and the distributions that a number may have."""

from __future__ import annotations

import math
import numbers
import sys
from collections.abc import Mapping, Sequence
from typing import Any


class Distribution:
    """A distribution for a number of a scenario; `min` and `max` cut it."""

    __slots__ = ("name", "parameters")

    def __init__(self, name: str, **parameters: Any) -> None:
        self.name = name
        self.parameters = {key: value for key, value in parameters.items() if value is not None}

    def to_toml(self) -> str:
        """As a scenario has it."""
        rows = {"dist": self.name, **self.parameters}
        return toml(rows, self.name)

    def __repr__(self) -> str:
        inside = ", ".join(f"{key}={value!r}" for key, value in self.parameters.items())
        return f"{self.name.replace('-', '_')}({inside})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Distribution) and self.to_toml() == other.to_toml()

    def __hash__(self) -> int:
        return hash(self.to_toml())


def uniform(low: float, high: float, **more: Any) -> Distribution:
    """Every value from `low` to `high` alike."""
    return Distribution("uniform", low=low, high=high, **more)


def triangular(low: float, mode: float, high: float, **more: Any) -> Distribution:
    """Rising in a straight line from `low` to `mode`, falling to `high`."""
    return Distribution("triangular", low=low, mode=mode, high=high, **more)


def pert(low: float, mode: float, high: float, weight: float | None = None, **more: Any) -> Distribution:
    """A smooth hump between `low` and `high` with its peak at `mode`."""
    return Distribution("pert", low=low, mode=mode, high=high, weight=weight, **more)


def normal(mean: float, sd: float, **more: Any) -> Distribution:
    """The normal distribution, by mean and standard deviation."""
    return Distribution("normal", mean=mean, sd=sd, **more)


def lognormal(
    median: float | None = None,
    sigma: float | None = None,
    *,
    mean: float | None = None,
    sd: float | None = None,
    **more: Any,
) -> Distribution:
    """A value whose logarithm is normal: by `median` and the logarithm's `sigma`, or by its own `mean` and `sd`."""
    return Distribution("lognormal", median=median, sigma=sigma, mean=mean, sd=sd, **more)


def student_t(df: float, mean: float, scale: float, **more: Any) -> Distribution:
    """Student's t with `df` degrees of freedom, moved to `mean` and stretched by `scale`."""
    return Distribution("student-t", df=df, mean=mean, scale=scale, **more)


def beta(a: float, b: float, low: float | None = None, high: float | None = None, **more: Any) -> Distribution:
    """The beta distribution with shapes `a` and `b`, between `low` and `high` (0 and 1 unless given)."""
    return Distribution("beta", a=a, b=b, low=low, high=high, **more)


def discrete(values: Sequence[float], weights: Sequence[float], **more: Any) -> Distribution:
    """One of `values`, with chances in proportion to `weights`."""
    return Distribution("discrete", values=values, weights=weights, **more)


def empirical(csv: str, column: str, dialect: str | None = None, **more: Any) -> Distribution:
    """One of the values in a column of a CSV file, each alike; the path is relative to the scenario's folder."""
    return Distribution("empirical", csv=csv, column=column, dialect=dialect, **more)


def quantiles(
    *,
    p50: float,
    p01: float | None = None,
    p05: float | None = None,
    p10: float | None = None,
    p25: float | None = None,
    p75: float | None = None,
    p90: float | None = None,
    p95: float | None = None,
    p99: float | None = None,
    lower: float | None = None,
    upper: float | None = None,
    **more: Any,
) -> Distribution:
    """Through the median and one pair of quantiles beside it, within `lower` and `upper` where given (metalog)."""
    given = {"p01": p01, "p05": p05, "p10": p10, "p25": p25, "p50": p50, "p75": p75, "p90": p90, "p95": p95, "p99": p99}
    return Distribution("quantiles", **given, lower=lower, upper=upper, **more)


def toml(value: Any, key: str) -> str:
    """A value as TOML; `key` is what an error names."""
    # Scalars of numpy and the like know their Python value.
    item = getattr(value, "item", None)
    if item is not None and not isinstance(value, (str, bytes, Mapping)) and getattr(value, "shape", ()) == ():
        value = item()
    if value is None:
        return "none"
    if isinstance(value, Distribution):
        return value.to_toml()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real) or _is_decimal(value):
        return _float(float(value))
    if isinstance(value, str):
        return _text(value)
    # Nobody has a date or a decimal without the module.
    datetime = sys.modules.get("datetime")
    if datetime is not None and isinstance(value, datetime.datetime):
        if (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
            return str(value.date().isoformat())
        raise TypeError(f"`{key}` takes a date, not a time of day: {value!r}")
    if datetime is not None and isinstance(value, datetime.date):
        return str(value.isoformat())
    if isinstance(value, Mapping):
        rows = [f"{_bare(str(name))} = {toml(inner, f'{key}.{name}')}" for name, inner in value.items()]
        return "{ " + ", ".join(rows) + " }" if rows else "{}"
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return "[" + ", ".join(toml(inner, key) for inner in value) + "]"
    if hasattr(value, "tolist"):
        return toml(value.tolist(), key)
    raise TypeError(
        f"`{key}` takes a number, text, True or False, a date, None, a distribution such as capstake.uniform(0.08, 0.12), "
        f"a dict or a list; not {type(value).__name__}"
    )


def _is_decimal(value: Any) -> bool:
    decimal = sys.modules.get("decimal")
    return decimal is not None and isinstance(value, decimal.Decimal)


def _float(value: float) -> str:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    text = repr(value)
    if "e" in text:
        mantissa, exponent = text.split("e")
        return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{int(exponent)}"
    return text


def _text(value: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    out = []
    for letter in value:
        if letter in escapes:
            out.append(escapes[letter])
        elif ord(letter) < 32 or ord(letter) == 127:
            out.append(f"\\u{ord(letter):04x}")
        else:
            out.append(letter)
    return '"' + "".join(out) + '"'


def _bare(name: str) -> str:
    plain = name != "" and all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in name)
    return name if plain else _text(name)


def count(value: Any, name: str) -> int:
    """A whole number, which may be written as 1e6."""
    item = getattr(value, "item", None)
    if item is not None and getattr(value, "shape", ()) == ():
        value = item()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"`{name}` is a whole number such as 1_000_000 or 1e6, not {type(value).__name__}")
    if isinstance(value, float):
        if not math.isfinite(value) or value != int(value):
            raise ValueError(f"`{name}` is a whole number such as 1_000_000 or 1e6, not {value!r}")
    value = int(value)
    if value < 0:
        raise ValueError(f"`{name}` is 0 or more, not {value}")
    if value >= 2**64:
        raise ValueError(f"`{name}` is below 2**64, not {value}")
    return int(value)


def names(value: Any, name: str) -> list[str]:
    """A list of names; a single text is a list of one."""
    if isinstance(value, str):
        return [value]
    try:
        out = list(value)
    except TypeError:
        raise TypeError(f"`{name}` is a list of names, not {type(value).__name__}") from None
    for one in out:
        if not isinstance(one, str):
            raise TypeError(f"`{name}` is a list of names; {one!r} is not text")
    return out


def threads_of(value: Any) -> int | None:
    """Threads from 1 to 1,024, or None for one a core."""
    if value is None:
        return None
    number = count(value, "threads")
    if not 1 <= number <= 1024:
        raise ValueError(f"`threads` is from 1 to 1024, or None for one a core; not {number}")
    return number
