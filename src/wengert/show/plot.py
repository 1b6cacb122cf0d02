"""``plot``: a function of one number with its derivatives and tangents, drawn by matplotlib."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from operator import index as as_integer
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import ConversionError, DTypeError, ShapeError
from ..core.interpreter import wrap
from ..eager.array import Array
from ..transforms.batch import vmap
from ..transforms.forward import jvp
from .extras import needs

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["COLOURS", "GRID", "INK", "plain", "plot"]

Numbers = np.ndarray[Any, np.dtype[Any]]
Function = Callable[[Any], Any]

POINTS = 501
# Okabe and Ito's palette, which every kind of colour vision tells apart.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
INK, GRID = "#24292f", "#d8dde3"


def plot(
    f: Function,
    interval: tuple[float, float],
    tangent_at: float | Sequence[float] | None = None,
    derivatives: int = 1,
    ax: Axes | None = None,
) -> Axes:
    """Plot a function of one number, its derivatives, and tangents.

    The derivatives are computed by differentiating ``f``, which may be any function of one number written with
    ``wg`` or NumPy functions; where Python's control flow depends on the number, point by point. Where a value is
    not finite, or jumps, the curve has a gap.

    Parameters
    ----------
    f : callable
        Takes a real number and returns one.
    interval : pair of float
        From where to where.
    tangent_at : float or sequence of float, optional
        Points at which to draw the tangent.
    derivatives : int
        How many derivatives to draw: 0 for the function alone.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the interval is none, or there is no tangent at a point.
    ShapeError, DTypeError
        If ``f`` does not return one real number.
    ModuleNotFoundError
        If matplotlib is missing.

    Examples
    --------
    >>> import wengert as wg
    >>> ax = wg.plot(lambda x: 3 * x**2 - 4 * x, (0, 2), tangent_at=1)
    >>> [line.get_label() for line in ax.lines[:2]]
    ['f(x)', 'f′(x)']
    """
    a, b = _ends(interval)
    if as_integer(derivatives) < 0:
        raise ValueError(f"derivatives is how many of them to draw, 0 or more, not {derivatives}")
    if not callable(f):
        raise TypeError(f"plot needs a function, not {f!r}")
    places = [] if tangent_at is None else [float(x) for x in np.ravel(np.asarray(tangent_at, float))]
    for x in places:
        if not a <= x <= b:
            raise ValueError(f"tangent_at={x:g} lies outside the interval from {a:g} to {b:g}")
    if ax is None:
        with needs("plot", "matplotlib", "plot"):
            from matplotlib import pyplot
        _, ax = pyplot.subplots(figsize=(6.2, 4.0), layout="constrained")

    xs = np.linspace(a, b, POINTS)
    orders = [f]
    for _ in range(derivatives + 1):  # one more than is drawn: the slopes of the last
        orders.append(_derivative(orders[-1]))
    curves = [_values(function, xs) for function in orders]
    for ys, slopes in pairwise(curves):
        slopes[~np.isfinite(ys)] = np.nan
    seen = [_with_gaps(xs, ys, slopes) for ys, slopes in pairwise(curves)]
    for order, ys in enumerate(seen):
        label = f"{_name(f)}{_primes(order)}(x)"
        # Derivatives are thinner and above, so that a curve is seen even where another is the same.
        width, layer = (1.6, 3.0) if order else (2.8, 2.5)
        ax.plot(xs, ys, color=COLOURS[order % len(COLOURS)], linewidth=width, label=label, zorder=layer)
    low, high = _limits(seen)
    for x in places:
        y, slope = (float(_values(function, np.array([x]))[0]) for function in orders[:2])
        if not math.isfinite(y) or not math.isfinite(slope):
            raise ValueError(f"there is no tangent at x = {x:g}: the function is {y:g} there, its derivative {slope:g}")
        label = f"tangent at x = {_number(x)}:  y = {_line(slope, y - slope * x)}"
        ax.plot([a, b], [y + slope * (a - x), y + slope * (b - x)], color=INK, linewidth=1.2, dashes=(5, 3), zorder=2.2,
                label=label)  # fmt: skip
        ax.plot([x], [y], "o", color=INK, markersize=5.5, zorder=4)
        low, high = min(low, y), max(high, y)
    margin = 0.06 * (high - low) or 1.0
    ax.set(xlim=(a, b), ylim=(low - margin, high + margin))
    ax.set_xlabel("x")
    plain(ax)
    return ax


def plain(ax: Axes) -> None:
    """Make axes quiet: a thin grid, no frame, the legend above the picture where it covers nothing."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color("#8c959f")
    ax.grid(True, color=GRID, linewidth=0.7)
    ax.set_axisbelow(True)
    ax.tick_params(color="#8c959f", labelcolor=INK, labelsize=10.5)
    ax.xaxis.label.set(color=INK, fontsize=11.5)
    ax.yaxis.label.set(color=INK, fontsize=11.5)
    labels = [str(text) for text in ax.get_legend_handles_labels()[1]]
    if labels:
        columns = len(labels) if sum(len(label) + 6 for label in labels) <= 60 else 2
        above: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0), "borderaxespad": 0.3}
        ax.legend(
            **above, ncols=columns, frameon=False, fontsize=11, labelcolor=INK, handlelength=1.8, columnspacing=1.6
        )


