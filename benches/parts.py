#!/usr/bin/env python3
"""What merging costs: a thousand parts of base as a driver sees them, their states copies of one that was simulated, every merge real.

    python benches/parts.py [PARTS] [PATHS]     with capstake and blake3 installed

Prints the processor time to merge all parts one after the other, by a tree of eight on as many workers as there are groups, the size of states, and
the driver's memory after each hundred parts.
"""

from __future__ import annotations

import resource
import sys
import time

import blake3
import capstake as cs
from capstake import _capstake

FAN_IN = 8


def varint(number: int) -> bytes:
    out = bytearray()
    while number >= 128:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def end_of_varint(data: bytes, at: int) -> int:
    while data[at] & 128:
        at += 1
    return at + 1


def relabelled(state: bytes, first: int, end: int) -> bytes:
    """The state with its sums said to be of other chunks: how long a merge takes does not depend on which."""
    head = int.from_bytes(state[12:20], "little")
    body = state[28 + head : -32]
    # The number of ranges is below 128.
    after = 1
    for _ in range(2 * body[0]):
        after = end_of_varint(body, after)
    body = b"\x01" + varint(first) + varint(end) + body[after:]
    content = state[:20] + len(body).to_bytes(8, "little") + state[28 : 28 + head] + body
    return content + blake3.blake3(content).digest()


def resident() -> float:
    """Memory of this process now, MB."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def main() -> None:
    parts = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    paths = int(float(sys.argv[2])) if len(sys.argv) > 2 else 1_000_000
    base = cs.examples.base
    (part,) = base.parts(paths=paths, parts=1)
    began = time.process_time()
    one = part.run()
    took = time.process_time() - began
    done = part.paths.stop
    print(f"a part of {done:,} paths: {took:.1f} s, {1e6 * took / done:.1f} µs a path and core; its state {len(one) / 1e6:.1f} MB")
    chunks = part.end

    def state(number: int) -> bytes:
        # A gap of one chunk, so that each is a range of its own as parts that arrive in any order are.
        return relabelled(one, number * (chunks + 1), number * (chunks + 1) + chunks)

    merger = _capstake.Merger()
    linear = 0.0
    memory = []
    for number in range(parts):
        bytes = state(number)
        began = time.process_time()
        merger.add(bytes)
        linear += time.process_time() - began
        if number % 100 == 99:
            memory.append(resident())
    print(f"one after the other: {linear:.1f} s, m = {1e3 * linear / parts:.1f} ms a state")
    print("memory after each hundred parts, MB: " + ", ".join(f"{now:.0f}" for now in memory))

    # Of a level all groups are merged at once, each on its own worker: the level takes as long as its slowest.
    level, total, levels = [state(number) for number in range(min(parts, 64))], 0.0, 0
    width = parts
    while width > 1:
        times, merged = [], []
        for at in range(0, len(level), FAN_IN):
            began = time.process_time()
            merged.append(cs.merge(level[at : at + FAN_IN]))
            times.append(time.process_time() - began)
        total += max(times)
        levels += 1
        width = -(-width // FAN_IN)
        # Groups beyond the first are like it.
        level = merged if len(merged) >= min(width, FAN_IN) else [
            relabelled(merged[0], number * 10**6, number * 10**6 + chunks) if number else merged[0]
            for number in range(min(width, FAN_IN))
        ]
    print(f"by a tree of {FAN_IN}: {levels} levels, {total:.2f} s")


if __name__ == "__main__":
    main()
