"""Writes tests/reference/{exp,ln,ln_1p,quantile,cdf,pdf}.csv: arguments and results as a pair of f64 whose sum is exact to 32 digits.

Run `python3 tools/numerics/reference_normal.py` (needs mpmath). Columns: x, high, low; the function at the f64 number x is
high + low, high being the nearest f64. All draws are seeded, so the files come out the same each time.
"""

import math
import random
import struct
from pathlib import Path

import mpmath as mp

from fit_normal import quantile

mp.mp.dps = 70
FOLDER = Path(__file__).resolve().parent.parent.parent / "tests" / "reference"


def neighbours(x):
    return [math.nextafter(x, -math.inf), x, math.nextafter(x, math.inf)]


def random_float(rng, low, high):
    """A number between two positive ones, even in its bits: about even in its logarithm."""
    a, b = (struct.unpack("<Q", struct.pack("<d", v))[0] for v in (low, high))
    return struct.unpack("<d", struct.pack("<Q", rng.randrange(a, b)))[0]


def write(name, points, function):
    rows = ["x,high,low"]
    for x in sorted(set(points)):
        exact = function(mp.mpf(x))
        high = float(exact)
        rows.append(f"{x!r},{high!r},{float(exact - mp.mpf(high))!r}")
    (FOLDER / f"{name}.csv").write_text("\n".join(rows) + "\n")
    print(name, len(rows) - 1)


def exp_points(rng):
    points = [-745.13, -744.9, -730.0, -708.5, -708.3, 709.78, 1e-300, -1e-300, 0.0, 1e-17, -1e-17]
    for k in (-1000, -30, -1, 0, 1, 2, 10, 900):
        points += neighbours((k + 0.5) * math.log(2))
    points += [rng.uniform(-1, 1) for _ in range(300)]
    points += [rng.uniform(-40, 40) for _ in range(300)]
    points += [rng.uniform(-745, 709.7) for _ in range(200)]
    return points


def ln_points(rng):
    points = [5e-324, 1e-320, 2.2e-308, 2.3e-308, 1.7976931348623157e308, 1.0]
    for x in (math.sqrt(0.5), math.sqrt(2), 0.5, 2.0, 1.0, math.e, 1 / math.e):
        points += neighbours(x)
    for k in range(1, 53):
        points += [1 + 2.0**-k, 1 - 2.0**-k]
    points += [rng.uniform(0.5, 2) for _ in range(400)]
    points += [rng.uniform(0, 1) for _ in range(200)]
    points += [random_float(rng, 5e-324, 1.7e308) for _ in range(200)]
    return points


def ln_1p_points(rng):
    points = [-1 + 2.0**-53, 1.7976931348623157e308, 1e16, 2.0**53]
    for x in (0.0, -0.5, 1.0, math.sqrt(0.5) - 1, math.sqrt(2) - 1, 2.0**-53, -(2.0**-54)):
        points += neighbours(x)
    for k in range(1, 60):
        points += [2.0**-k, -(2.0**-k), 1.1 * 2.0**-k, -0.9 * 2.0**-k]
    points += [rng.uniform(-1, 4) for _ in range(500)]
    points += [rng.uniform(-0.01, 0.01) for _ in range(200)]
    points += [sign * random_float(rng, 1e-300, 0.99) for sign in (1, -1) for _ in range(150)]
    points += [random_float(rng, 1.0, 1.7e308) for _ in range(150)]
    return [x for x in points if abs(x) > 1e-300]


def quantile_points(rng):
    edge = 0.5 - math.sqrt(0.25 - 0.004)
    points = [1e-300, 1e-200, 1e-100, 1e-50, 1e-30, 1e-16, 1e-10, 0.02425, 0.975, 0.25, 0.75, 1 - 2.0**-53]
    points += neighbours(edge) + neighbours(1 - edge)
    for k in range(2, 54):
        points += [2.0**-k, 1 - 2.0**-k, 0.5 + 2.0**-k, 0.5 - 2.0**-k]
    points += [rng.uniform(0, 1) for _ in range(500)]
    points += [rng.uniform(0, 0.01) for _ in range(150)]
    points += [1 - rng.uniform(0, 0.01) for _ in range(100)]
    points += [random_float(rng, 1e-300, 0.5) for _ in range(200)]
    return [p for p in points if p != 0.5]


def cdf_points(rng):
    points = [-38.4, -37.9, -37.6, -37.52, -37.5, -37.0, -0.0, 1e-300, -1e-17, 1e-17, 8.2, 8.3, 9.0, 30.0]
    points += [rng.uniform(-4, 4) for _ in range(500)]
    points += [rng.uniform(-37.4, 8.5) for _ in range(400)]
    return points


def pdf_points(rng):
    points = [0.0, 1e-300, 37.5, 38.0, 38.5]
    return points + [rng.uniform(-4, 4) for _ in range(300)] + [rng.uniform(-37.4, 37.4) for _ in range(300)]


def upper(p):
    """Quantile for p on either side of one half."""
    return quantile(p) if p < 0.5 else -quantile(1 - p)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    write("exp", exp_points(random.Random(1)), mp.exp)
    write("ln", ln_points(random.Random(2)), mp.log)
    write("ln_1p", ln_1p_points(random.Random(6)), mp.log1p)
    write("quantile", quantile_points(random.Random(3)), upper)
    write("cdf", cdf_points(random.Random(4)), lambda x: mp.erfc(-x / mp.sqrt(2)) / 2)
    write("pdf", pdf_points(random.Random(5)), mp.npdf)