def _ends(interval: Any) -> tuple[float, float]:
    try:
        a, b = (float(end) for end in interval)
    except (TypeError, ValueError):
        raise ValueError(f"the interval is a pair of numbers (a, b), not {interval!r}") from None
    if not (math.isfinite(a) and math.isfinite(b) and a < b):
        raise ValueError(f"the interval (a, b) needs finite a < b, not ({a:g}, {b:g})")
    return a, b


def _derivative(f: Function) -> Function:
    def derivative(x: Any) -> Any:
        return jvp(f, (x,), (1.0,))[1]

    return derivative


def _values(function: Function, xs: Numbers) -> Numbers:
    """The function at all points: at once, or one by one where its control flow depends on the point."""
    with np.errstate(all="ignore"):
        try:
            ys = _checked(vmap(function)(xs), xs.shape)
        except ConversionError:
            results = [function(wrap(x)) for x in xs]
            if all(not isinstance(y, Array) for y in results) and len(set(map(float, results))) > len(xs) // 2 > 0:
                raise ConversionError(
                    "the function turns its argument into a plain number, which loses the derivative; "
                    "use wg.sin or numpy.sin, say, instead of math.sin, and no float(x) or x.item()"
                ) from None
            ys = np.array([_checked(y, ()) for y in results])
    return ys


def _checked(result: Any, shape: tuple[int, ...]) -> Numbers:
    try:
        ys = np.asarray(result.detach() if isinstance(result, Array) else result)
    except ValueError:
        ys = np.asarray(None)
    if ys.dtype.kind not in "biuf":
        kind = f"one of {ys.dtype}" if ys.dtype.kind == "c" else f"{type(result).__name__}"
        raise DTypeError(f"plot needs a function that returns a real number, not {kind}")
    if ys.shape != shape:
        raise ShapeError(
            "plot needs a function that takes one number and returns one, "
            f"not an array of shape {ys.shape[len(shape) :]}"
        )
    return ys.astype(float)


def _with_gaps(xs: Numbers, ys: Numbers, slopes: Numbers) -> Numbers:
    """The values with NaN where they are not finite, and at jumps: steps that the slopes on neither side explain."""
    shown = np.where(np.isfinite(ys), ys, np.nan)
    with np.errstate(all="ignore"):
        steps = np.diff(shown)
        before, after = slopes[:-1] * np.diff(xs), slopes[1:] * np.diff(xs)
        spread = np.nanquantile(shown, 0.9) - np.nanquantile(shown, 0.1) if np.isfinite(shown).any() else 0.0
        opposed = (np.abs(steps - before) > 0.9 * np.abs(steps)) & (np.abs(steps - after) > 0.9 * np.abs(steps))
        jumps = opposed & (np.abs(steps) > 0.1 * spread)
    # Where half the steps look like jumps the curve is only finer than the points.
    if 0 < jumps.sum() <= len(steps) // 10:
        shown[1:][jumps] = np.nan
    return shown


def _limits(curves: Sequence[Numbers]) -> tuple[float, float]:
    """From where to where to show: all values, unless a pole would flatten the rest."""
    lows, highs = [], []
    for ys in curves:
        finite = ys[np.isfinite(ys)]
        if finite.size:
            low, high = np.quantile(finite, [0.1, 0.9])
            reach = 0.5 * (high - low)
            wild = np.ptp(finite) > 8 * (high - low) > 0
            lows.append(max(finite.min(), low - reach) if wild else finite.min())
            highs.append(min(finite.max(), high + reach) if wild else finite.max())
    return (float(min(lows)), float(max(highs))) if lows else (0.0, 1.0)


def _name(f: Function) -> str:
    name = getattr(f, "__name__", "f")
    return name if name.isidentifier() else "f"


def _primes(order: int) -> str:
    if order <= 3:
        return "′" * order
    return f"⁽{''.join('⁰¹²³⁴⁵⁶⁷⁸⁹'[int(digit)] for digit in str(order))}⁾"


def _number(x: float) -> str:
    return f"{x:.4g}".replace("-", "−")


def _line(slope: float, intercept: float) -> str:
    """``2x − 3``."""
    slope, intercept = round(slope, 9), round(intercept, 9)
    if not slope:
        return _number(intercept)
    first = {1.0: "x", -1.0: "−x"}.get(slope, f"{_number(slope)}x")
    return f"{first} {'+' if intercept > 0 else '−'} {_number(abs(intercept))}" if intercept else first
