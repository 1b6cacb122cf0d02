"""Operations along axes: reductions, order statistics, cumulative sums and products, differences."""

import numpy as np
import torch

import wengert as wg

from .inputs import (
    arrays,
    axes,
    axis_of,
    between,
    distinct,
    each,
    integers,
    normal,
    numbers,
    plane,
    reduced,
    shape,
)
from .operation import operation


def collapsed(x, axis):
    """The axes to reduce as one, the last."""
    if axis is None:
        return x.reshape(-1)
    chosen = [int(a) for a in np.atleast_1d(axis) % x.ndim]
    kept = [a for a in range(x.ndim) if a not in chosen]
    return x.permute(*kept, *chosen).reshape([x.shape[a] for a in kept] + [-1])


def along(function):
    """A reduction of PyTorch's of the last axis, as one of any axes."""

    def reduction(x, axis=None, keepdims=False, **options):
        out = function(collapsed(x, axis), **options)
        if keepdims:
            single = range(x.ndim) if axis is None else np.atleast_1d(axis) % x.ndim
            out = out.reshape([1 if a in single else n for a, n in enumerate(x.shape)])
        return out

    return reduction


def scanned(function):
    """A scan of PyTorch's, of the flattened array where there is no axis."""

    def scan(x, axis=None):
        return function(x.reshape(-1), 0) if axis is None else function(x, axis)

    return scan


def _freedom(random, size):
    return int(random.integers(0, 2))


def _spread(random):
    """An array and axes along which there are at least three elements, for standard deviations."""
    size = shape(random, least=1, smallest=3, largest=5)
    drawn = {"axis": axes(random, len(size)), "keepdims": bool(random.integers(0, 2)), "ddof": _freedom(random, size)}
    return [numbers(random, size)], drawn


def _weighted(random):
    size = shape(random, least=1, smallest=2)  # of one element the weight does not matter
    axis = axes(random, len(size))
    alone = isinstance(axis, int) and random.integers(0, 2)
    weights = between(0.1, 2.0)(random, (size[axis],) if alone else size)
    return [normal(random, size), weights], {"axis": axis}


def _average(x, weights, axis):
    if weights.shape != x.shape:
        weights = weights.reshape([-1 if a == axis % x.ndim else 1 for a in range(x.ndim)]).expand(x.shape)
    axis = tuple(range(x.ndim)) if axis is None else axis
    return (x * weights).sum(axis) / weights.sum(axis)


def _with_nan(domain, kept=1):
    """Numbers with NaN among them, but not among the first of each row."""

    def draw(random, size):
        x = domain(random, size)
        gaps = random.random(size) < 0.3
        gaps[..., :kept] = False
        return np.where(gaps, np.nan, x)

    return draw


def _along_last(*options):
    """An array with the last axis to reduce, which is long enough."""

    def draw(random):
        size = (*shape(random, most=2), int(random.integers(3, 8)))
        return [distinct(random, size)], {"axis": -1, **{name: value(random) for name, value in options}}

    return draw


def _unwrapped(x):
    """NumPy's values; the whole periods that it adds are constant."""
    return torch.from_numpy(np.unwrap(x.detach().numpy()))


def _sampled(random):
    size = shape(random, least=1, smallest=2, largest=6)
    axis = axis_of(random, len(size))
    steps = np.cumsum(random.uniform(0.2, 2.0, size[axis]))
    return [normal(random, size), steps], {"axis": axis}


def _nanvar(x, axis):
    there = ~torch.isnan(x)
    count = there.sum(axis, keepdim=True)
    mean = torch.where(there, x, 0.0).sum(axis, keepdim=True) / count
    return (torch.where(there, x, mean) - mean).square().sum(axis) / count.squeeze(axis)


def _observations(least):
    def draw(random):
        return [numbers(random, (int(random.integers(least, 5)), int(random.integers(3, 8))))], {}

    return each(draw)


def _vectors(random):
    size = (*shape(random, most=2), 3)
    domain = (normal, plane)[random.integers(0, 2)]
    return [domain(random, size), domain(random, size)], {}


