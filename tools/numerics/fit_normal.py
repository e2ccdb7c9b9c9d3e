"""Fits the coefficients of src/math/elementary.rs and src/math/normal.rs by Remez exchange in high precision.

Run `python3 tools/numerics/fit_normal.py` (needs mpmath); it prints every coefficient as a Rust array, lowest power first, with
the largest relative error of the fit before the coefficients are rounded to f64.
"""

import sys

import mpmath as mp

mp.mp.dps = 70


def remez(points, values, numerator, denominator, sweeps=12):
    """Minimises max |P/Q / f - 1| over a grid of points; returns P, Q (lowest power first, Q[0] = 1) and the error.

    `points` should lie densely and evenly in a variable in which the error ripples about evenly.
    """
    unknowns = numerator + denominator + 2
    count = len(points)
    reference = [
        int(round((count - 1) * (1 - mp.cos(mp.pi * i / (unknowns - 1))) / 2)) for i in range(unknowns)
    ]
    q = [mp.mpf(1)] + [mp.mpf(0)] * denominator
    worst = None
    for sweep in range(sweeps):
        for _ in range(6 if denominator else 1):
            system = mp.matrix(unknowns, unknowns)
            right = mp.matrix(unknowns, 1)
            for row, at in enumerate(reference):
                x, f = points[at], values[at]
                for power in range(numerator + 1):
                    system[row, power] = x**power / f
                for power in range(1, denominator + 1):
                    system[row, numerator + power] = -(x**power)
                sign = 1 if row % 2 == 0 else -1
                system[row, unknowns - 1] = sign * mp.polyval(q[::-1], x)
                right[row] = 1
            solution = mp.lu_solve(system, right)
            p = [solution[i] for i in range(numerator + 1)]
            q = [mp.mpf(1)] + [solution[numerator + i] for i in range(1, denominator + 1)]
        level = abs(solution[unknowns - 1])
        error = [
            mp.polyval(p[::-1], x) / mp.polyval(q[::-1], x) / f - 1 for x, f in zip(points, values)
        ]
        worst = max(abs(e) for e in error)
        if worst < level * mp.mpf("1.02"):
            break
        # The largest error of each run of equal sign, then the best window of the wanted length.
        extrema = [0]
        for i in range(1, count):
            if (error[i] > 0) == (error[extrema[-1]] > 0):
                if abs(error[i]) > abs(error[extrema[-1]]):
                    extrema[-1] = i
            else:
                extrema.append(i)
        while len(extrema) > unknowns:
            if abs(error[extrema[0]]) < abs(error[extrema[-1]]):
                extrema.pop(0)
            else:
                extrema.pop()
        if len(extrema) < unknowns:
            print(f"// exchange stopped: {len(extrema)} of {unknowns} extrema", file=sys.stderr)
            break
        reference = extrema
    return p, q, worst


def grid(low, high, count, there=lambda x: x, back=lambda x: x):
    """Points from low to high, even in the variable there(x)."""
    a, b = there(mp.mpf(low)), there(mp.mpf(high))
    return [back(a + (b - a) * i / (count - 1)) for i in range(count)]


def quantile(p):
    """The inverse normal distribution function of p <= 1/2 in full precision, by Newton's method in log p."""
    p = mp.mpf(p)
    if p > mp.mpf("0.01"):
        x = mp.sqrt(2) * mp.erfinv(2 * p - 1)
    else:
        s = mp.sqrt(-2 * mp.log(p))
        x = -(s - mp.log(s * mp.sqrt(2 * mp.pi)) / s)
    for _ in range(8):
        tail = mp.erfc(-x / mp.sqrt(2)) / 2
        step = tail * mp.log(tail / p) / mp.npdf(x)
        x -= step
        if abs(step) < mp.mpf(10) ** -60:
            break
    return x


def mills(a):
    """Upper tail of the normal distribution at a >= 0, over exp(-a^2/2)."""
    return mp.erfc(a / mp.sqrt(2)) / 2 * mp.exp(a * a / 2)


def central(z):
    """Quantile over (u - 1/2), as a function of z = u (1 - u)."""
    z = mp.mpf(z)
    if z >= mp.mpf("0.25"):
        return mp.sqrt(2 * mp.pi)
    root = mp.sqrt(mp.mpf("0.25") - z)
    return quantile(mp.mpf("0.5") - root) / -root


def show(name, coefficients):
    print(f"const {name}: [f64; {len(coefficients)}] = [")
    for c in coefficients:
        print(f"    {float(c)!r},")
    print("];")


def fit_exp():
    bound = mp.log(2) / 2 * mp.mpf("1.0001")
    points = grid(-bound, bound, 600)
    values = [(mp.expm1(r) - r) / r**2 if r else mp.mpf("0.5") for r in points]
    p, _, e = remez(points, values, 10, 0)
    print(f"// exp: (e^r - 1 - r)/r^2, relative error {mp.nstr(e, 3)}")
    show("EXP_TAIL", p)


def fit_ln():
    bound = (3 - 2 * mp.sqrt(2)) ** 2 * mp.mpf("1.0001")
    points = [x for x in grid(0, bound, 601)][1:]
    values = [(2 * mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 2) / z for z in points]
    p, _, e = remez(points, values, 6, 0)
    print(f"// ln: (2 atanh(s) - 2 s)/s^3 in z = s^2, relative error {mp.nstr(e, 3)}")
    show("LN_TAIL", p)


def fit_central():
    spread = mp.mpf("0.3")
    points = grid(
        CENTRAL_LOW, "0.25", 1200, lambda z: mp.log(z / (spread - z)), lambda v: spread / (1 + mp.exp(-v))
    )
    values = [central(z) for z in points]
    p, q, e = remez(points, values, CENTRAL_DEGREE, CENTRAL_DEGREE)
    print(f"// quantile/(u - 1/2) in z = u(1-u) from {CENTRAL_LOW}, relative error {mp.nstr(e, 3)}")
    show("CENTRAL_ABOVE", p)
    show("CENTRAL_BELOW", q)


def fit_tail():
    low = mp.sqrt(-mp.log(mp.mpf(CENTRAL_LOW) * mp.mpf("1.05")))
    points = grid(low, "27.4", 1200, mp.log, mp.exp)
    values = [-quantile(mp.exp(-(r**2))) for r in points]
    # In r - 2 every coefficient is positive, so that the sums lose no digits.
    p, q, e = remez([r - 2 for r in points], values, TAIL_DEGREE, TAIL_DEGREE - 1)
    print(f"// -quantile in r - 2, r = sqrt(-ln p) from {mp.nstr(low, 5)} to 27.4, relative error {mp.nstr(e, 3)}")
    show("TAIL_ABOVE", p)
    show("TAIL_BELOW", q)


def fit_mills():
    points = grid(0, 40, 1200, lambda a: mp.log(1 + a), lambda v: mp.exp(v) - 1)
    values = [mills(a) for a in points]
    p, q, e = remez(points, values, MILLS_DEGREE, MILLS_DEGREE + 1)
    print(f"// upper tail over exp(-a^2/2), a from 0 to 40, relative error {mp.nstr(e, 3)}")
    show("MILLS_ABOVE", p)
    show("MILLS_BELOW", q)


CENTRAL_LOW = "0.004"
CENTRAL_DEGREE = 13
TAIL_DEGREE = 10
MILLS_DEGREE = 9

if __name__ == "__main__":
    fit_exp()
    fit_ln()
    fit_central()
    fit_tail()
    fit_mills()
