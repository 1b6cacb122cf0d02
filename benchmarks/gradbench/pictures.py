"""What was found, as pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.gradbench.libraries import LIBRARIES
from benchmarks.gradbench.record import OWN, Record, seconds, total
from wengert.show.plot import COLOURS, GRID, INK, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from benchmarks.gradbench.scaling import Line

BLUE, RED, *_ = COLOURS
COLOUR = {"jax": BLUE, "torch": RED}
MARKER = {"jax": "o", "torch": "D"}
MARKERS = ("o", "s", "D", "^")


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def ratios(record: Record) -> Figure:
    """Our time in units of each peer's, by problem: of the totals, and small, of each size."""
    problems = list(record.problems)
    figure = _figure(7.2, 1.5 + 0.42 * len(problems))
    ax = figure.subplots()
    ax.axvline(1, color=INK, linewidth=1)
    peers = record.peers
    for i, key in enumerate(peers):
        style = {"color": COLOUR.get(key, COLOURS[2]), "marker": MARKER.get(key, "s"), "linestyle": "none"}
        places, middle = [], []
        for row, problem in enumerate(problems):
            y = row + 0.22 * (i - (len(peers) - 1) / 2)
            found = record.problems[problem]
            did, (ours, theirs) = total(problem, found, OWN, key)
            if not did:
                continue
            middle.append(ours / theirs)
            places.append(y)
            sizes = [(seconds(problem, f, OWN), seconds(problem, f, key)) for f in found.values()]
            small = [a / b for a, b in sizes if a is not None and b is not None]
            ax.plot(small, [y] * len(small), **style, markersize=4, alpha=0.35, markeredgewidth=0)
        ax.plot(middle, places, **style, markersize=8, label=LIBRARIES[key].name, markeredgecolor="white")
    ax.set(xscale="log", ylim=(len(problems) - 0.5, -0.5), yticks=range(len(problems)), yticklabels=problems)
    _widen(ax)
    for row, problem in enumerate(problems):
        ax.axhline(row + 0.5, color=GRID, linewidth=0.6)
        gone = [LIBRARIES[key].name for key in peers if not total(problem, record.problems[problem], OWN, key)[0]]
        if gone:
            ax.text(0.99, row, f"no result: {', '.join(gone)}", transform=ax.get_yaxis_transform(),
                    ha="right", va="center", color=INK, fontsize=9.5,
                    bbox={"color": "white", "pad": 1.5})  # fmt: skip
    ax.set_xlabel("Wengert's time in units of the peer's, in total; small: at each size\nleft of 1, Wengert is faster")
    plain(ax)
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0)
    return figure


def _widen(ax: Axes) -> None:
    """Whole decades, and plain numbers for them."""
    from math import ceil, floor, log10

    low, high = ax.get_xlim()
    first, last = min(floor(log10(low)), -1), max(ceil(log10(high)), 1)
    ticks = [10.0**e for e in range(first, last + 1)]
    ax.set(xlim=(ticks[0], ticks[-1]), xticks=ticks, xticklabels=[f"{t:g}" for t in ticks])


def growths(panels: Mapping[str, Mapping[str, Line]]) -> Figure:
    """Time and memory against size by problem, on logarithmic axes, with the exponents."""
    figure = _figure(9.6, 4.2)
    units = {"time": ("seconds", 1.0), "memory": ("MiB", 2.0**20)}
    for ax, (quantity, lines) in zip(figure.subplots(1, len(panels)), panels.items(), strict=True):
        name, unit = units[quantity]
        for i, (problem, line) in enumerate(lines.items()):
            ax.plot(line.sizes, [value / unit for value in line.values], color=COLOURS[i % len(COLOURS)],
                    marker=MARKERS[i % len(MARKERS)], linewidth=2, markersize=6,
                    label=f"{problem} {line.exponent:.2f}")  # fmt: skip
        ax.set(xscale="log", yscale="log", xlabel="size, in units of the smallest", ylabel=f"{quantity}, {name}")
        plain(ax)
        ax.legend(title="exponent", loc="lower right", frameon=False, fontsize=10.5, labelcolor=INK,
                  alignment="left")  # fmt: skip
    return figure


def save(figure: Figure, path: Path) -> None:
    figure.savefig(path, dpi=130, facecolor="white")
