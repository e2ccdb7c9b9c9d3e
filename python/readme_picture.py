#!/usr/bin/env python3
"""Draws docs/pictures/take.svg: who takes what, from the results of a run. Standard library only.

    python3 python/readme_picture.py [RESULTS_FOLDER] [SVG]        (output/base, docs/pictures/take.svg)

Reads histogram.csv and summary.csv of the folder. One panel a metric, one colour a deal; below each panel the median (dot) and
the interval from p5 to p95 (bar) of each deal.
"""

import csv
import math
import sys
from html import escape
from pathlib import Path

PANELS = [
    ("microsoft_take_pv", "Microsoft’s take", "revenue share and stake, present value"),
    ("openai_retained_pv", "OpenAI’s retained upside", "what today’s other holders keep, present value"),
]
# Okabe and Ito's colours, told apart by all common kinds of colour vision; lighter ones on dark pages.
COLOURS = [("#0072b2", "#56b4e9"), ("#c04f00", "#f0a020"), ("#007a5a", "#2fc79b")]
WIDTH, LEFT, RIGHT = 880, 132, 24
PLOT, BAR_ROW = 150, 24
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def round_step(span, most):
    """The smallest 1, 2, 2.5 or 5 times a power of ten that cuts `span` into at most `most` parts."""
    power = 10.0 ** math.floor(math.log10(span / most))
    return next(power * d for d in (1, 2, 2.5, 5, 10, 20) if span / (power * d) <= most)


def number(value):
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.1f}"


def outline(bins, paths, low, high):
    """Density of the histogram as a staircase of (value, share per billion) inside [low, high]."""
    points = []
    for bin_low, bin_high, count in bins:
        a, b = max(bin_low, low), min(bin_high, high)
        if b > a and bin_high > bin_low:
            density = count / paths / (bin_high - bin_low)
            points += [(a, density), (b, density)]
    return points


