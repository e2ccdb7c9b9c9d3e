"""Runs every peer in turn with ours, round after round, and prints the table of ratios.

    cargo build --release && cargo bench --no-run && benches/peers/build.sh
    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install numpy scipy numba QuantLib mkl mkl_random jax
    /tmp/peers/bin/python benches/peers/run.py [--rounds 5] [--only neutral|base] [--clock wall|processor]

One thread each. A ratio is that of one round: paths per second of ours over the peer's. A peer that is not installed is
left out by name. With `--clock processor` (the neutral task only) seconds are processor time, which other programs on the
machine hardly change.
"""
import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
# Set where the processor's clock counts; `neutral.py` reads it too.
CLOCK = "PEERS_PROCESSOR_CLOCK"
os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")})


def load():
    return open("/proc/loadavg").read().split()[0] if os.path.exists("/proc/loadavg") else "?"


def output(command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "failed")
    return done.stdout


def bench():
    """The compiled `neutral` benchmark."""
    folder = os.path.join(TARGET, "release", "deps")
    found = [os.path.join(folder, f) for f in os.listdir(folder) if re.fullmatch(r"neutral-[0-9a-f]+", f)]
    if not found:
        sys.exit("no benchmark: cargo bench --no-run")
    return max(found, key=os.path.getmtime)


def stochastic(what, build="peers"):
    """Paths per second and value by stochastic-rs, from one of the two folders that `build.sh` makes."""
    program = os.path.join(TARGET, build, "release", "peer-stochastic")
    if not os.path.exists(program):
        raise RuntimeError("not built: benches/peers/build.sh")
    return line([program, what, "2000000"])


def line(command):
    """Paths per second and value of a program that prints: name seconds paths value.

    By the processor's clock the seconds are those of the whole process, a few milliseconds of start-up included; only Python,
    which starts and compiles for longer, prints its own."""
    before = processor_seconds()
    _, seconds, paths, value = output(command).split()
    if CLOCK in os.environ and command[0] != sys.executable:
        seconds = processor_seconds() - before
    return float(paths) / float(seconds), float(value)


def processor_seconds():
    """Processor time of all programs that have been run so far."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def engine(paths):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        program = os.path.join(TARGET, "release", "capstake")
        output([program, "run", "configs/base.toml", "-n", str(paths), "-j", "1", "-q", "--formats", "csv", "-o", out])
        return json.load(open(os.path.join(out, "manifest.json")))


def find(tree, key):
    """The first value of that key, wherever it stands."""
    if isinstance(tree, dict):
        if key in tree:
            return tree[key]
        tree = list(tree.values())
    if isinstance(tree, list):
        for part in tree:
            value = find(part, key)
            if value is not None:
                return value
    return None


def whole_model(paths):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.json")
        output([sys.executable, os.path.join(HERE, "whole_model.py"), "configs/base.toml", "-n", str(paths), "-o", out])
        return paths / json.load(open(out))["seconds"], 0.0


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--only", choices=["neutral", "base"])
    arguments.add_argument("--paths", type=int, default=1_000_000, help="of the base scenario, by the engine")
    arguments.add_argument("--clock", choices=["wall", "processor"], default="wall")
    given = arguments.parse_args()
    if given.clock == "processor":
        if given.only != "neutral":
            arguments.error("--clock processor is for the neutral task: add --only neutral")
        os.environ[CLOCK] = "1"
    program, python = bench(), [sys.executable, os.path.join(HERE, "neutral.py")]
    tasks = {
        "neutral": (
            "capped share, 20 quarters",
            lambda: line([program, "ours", "4000000"]),
            {
                "naive Rust (rand_distr, scalar exp)": lambda: line([program, "naive", "400000"]),
                "NumPy": lambda: line(python + ["numpy", "1000000"]),
                "NumPy, mkl_random (SFMT, ICDF)": lambda: line(python + ["mkl", "1000000"]),
                "stochastic-rs normals, scalar exp": lambda: stochastic("scalar"),
                "stochastic-rs normals, scalar exp, for this processor": lambda: stochastic("scalar", "peers-native"),
                "stochastic-rs normals and SIMD exp, for this processor": lambda: stochastic("simd", "peers-native"),
                "JAX (jitted scan, double precision)": lambda: line(python + ["jax", "1000000"]),
                "Numba (fastmath)": lambda: line(python + ["numba", "400000"]),
                "QuantLib": lambda: line(python + ["quantlib", "20000"]),
            },
        ),
        "base": (
            "base scenario, all statistics, CSV",
            lambda: (find(engine(given.paths), "paths_per_second"), 0.0),
            {
                "scalar twin (std, rand_distr)": lambda: line([program, "twin", "4000"]),
                "NumPy, the whole model": lambda: whole_model(40_000),
            },
        ),
    }
    for name, (title, ours, peers) in tasks.items():
        if given.only not in (None, name):
            continue
        speeds, ratios, absent = {}, {}, {}
        for round_number in range(given.rounds):
            print(f"round {round_number + 1}, load {load()}", file=sys.stderr)
            own, value = ours()
            speeds.setdefault("ours", []).append(own)
            for peer, run in peers.items():
                try:
                    theirs, their_value = run()
                except (RuntimeError, ValueError) as error:
                    absent[peer] = str(error)
                    continue
                if name == "neutral" and abs(their_value - value) > 0.005 * value:
                    sys.exit(f"{peer} finds {their_value}, ours {value}: not the same task")
                speeds.setdefault(peer, []).append(theirs)
                ratios.setdefault(peer, []).append(own / theirs)
        print(f"\n{title}; ours {statistics.median(speeds['ours']):,.0f} paths a second\n")
        print("| peer | paths a second | ratio, median | smallest to largest |")
        print("|---|---:|---:|---:|")
        for peer, found in ratios.items():
            speed, ratio = statistics.median(speeds[peer]), statistics.median(found)
            print(f"| {peer} | {speed:,.0f} | {ratio:.1f} | {min(found):.1f} to {max(found):.1f} |")
        for peer, why in absent.items():
            print(f"| {peer} | left out: {why} | | |")
    if given.only in (None, "neutral"):
        peak, own = [], []
        for _ in range(given.rounds):
            peak.append(line([program, "peak", "2000000000"])[0])
            own.append(line([program, "ours", "2000000"])[0] * 20)
        print(f"\nmeasured peak {statistics.median(peak) / 1e9:.1f} billion lane-FMA a second;", end=" ")
        print(f"ours {statistics.median(own) / 1e6:.0f} million path-steps a second,", end=" ")
        print(f"a step for every {statistics.median(peak) / statistics.median(own):.0f} of them")


if __name__ == "__main__":
    main()