OPERATIONS = [
    operation("sum", lambda x, axis, keepdims: torch.sum(x, dim=axis, keepdim=keepdims), reduced(numbers, smallest=0)),
    operation("mean", lambda x, axis, keepdims: torch.mean(x, dim=axis, keepdim=keepdims), reduced(numbers)),
    operation("prod", along(lambda x: torch.prod(x, -1)), reduced(integers(-2, 2)), reduced(numbers)),
    operation("max", along(lambda x: torch.amax(x, -1)), reduced(), reduced(integers(-2, 2))),
    operation("min", along(lambda x: torch.amin(x, -1)), reduced(), reduced(integers(-2, 2))),
    operation("ptp", along(lambda x: torch.amax(x, -1) - torch.amin(x, -1)), reduced(integers(-2, 2)), reduced()),
    operation(
        "var",
        lambda x, axis, keepdims, ddof: torch.var(x, dim=axis, correction=ddof, keepdim=keepdims),
        each(_spread),
    ),
    operation(
        "std",
        lambda x, axis, keepdims, ddof: torch.std(x, dim=axis, correction=ddof, keepdim=keepdims),
        each(_spread),
    ),
    operation("average", _average, each(_weighted), wengert=lambda x, w, axis: wg.average(x, axis, w)),
    operation("median", along(lambda x: torch.quantile(x, 0.5, dim=-1)), reduced(distinct)),
    operation("logsumexp", along(lambda x: torch.logsumexp(x, -1)), reduced(between(-40, 40)), reduced()),
    operation("nansum", along(lambda x: torch.nansum(x, -1)), reduced(_with_nan(normal), least=1)),
    operation("nanmean", lambda x, axis: torch.nanmean(x, axis), arrays(_with_nan(normal), least=1, axis=-1)),
    operation(
        "nanmax",
        lambda x, axis: torch.amax(torch.nan_to_num(x, -torch.inf), axis),
        arrays(_with_nan(normal), least=1, axis=-1),
    ),
    operation(
        "nanmin",
        lambda x, axis: torch.amin(torch.nan_to_num(x, torch.inf), axis),
        arrays(_with_nan(normal), least=1, axis=-1),
    ),
    operation(
        "nanprod",
        lambda x, axis: torch.prod(torch.nan_to_num(x, 1.0), axis),
        arrays(_with_nan(normal), least=1, axis=-1),
    ),
    operation("nanmedian", lambda x, axis: torch.nanquantile(x, 0.5, dim=axis), each(_along_last())),
    operation(
        "nanvar",
        _nanvar,
        arrays(_with_nan(normal), least=1, smallest=3, axis=-1),
    ),
    operation(
        "nanstd",
        lambda x, axis: torch.sqrt(_nanvar(x, axis)),
        arrays(_with_nan(normal, kept=2), least=1, smallest=6, largest=9, axis=-1),
    ),
    operation(
        "quantile",
        lambda x, q, axis, method: torch.quantile(x, q, dim=axis, interpolation=method),
        each(
            _along_last(
                ("q", lambda random: float(random.uniform())),
                ("method", lambda random: str(random.choice(["linear", "lower", "higher", "midpoint", "nearest"]))),
            )
        ),
    ),
    operation(
        "percentile",
        lambda x, q, axis: torch.quantile(x, q / 100, dim=axis),
        each(_along_last(("q", lambda random: random.uniform(0, 100, 3)))),
    ),
    operation(
        "nanquantile",
        lambda x, q, axis: torch.nanquantile(x, q, dim=axis),
        each(_along_last(("q", lambda random: float(random.uniform())))),
    ),
    operation("cov", lambda x: torch.cov(x), _observations(1)),
    operation("corrcoef", lambda x: torch.corrcoef(x), _observations(2)),
    operation(
        "cumsum",
        scanned(torch.cumsum),
        reduced(numbers, several=False, keepdims=False, smallest=0),
    ),
    operation(
        "nancumsum",
        lambda x, axis: torch.cumsum(torch.nan_to_num(x, 0.0), axis),
        arrays(_with_nan(normal), least=1, axis=-1),
    ),
    operation(
        "nancumprod",
        lambda x, axis: torch.cumprod(torch.nan_to_num(x, 1.0), axis),
        arrays(_with_nan(normal), least=1, axis=-1),
    ),
    operation(
        "cumulative_sum",
        torch.cumsum,
        arrays(numbers, least=1, axis=lambda r, s: axis_of(r, len(s))),
        wengert=lambda x, axis: wg.cumulative_sum(x, axis=axis),
    ),
    operation(
        "cumulative_prod",
        torch.cumprod,
        arrays(numbers, least=1, axis=lambda r, s: axis_of(r, len(s))),
        wengert=lambda x, axis: wg.cumulative_prod(x, axis=axis),
    ),
    operation(
        "nanpercentile",
        lambda x, q, axis: torch.nanquantile(x, q / 100, dim=axis),
        each(_along_last(("q", lambda random: random.uniform(0, 100, 2)))),
    ),
    operation("ediff1d", lambda x: torch.diff(x.reshape(-1)), arrays(numbers)),
    operation("unwrap", lambda x: x + (_unwrapped(x) - x).detach(), arrays(between(-9, 9), least=1)),
    operation(
        "cumprod",
        scanned(torch.cumprod),
        reduced(integers(-2, 2), several=False, keepdims=False),
        reduced(numbers, several=False, keepdims=False),
    ),
    operation(
        "diff",
        lambda x, n, axis: torch.diff(x, n, axis),
        arrays(numbers, least=1, largest=6, n=lambda r, s: int(r.integers(0, 3)), axis=lambda r, s: axis_of(r, len(s))),
    ),
    operation(
        "trapezoid",
        lambda y, x, axis: torch.trapezoid(y.movedim(axis, -1), x, dim=-1),
        each(_sampled),
        wengert=lambda y, x, axis: wg.trapezoid(y, x, axis=axis),
    ),
    operation(
        "gradient",
        lambda y, axis: torch.gradient(y, spacing=0.5, dim=axis)[0],
        arrays(least=1, smallest=3, largest=6, axis=lambda r, s: axis_of(r, len(s))),
        wengert=lambda y, axis: wg.gradient(y, 0.5, axis=axis),
    ),
    operation("cross", lambda x, y: torch.linalg.cross(x, y), each(_vectors)),
    operation(
        "sort",
        lambda x, axis: (x.reshape(-1) if axis is None else x).sort(dim=-1 if axis is None else axis, stable=True)[0],
        arrays(least=1, axis=lambda r, s: axes(r, len(s), several=False)),
        arrays(integers(-2, 2), least=1, axis=lambda r, s: axes(r, len(s), several=False)),
    ),
]