def panel(top, metric, title, subtitle, deals, histogram, summary):
    """SVG of one panel, and the y below it."""
    present = [deal for deal in deals if (deal, metric) in summary and histogram.get((deal, metric))]
    if not present:
        sys.exit(f"no {metric} in these results")
    stats = {deal: {q: float(summary[deal, metric][q]) for q in ("p01", "p05", "p50", "p95", "p99")} for deal in present}
    low = min(0.0, min(s["p01"] for s in stats.values()))
    high = max(s["p99"] for s in stats.values())
    step = round_step(high - low, 9)
    low, high = step * math.floor(low / step), step * math.ceil(high / step)
    shapes = {
        deal: outline(histogram[deal, metric], float(summary[deal, metric]["paths"]), low, high) for deal in present
    }
    tallest = max(density for shape in shapes.values() for _, density in shape)
    base = top + 52 + PLOT

    def x(value):
        return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(density):
        return base - density / tallest * PLOT

    out = [
        f'<text class="title" x="{LEFT}" y="{top + 18}">{escape(title)}</text>',
        f'<text class="soft" x="{LEFT}" y="{top + 36}">{escape(subtitle)}</text>',
        f'<text class="soft" transform="translate({LEFT - 14} {base - PLOT / 2:.0f}) rotate(-90)" text-anchor="middle">'
        "share of paths per $bn</text>",
    ]
    for i, deal in enumerate(deals):
        if deal not in shapes:
            continue
        path = " ".join(f"L{x(value):.1f} {y(density):.1f}" for value, density in shapes[deal])
        first, last = shapes[deal][0][0], shapes[deal][-1][0]
        out.append(
            f'<path class="area c{i}" d="M{x(first):.1f} {base} {path} L{x(last):.1f} {base} Z"/>'
            f'<path class="line c{i}" d="M{path[1:]}"/>'
        )
    out.append(f'<line class="axis" x1="{LEFT}" y1="{base}" x2="{WIDTH - RIGHT}" y2="{base}"/>')
    at = base + 24
    for i, deal in enumerate(deals):
        if deal not in stats:
            continue
        s = stats[deal]
        name = escape(deal)
        out.append(f'<text class="name f{i}" x="{LEFT - 10}" y="{at + 4}" text-anchor="end">{name}</text>')
        out.append(f'<line class="bar s{i}" x1="{x(s["p05"]):.1f}" y1="{at}" x2="{x(s["p95"]):.1f}" y2="{at}"/>')
        out.append(f'<circle class="f{i}" cx="{x(s["p50"]):.1f}" cy="{at}" r="5"/>')
        # Labels keep clear of the dot and of each other, and stay on the page.
        ends = [("p05", -8, "end"), ("p95", 8, "start")]
        if x(s["p05"]) < LEFT + 60:
            ends[0] = None
        if x(s["p95"]) > WIDTH - 76:
            ends[1] = None
        for end in filter(None, ends):
            q, shift, anchor = end
            text = f"p{int(q[1:])} {number(s[q])}"
            out.append(f'<text class="mark" x="{x(s[q]) + shift:.1f}" y="{at + 4}" text-anchor="{anchor}">{text}</text>')
        median = f"p50 {number(s['p50'])}"
        if ends[0] is None:
            median = f"p5 {number(s['p05'])} · {median}"
        if ends[1] is None:
            median = f"{median} · p95 {number(s['p95'])}"
        out.append(f'<text class="mark" x="{x(s["p50"]):.1f}" y="{at - 9}" text-anchor="middle">{median}</text>')
        at += BAR_ROW + 8
    axis = at - 8
    ticks = round((high - low) / step)
    for i in range(ticks + 1):
        value = low + i * step
        out.append(f'<line class="grid" x1="{x(value):.1f}" y1="{base - PLOT}" x2="{x(value):.1f}" y2="{base}"/>')
        out.append(f'<line class="axis" x1="{x(value):.1f}" y1="{axis - 2}" x2="{x(value):.1f}" y2="{axis + 3}"/>')
        out.append(f'<text class="soft" x="{x(value):.1f}" y="{axis + 16}" text-anchor="middle">{value:,.6g}</text>')
    out.append(
        f'<text class="soft" x="{WIDTH - RIGHT}" y="{axis + 34}" text-anchor="end">$bn of the valuation date; '
        "beyond the highest p99 not drawn</text>"
    )
    return "\n".join(out), axis + 44


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "output/base")
    target = Path(sys.argv[2] if len(sys.argv) > 2 else "docs/pictures/take.svg")
    summary = {(row["deal"], row["metric"]): row for row in rows(folder / "summary.csv")}
    deals = list(dict.fromkeys(deal for deal, _ in summary if " - " not in deal))[: len(COLOURS)]
    histogram = {}
    for row in rows(folder / "histogram.csv"):
        bins = histogram.setdefault((row["deal"], row["metric"]), [])
        bins.append((float(row["low"]), float(row["high"]), float(row["count"])))
    body, top = [], 8
    for metric, title, subtitle in PANELS:
        svg, top = panel(top, metric, title, subtitle, deals, histogram, summary)
        body.append(svg)
        top += 14
    paths = int(float(summary[deals[0], PANELS[0][0]]["paths"]))
    light = "".join(
        f".area.c{i}{{fill:{c}}}.line.c{i},.s{i}{{stroke:{c}}}.f{i}{{fill:{c}}}" for i, (c, _) in enumerate(COLOURS)
    )
    dark = "".join(
        f".area.c{i}{{fill:{c}}}.line.c{i},.s{i}{{stroke:{c}}}.f{i}{{fill:{c}}}" for i, (_, c) in enumerate(COLOURS)
    )
    style = (
        f"text{{font-family:{FONT};font-size:13px;fill:#1f2328}}.page{{fill:#fff}}.title{{font-size:16px;font-weight:600}}"
        ".soft{fill:#59636e;font-size:12px}.mark{font-size:12px}.name{font-weight:600}"
        ".area{fill-opacity:.22}.line{fill:none;stroke-width:1.6;stroke-linejoin:round}.bar{stroke-width:4;stroke-linecap:round}"
        ".axis{stroke:#59636e;stroke-width:1}.grid{stroke:#59636e;stroke-opacity:.18;stroke-width:1}"
        + light
        + "@media (prefers-color-scheme:dark){text{fill:#e6edf3}.page{fill:#0d1117}.soft{fill:#9da7b1}.axis,.grid{stroke:#9da7b1}"
        + dark
        + "}"
    )
    described = "; ".join(
        f"{title} under {deal}: p5 {number(float(summary[deal, metric]['p05']))}, "
        f"median {number(float(summary[deal, metric]['p50']))}, p95 {number(float(summary[deal, metric]['p95']))}"
        for metric, title, _ in PANELS
        for deal in deals
        if (deal, metric) in summary
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}" role="img" '
        f'aria-labelledby="t d">\n<title id="t">Who takes what, {paths:,} simulated paths, billions of US dollars</title>\n'
        f'<desc id="d">{escape(described)}</desc>\n<style>{style}</style>\n'
        f'<rect class="page" width="{WIDTH}" height="{top}" rx="8"/>\n' + "\n".join(body) + "\n</svg>\n",
        encoding="utf-8",
    )
    print(f"{target}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
