"""Operations that give an array another shape, or its elements another place."""

import numpy as np
import torch

import wengert as wg

from .inputs import arrays, axes, axis_of, each, normal, numbers, shape, together
from .operation import operation


def _factored(random, size):
    """Another shape for as many elements, with a length left open."""
    count = int(np.prod(size))
    divisors = [n for n in range(1, count + 1) if count % n == 0]
    first = int(random.choice(divisors))
    return [(first, count // first), (-1, first), (count,), (first, 1, -1)][random.integers(0, 4)]


def _permutation(random, size):
    return tuple(int(a) for a in random.permutation(len(size)))


def _squeezable(random):
    size = tuple(int(n) for n in random.choice([1, 1, 2, 3], random.integers(1, 5)))
    single = [a for a, n in enumerate(size) if n == 1]
    axis = int(random.choice(single)) if single and random.integers(0, 2) else None
    return [numbers(random, size)], {"axis": axis}


def _broadcast(random):
    whole, part = shape(random, least=1, smallest=0), None
    part = tuple(n if random.random() < 0.6 else 1 for n in whole[random.integers(0, len(whole)) :])
    return [numbers(random, part)], {"shape": whole}


def _stretches(random, size):
    return random.integers(0, 4, size[0])


def _padded(random):
    size = shape(random, least=1, most=2, smallest=2)
    widths = [tuple(int(n) for n in random.integers(0, 4, 2)) for _ in size]
    return [numbers(random, size)], {"widths": widths, "value": float(random.integers(-1, 2)), "mode": "constant"}


def _bordered(random):
    """An array with one or two axes padded by its own elements, each by less than its length."""
    mode = str(random.choice(["edge", "reflect", "wrap"]))
    size = (1, *(int(n) for n in random.integers(3, 6, random.integers(2, 4))))
    widths = [(0, 0), (0, 0), *(tuple(int(n) for n in random.integers(0, 3, 2)) for _ in size[2:])]
    return [normal(random, size)], {"widths": widths, "value": 0.0, "mode": mode}


_MODES = {"edge": "replicate", "reflect": "reflect", "wrap": "circular"}


def _padded_in_torch(x, widths, value, mode):
    if mode == "constant":
        return torch.nn.functional.pad(x, _flat(widths), value=value)
    return torch.nn.functional.pad(x, _flat(widths[2:]), mode=_MODES[mode])  # it pads the last axes only


def _flat(widths):
    return [n for pair in reversed(widths) for n in pair]


def _padded_in_wengert(x, widths, value, mode):
    return wg.pad(x, widths, constant_values=value) if mode == "constant" else wg.pad(x, widths, mode)


def _repeated(x, repeats, axis):
    return torch.repeat_interleave(x.reshape(-1) if axis is None else x, repeats, 0 if axis is None else axis)


def _rolled(random):
    size = shape(random, least=1)
    axis = axes(random, len(size))
    shift = int(random.integers(-5, 6))
    if isinstance(axis, tuple):
        shift = tuple(int(s) for s in random.integers(-5, 6, len(axis)))
    return [numbers(random, size)], {"shift": shift, "axis": axis}


def _turned(random):
    size = shape(random, least=2)
    return [numbers(random, size)], {"k": int(random.integers(-4, 5)), "axes": _permutation(random, size)[:2]}


def _tiled(random):
    size = shape(random)
    return [numbers(random, size)], {"reps": tuple(int(n) for n in random.integers(0, 3, random.integers(0, 4)))}


def _below(random, size):
    return int(random.integers(-3, 4))


def _swapped(random, size):
    return axis_of(random, len(size))


def _windowed(random):
    size = (*shape(random, most=2), int(random.integers(3, 8)))
    return [normal(random, size)], {"window": int(random.integers(1, size[-1] + 1))}


def _first(random, size):
    return int(random.integers(0, len(size)))


def _place(random, size):
    return int(random.integers(0, len(size) + 1))


def _resized(x, new_shape):
    count = int(np.prod(new_shape))
    return x.reshape(-1).repeat(-(-count // x.numel()))[:count].reshape(new_shape)


OPERATIONS = [
    operation("reshape", torch.reshape, arrays(numbers, shape=_factored)),
    operation("ravel", torch.ravel, arrays(numbers, smallest=0)),
    operation(
        "squeeze", lambda x, axis: torch.squeeze(x) if axis is None else torch.squeeze(x, axis), each(_squeezable)
    ),
    operation(
        "expand_dims",
        torch.unsqueeze,
        arrays(numbers, smallest=0, axis=lambda random, size: axis_of(random, len(size) + 1)),
        wengert=lambda x, axis: wg.expand_dims(x, axis),
    ),
    operation("transpose", lambda x, axes: torch.permute(x, axes), arrays(numbers, smallest=0, axes=_permutation)),
    operation("matrix_transpose", lambda x: x.mT, arrays(numbers, least=2, smallest=0)),
    operation(
        "swapaxes",
        lambda x, axis1, axis2: torch.swapaxes(x, axis1, axis2),
        arrays(numbers, least=1, axis1=_swapped, axis2=_swapped),
    ),
    operation(
        "moveaxis",
        lambda x, source, destination: torch.moveaxis(x, source, destination),
        arrays(numbers, least=1, source=_swapped, destination=_swapped),
        arrays(numbers, source=_permutation, destination=_permutation),
    ),
    operation("broadcast_to", lambda x, shape: torch.broadcast_to(x, shape), each(_broadcast)),
    operation(
        "broadcast_arrays",
        torch.broadcast_tensors,
        each(lambda random: ([normal(random, s) for s in together(random, 3)], {})),
    ),
    operation(
        "rollaxis",
        lambda x, axis, start: torch.movedim(x, axis, start - (start > axis)),
        arrays(numbers, least=1, axis=_first, start=_place),
    ),
    operation(
        "resize",
        _resized,
        arrays(new_shape=lambda random, size: shape(random)),
    ),
    operation("copy", torch.clone, arrays(numbers, smallest=0)),
    operation("atleast_1d", torch.atleast_1d, arrays(numbers)),
    operation("atleast_2d", torch.atleast_2d, arrays(numbers)),
    operation("atleast_3d", torch.atleast_3d, arrays(numbers)),
    operation(
        "repeat",
        _repeated,
        arrays(
            numbers,
            least=1,
            repeats=lambda r, s: int(r.integers(0, 4)),
            axis=lambda r, s: axes(r, len(s), several=False),
        ),
        arrays(numbers, least=1, repeats=_stretches, axis=0),
    ),
    operation("tile", lambda x, reps: torch.tile(x, reps), each(_tiled), wengert=lambda x, reps: wg.tile(x, reps)),
    operation(
        "flip",
        lambda x, axis: torch.flip(
            x, list(range(x.ndim)) if axis is None else [axis] if isinstance(axis, int) else axis
        ),
        arrays(numbers, axis=lambda r, s: axes(r, len(s))),
    ),
    operation("fliplr", torch.fliplr, arrays(numbers, least=2)),
    operation("flipud", torch.flipud, arrays(numbers, least=1)),
    operation("roll", lambda x, shift, axis: torch.roll(x, shift, axis), each(_rolled)),
    operation("rot90", lambda x, k, axes: torch.rot90(x, k, axes), each(_turned)),
    operation("tril", lambda x, k: torch.tril(x, k), arrays(numbers, least=2, k=_below)),
    operation("triu", lambda x, k: torch.triu(x, k), arrays(numbers, least=2, k=_below)),
    operation(
        "diag",
        lambda x, k: torch.diag(x, k),
        arrays(least=1, most=2, k=lambda r, s: int(r.integers(-1, 2))),
        arrays(numbers, least=1, most=1, k=_below),
    ),
    operation("diagflat", lambda x, k: torch.diagflat(x, k), arrays(least=1, k=_below)),
    operation("pad", _padded_in_torch, each(_padded), each(_bordered), wengert=_padded_in_wengert),
    operation(
        "sliding_window_view",
        lambda x, window: x.unfold(-1, window, 1),
        each(_windowed),
        wengert=lambda x, window: wg.sliding_window_view(x, window, axis=-1),
    ),
]
