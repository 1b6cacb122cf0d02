"""Operations that read and write by index, by mask and by order."""

import numpy as np
import torch

import wengert as wg

from .inputs import arrays, axis_of, each, normal, numbers, shape
from .operation import operation


def _taken(random):
    size = shape(random, least=1)
    axis = axis_of(random, len(size))
    indices = random.integers(0, size[axis], shape(random, most=2, smallest=0))
    return [numbers(random, size)], {"indices": np.asarray(indices), "axis": axis}


def _taken_along(random):
    size = shape(random, least=1)
    axis = axis_of(random, len(size))
    wanted = list(size)
    wanted[axis] = int(random.integers(1, 5))
    return [numbers(random, size)], {"indices": random.integers(0, size[axis], wanted), "axis": axis}


def _index(random, size):
    """Slices, integers, new axes and an ellipsis, as both libraries take them."""
    parts = []
    for n in size[: random.integers(0, len(size) + 1)]:
        kind = random.integers(0, 4)
        low, high = sorted(int(i) for i in random.integers(-n, n + 1, 2))
        parts.append([int(random.integers(-n, n)), slice(low, high), slice(None, None, 2), slice(None)][kind])
    if random.integers(0, 3) == 0:
        parts.insert(int(random.integers(0, len(parts) + 1)), None)
    if random.integers(0, 3) == 0:
        parts.append(Ellipsis)
    return tuple(parts)


def _basic(random):
    size = shape(random, least=1)
    return [numbers(random, size)], {"index": _index(random, size)}


def _advanced(random):
    size = shape(random, least=2)
    rows = random.integers(0, size[0], 3)
    columns = random.integers(-size[1], size[1], (2, 1) if random.integers(0, 2) else 3)
    index = [(rows,), (rows, columns), (slice(None), columns), (slice(None, None, 2), rows % size[1])]
    return [numbers(random, size)], {"index": index[random.integers(0, 4)]}


def _masked(random):
    size = shape(random, least=1)
    return [numbers(random, size)], {"index": random.integers(0, 2, size).astype(bool)}


def _written(random):
    size = shape(random, least=1)
    index = _index(random, size)
    part = np.zeros(size)[index].shape
    return [normal(random, size), normal(random, part[random.integers(0, len(part) + 1) :])], {"index": index}


def _written_by_mask(random):
    size = shape(random, least=1)
    mask = random.integers(0, 2, size).astype(bool)
    return [normal(random, size), normal(random, ())], {"index": mask}


def _with_written(x, value, index):
    x = x + 0.0
    x[index] = value
    return x


def _index_of_tensors(index):
    parts = index if isinstance(index, tuple) else (index,)
    return tuple(torch.from_numpy(i) if isinstance(i, np.ndarray) else i for i in parts)


def _put_along(random):
    (x,), options = _taken_along(random)
    axis = options["axis"]
    if options["indices"].shape[axis] > x.shape[axis]:
        return _put_along(random)
    order = np.argsort(random.random(x.shape), axis=axis)  # no place is written twice
    indices = np.take(order, np.arange(options["indices"].shape[axis]), axis=axis)
    return [x.real.copy(), normal(random, indices.shape)], {"indices": indices, "axis": axis}


def _put_along_axis(x, values, indices, axis):
    x = x + 0.0
    changed = wg.put_along_axis(x, indices, values, axis)
    return x if changed is None else changed


def _kept(random):
    size = shape(random, least=1)
    axis = axis_of(random, len(size))
    return [normal(random, size)], {"condition": random.integers(0, 2, size[axis]).astype(bool), "axis": axis}


def _square(random):
    n = int(random.integers(1, 5))
    return [normal(random, (n, n)), normal(random, ())], {}


def _filled_in_torch(x, value):
    eye = torch.eye(x.shape[0], dtype=torch.bool)
    return torch.where(eye, value, x)


def _ordered(random, size):
    return int(random.integers(0, size[-1]))


def _alternatives(random):
    size = shape(random)
    masks = {name: np.asarray(random.integers(0, 2, size).astype(bool)) for name in ("first", "second")}
    return [normal(random, size), normal(random, size)], masks


def _choices(random):
    size = shape(random)
    return [numbers(random, size) for _ in range(3)], {"places": np.asarray(random.integers(0, 3, size))}


def _replaced(random):
    size = shape(random)
    return [normal(random, size), normal(random, size)], {"mask": np.asarray(random.integers(0, 2, size).astype(bool))}


def _put_at(random):
    size = shape(random, least=1)
    places = random.permutation(int(np.prod(size)))[: random.integers(1, 4)]
    return [normal(random, size), normal(random, places.shape)], {"places": places}


def _put(x, v, places):
    return x.reshape(-1).index_copy(0, places, v).reshape(x.shape)


def _written_by(write):
    """A function that writes into an array, as one that returns it."""

    def written(x, *args, **options):
        x = x + 0.0
        write(x, *args, **options)
        return x

    return written


