"""The neutral task in NumPy (its own generator, or Intel MKL's), Numba, JAX and QuantLib.

python neutral.py WHAT PATHS prints: name seconds paths value. One thread; compilation and warm-up are not counted. Seconds
are the clock's, or with PEERS_PROCESSOR_CLOCK set the processor's.
The task: revenue is geometric Brownian (growth 0.30, volatility 0.40), 20 quarters; 20% of it is paid at each
quarter's end until 4 have been paid in all; discounted at the continuous rate 0.12. Plain Monte Carlo. QuantLib values an Asian call on the same paths instead, and prints
no value.
"""
import os

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"
os.environ.update(NPROC="1", XLA_FLAGS="--xla_cpu_multi_thread_eigen=false", JAX_PLATFORMS="cpu")
import math
import sys
import time

QUARTERS, RATE, CAP = 20, 0.20, 4.0
CHUNKS = (1024, 4096, 16384, 65536)
DRIFT, NOISE, STEP_DISCOUNT = (0.30 - 0.40**2 / 2) / 4, 0.40 / 2, 0.12 / 4


def vectorised(normal, paths, chunk):
    import numpy as np

    total = 0.0
    log, left, z = np.empty(chunk), np.empty(chunk), np.empty(chunk)
    for _ in range(paths // chunk):
        log[:] = 0.0
        left[:] = CAP
        for q in range(1, QUARTERS + 1):
            z = normal(chunk, z)
            z *= NOISE
            log += z
            log += DRIFT
            paid = np.exp(log)
            paid *= RATE
            np.minimum(paid, left, out=paid)
            left -= paid
            total += paid.sum() * math.exp(-STEP_DISCOUNT * q)
    return total / (paths // chunk * chunk)


def numpy_peer(paths, chunk):
    import numpy as np

    rng = np.random.default_rng(1)
    return vectorised(lambda n, out: rng.standard_normal(n, out=out), paths, chunk)


def mkl_peer(paths, chunk):
    import mkl_random

    rng = mkl_random.MKLRandomState(1, brng="SFMT19937")
    return vectorised(lambda n, out: rng.standard_normal(n, method="ICDF"), paths, chunk)


def best_chunk(peer, paths):
    """The chunk size that this machine's caches like best, of four."""
    timed = []
    for chunk in CHUNKS:
        start = time.process_time()
        peer(max(paths // 8, chunk), chunk)
        timed.append(((time.process_time() - start) / (max(paths // 8, chunk) // chunk * chunk), chunk))
    return min(timed)[1]


def numba_peer():
    import numba
    import numpy as np

    @numba.njit(fastmath=True)
    def run(paths):
        total = 0.0
        for _ in range(paths):
            log, left = 0.0, CAP
            for q in range(1, QUARTERS + 1):
                log += DRIFT + NOISE * np.random.standard_normal()
                paid = min(RATE * math.exp(log), left)
                left -= paid
                total += paid * math.exp(-STEP_DISCOUNT * q)
        return total / paths

    run(10)
    return run


def jax_peer():
    """Blocks of one compiled program: a scan over the quarters with all paths of a block side by side, in double precision, on
    the default generator (threefry; `rbg` took three times as long). Gives the function of paths and block size, compiled for
    every block size."""
    import functools

    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    key = jax.random.key(1)
    factors = jnp.exp(-STEP_DISCOUNT * jnp.arange(1, QUARTERS + 1))

    @functools.partial(jax.jit, static_argnames="chunk")
    def total(key, blocks, chunk):
        def quarter(state, inputs):
            log, left, value = state
            key, factor = inputs
            log += DRIFT + NOISE * jax.random.normal(key, (chunk,))
            paid = jnp.minimum(RATE * jnp.exp(log), left)
            return (log, left - paid, value + paid * factor), None

        def block(index, sum_before):
            keys = jax.random.split(jax.random.fold_in(key, index), QUARTERS)
            start = (jnp.zeros(chunk), jnp.full(chunk, CAP), jnp.zeros(chunk))
            (_, _, value), _ = jax.lax.scan(quarter, start, (keys, factors))
            return sum_before + value.sum()

        return jax.lax.fori_loop(0, blocks, block, 0.0)

    def run(paths, chunk):
        begun, busy = time.perf_counter(), time.process_time()
        mean = float(total(key, paths // chunk, chunk)) / (paths // chunk * chunk)
        # One thread cannot be busy for longer than the clock runs.
        if time.process_time() - busy > 1.05 * (time.perf_counter() - begun) + 0.01:
            sys.exit("JAX used more than one thread")
        return mean

    for chunk in CHUNKS:
        total(key, 1, chunk).block_until_ready()
    return run


def asian(normal, paths, chunk=4096):
    """Present value of the mean of 20 quarterly prices above 1, by NumPy: what QuantLib's engine is checked against."""
    import numpy as np

    total = 0.0
    for _ in range(paths // chunk):
        log, mean = np.zeros(chunk), np.zeros(chunk)
        for _ in range(QUARTERS):
            log += DRIFT + NOISE * normal(chunk)
            mean += np.exp(log)
        total += np.maximum(mean / QUARTERS - 1.0, 0.0).sum()
    return total / (paths // chunk * chunk) * math.exp(-0.30 * QUARTERS / 4)


def quantlib_peer():
    """QuantLib has no capped share. Its Monte Carlo engine for arithmetic Asian calls does the nearest work, all of it in C++:
    the same process, 20 normals and 20 prices a path, summed up, no control variate."""
    import numpy as np
    import QuantLib as ql

    today = ql.Date(1, 1, 2026)
    ql.Settings.instance().evaluationDate = today
    count = ql.Thirty360(ql.Thirty360.BondBasis)
    dates = [today + ql.Period(3 * (q + 1), ql.Months) for q in range(QUARTERS)]
    flat = lambda rate: ql.YieldTermStructureHandle(ql.FlatForward(today, rate, count))
    volatility = ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), 0.40, count))
    process = ql.BlackScholesMertonProcess(ql.QuoteHandle(ql.SimpleQuote(1.0)), flat(0.0), flat(0.30), volatility)

    def price(paths):
        option = ql.DiscreteAveragingAsianOption(
            ql.Average.Arithmetic, 0.0, 0, dates,
            ql.PlainVanillaPayoff(ql.Option.Call, 1.0), ql.EuropeanExercise(dates[-1]),
        )
        option.setPricingEngine(
            ql.MCDiscreteArithmeticAPEngine(
                process, "pseudorandom", brownianBridge=False, antitheticVariate=False, controlVariate=False,
                requiredSamples=paths, seed=1,
            )
        )
        return option.NPV()

    want, found = asian(np.random.default_rng(2).standard_normal, 400_000), price(200_000)
    if abs(found - want) > 0.02 * want:
        sys.exit(f"QuantLib finds {found}, NumPy {want}: not the same process")
    # What the runner compares is the capped share, which this engine cannot value.
    return lambda paths: price(paths) and float("nan")


def main():
    what, paths = sys.argv[1], int(float(sys.argv[2]))
    if what in ("numpy", "mkl", "jax"):
        peer = jax_peer() if what == "jax" else {"numpy": numpy_peer, "mkl": mkl_peer}[what]
        chunk = best_chunk(peer, paths)
        run = lambda n: peer(n, chunk)
    else:
        run = {"numba": numba_peer, "quantlib": quantlib_peer}[what]()
    clock = time.process_time if "PEERS_PROCESSOR_CLOCK" in os.environ else time.perf_counter
    start = clock()
    value = run(paths)
    print(f"{what} {clock() - start:.6f} {paths} {value:.9f}")


if __name__ == "__main__":
    main()