def _counted(random):
    n = int(random.integers(1, 8))
    return [normal(random, (n,))], {"places": random.integers(0, 6, n)}


def _points(random):
    """Where to interpolate, between and beyond some points."""
    n = int(random.integers(2, 6))
    ascending = np.cumsum(random.uniform(0.3, 1.0, n))
    return [random.uniform(0.0, 4.0, shape(random)), ascending, normal(random, (n,))], {}


def _interpolated(x, xp, fp):
    right = torch.clamp(torch.searchsorted(xp.detach(), x.detach()), 1, len(xp) - 1)
    left = right - 1
    inside = fp[left] + (fp[right] - fp[left]) / (xp[right] - xp[left]) * (x - xp[left])
    return torch.where(x < xp[0], fp[0], torch.where(x > xp[-1], fp[-1], inside))


OPERATIONS = [
    operation(
        "take",
        lambda x, indices, axis: (
            torch.index_select(x, axis, indices.reshape(-1)).unflatten(axis, indices.shape)
            if indices.ndim == 2
            else torch.index_select(x, axis, indices)
            if indices.ndim
            else x.select(axis, int(indices))
        ),
        each(_taken),
    ),
    operation("take_along_axis", lambda x, indices, axis: torch.take_along_dim(x, indices, axis), each(_taken_along)),
    operation(
        "put_along_axis",
        lambda x, values, indices, axis: torch.scatter(x, axis, indices, values),
        each(_put_along),
        wengert=_put_along_axis,
    ),
    operation(
        "compress",
        lambda x, condition, axis: torch.index_select(x, axis, torch.nonzero(condition)[:, 0]),
        each(_kept),
        wengert=lambda x, condition, axis: wg.compress(condition, x, axis),
    ),
    operation(
        "Array.__getitem__",
        lambda x, index: x[_index_of_tensors(index)],
        each(_basic),
        each(_advanced),
        each(_masked),
        wengert=lambda x, index: x[index],
    ),
    operation(
        "Array.__setitem__",
        lambda x, value, index: _with_written(x, value, _index_of_tensors(index)),
        each(_written),
        each(_written_by_mask),
        wengert=_with_written,
    ),
    operation(
        "fill_diagonal",
        _filled_in_torch,
        each(_square),
        wengert=_written_by(lambda x, value: wg.fill_diagonal(x, value)),
    ),
    operation(
        "partition",
        lambda x, kth: x.sort(-1)[0],
        arrays(least=1, kth=_ordered),
        wengert=lambda x, kth: wg.sort(wg.partition(x, kth)),
    ),
    operation(
        "extract",
        lambda x, index: x[index],
        each(_masked),
        wengert=lambda x, index: wg.extract(index, x),
    ),
    operation(
        "select",
        lambda x, y, first, second: torch.where(first, x, torch.where(second, y, 0.5)),
        each(_alternatives),
        wengert=lambda x, y, first, second: wg.select([first, second], [x, y], 0.5),
    ),
    operation(
        "choose",
        lambda x, y, z, places: torch.stack([x, y, z]).gather(0, places[None])[0],
        each(_choices),
        wengert=lambda x, y, z, places: wg.choose(places, [x, y, z]),
    ),
    operation(
        "piecewise",
        lambda x: torch.where(x < 0, torch.sin(x), x**2),
        arrays(),
        wengert=lambda x: wg.piecewise(x, [x < 0], [wg.sin, wg.square]),
    ),
    operation(
        "apply_along_axis",
        lambda x, axis: torch.cumsum(torch.sin(x), axis) * x.sum(axis, keepdim=True),
        arrays(least=1, axis=lambda random, size: axis_of(random, len(size))),
        wengert=lambda x, axis: wg.apply_along_axis(lambda row: wg.cumsum(wg.sin(row)) * wg.sum(row), axis, x),
    ),
    operation("put", _put, each(_put_at), wengert=_written_by(lambda x, v, places: wg.put(x, places, v))),
    operation(
        "putmask",
        lambda x, y, mask: torch.where(mask, y, x),
        each(_replaced),
        wengert=_written_by(lambda x, y, mask: wg.putmask(x, mask, y)),
    ),
    operation(
        "place",
        lambda x, y, mask: torch.masked_scatter(x, mask, y),
        each(_replaced),
        wengert=_written_by(lambda x, y, mask: wg.place(x, mask, wg.ravel(y))),
    ),
    operation(
        "copyto",
        lambda x, y, mask: torch.where(mask, y, x),
        each(_replaced),
        wengert=_written_by(lambda x, y, mask: wg.copyto(x, y, where=mask)),
    ),
    operation(
        "bincount",
        lambda weights, places: torch.zeros(6, dtype=weights.dtype).index_add(0, places, weights),
        each(_counted),
        wengert=lambda weights, places: wg.bincount(places, weights, 6),
    ),
    operation("interp", _interpolated, each(_points)),
]
